import { type Catalogue, cataloguesOf, definitionsOf, type Rule } from './catalogue.ts';
import { type Entry, endpointPort, passthroughPort } from './entries.ts';
import type { Field } from './field.ts';
import { type MeshSni, meshSni } from './hosts.ts';
import type { ObjectSet } from './object-set.ts';
import type { Port } from './protocols.ts';
import type { Service } from './services.ts';

/** What one cluster calls in another one through a gateway that hands TLS on. */
export interface Call {
  readonly from: Catalogue;
  /** By what the gateway is to find the service. */
  readonly sni: MeshSni;
  /** Where that is said: in a rule, or by the host and the port of a ServiceEntry. */
  readonly rule: Rule | undefined;
  readonly entries: readonly Entry[];
  readonly field: Field;
  /** The clusters that answer, if the endpoints say which; else all others, one of which does. */
  readonly providers: readonly Provider[];
  readonly isCertain: boolean;
}

export interface Provider {
  readonly name: string;
  readonly catalogue: Catalogue;
}

const made = new WeakMap<ObjectSet, readonly Call[]>();

/** None unless the set has two clusters with names. */
export function callsAcross(set: ObjectSet): readonly Call[] {
  const known = made.get(set) ?? callsOf(providersIn(set));
  made.set(set, known);
  return known;
}

export const providersIn = (set: ObjectSet): Provider[] =>
  cataloguesOf(set).flatMap((catalogue) =>
    catalogue.cluster === undefined ? [] : [{ name: catalogue.cluster, catalogue }],
  );

function callsOf(clusters: readonly Provider[]): Call[] {
  if (clusters.length < 2) return [];
  return clusters.flatMap(({ name, catalogue }) => {
    const others = clusters.filter((one) => one.name !== name);
    const pinned = new Set(catalogue.rules.filter(setsTls).map(({ host }) => host));
    const answering = (entries: readonly Entry[]) => providersOf(entries, others);
    return [
      ...catalogue.rules.flatMap((rule) => {
        const entries = definitionsOf(catalogue, rule.host).filter(isEntry);
        return snisOf(rule).map((one) => ({ from: catalogue, rule, entries, ...one, ...answering(entries) }));
      }),
      ...catalogue.entries
        .filter((entry) => !entry.hosts.some((host) => pinned.has(host)))
        .flatMap((entry) =>
          generatedSnis(entry).map((one) => ({
            from: catalogue,
            rule: undefined,
            entries: [entry],
            ...one,
            ...answering([entry]),
          })),
        ),
    ];
  });
}

const isEntry = (one: Service | Entry): one is Entry => 'endpoints' in one;

function snisOf({ spec }: Rule): { sni: MeshSni; field: Field }[] {
  const policies = [spec.at('trafficPolicy'), ...spec.at('subsets').items.map((subset) => subset.at('trafficPolicy'))];
  return policies
    .flatMap((policy) => [policy, ...policy.at('portLevelSettings').items])
    .map((policy) => policy.at('tls', 'sni'))
    .flatMap((field) => {
      const sni = meshSni(field.text);
      return sni ? [{ sni, field }] : [];
    });
}

/** What says another server name, or another kind of TLS. */
const setsTls = ({ spec }: Rule): boolean => /"(sni|mode)"/.test(JSON.stringify(spec.value ?? null));

/** Within the mesh, Istio sends the port and the host of the ServiceEntry. */
function generatedSnis({ hosts, ports, endpoints, isExternal }: Entry): { sni: MeshSni; field: Field }[] {
  const isPassedOn = (port: Port) => endpoints.some((endpoint) => endpointPort(endpoint, port) === passthroughPort);
  return isExternal
    ? []
    : ports
        .filter(isPassedOn)
        .flatMap(({ number, field }) => hosts.map((host) => ({ sni: { port: number, subset: '', host }, field })));
}

/** By the network of an endpoint, or the label that we put there, where it is the name of a cluster. */
function providersOf(entries: readonly Entry[], others: readonly Provider[]): Pick<Call, 'providers' | 'isCertain'> {
  const named = entries
    .flatMap(({ endpoints }) => endpoints)
    .map((endpoint) => others.find(({ name }) => namesOf(endpoint).includes(name)));
  const providers = [...new Set(named.flatMap((provider) => provider ?? []))];
  return providers.length > 0 ? { providers, isCertain: true } : { providers: others, isCertain: false };
}

export const namesOf = (endpoint: Field): (string | undefined)[] => [
  endpoint.at('network').text,
  endpoint.at('labels', 'aegis-xc.dev/cluster').text,
];
