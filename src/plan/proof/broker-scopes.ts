import { hostsBehind } from '../../access/gateways.ts';
import { isJsonObject, type Json } from '../../json.ts';
import type { KubeObject } from '../../manifests/manifest.ts';
import { objectsOf, specOf } from '../../manifests/transition.ts';
import { serviceFqdn } from '../../model/identity.ts';
import { isWithin, type Labels } from '../../model/labels.ts';
import type { Index, Known } from './index-of.ts';
import { letsIn, sampleCalls } from './policies.ts';
import type { Frame, Scope } from './scope.ts';
import type { World } from './world.ts';

/**
 * One scope for the Service of every broker: who gets through the gateway and it to the pods that it leads to, and on which port.
 * Other Services are not ours, and stay what they are.
 */
export const brokerScopes = (index: Index, frame: Frame): Scope[] =>
  index.all.filter(({ kind }) => kind === 'Service').flatMap((service) => brokerScope(service, index, frame));

function brokerScope(service: Known, index: Index, frame: Frame): Scope[] {
  const { key, cluster, namespace, name, versions } = service;
  const gateways = index.of('Gateway', cluster);
  const policies = index
    .of('AuthorizationPolicy', cluster)
    .filter((one) => one.namespace === namespace && mayStandBefore(one, service));
  const keys = [key, ...gateways.map((one) => one.key), ...policies.map((one) => one.key)];
  if (!keys.some((one) => frame.changed.has(one))) return [];
  const known = sampleCalls(
    policies.flatMap((policy) => policy.versions),
    [],
  );
  // Nobody comes through a gateway without an identity.
  const callers = new Set(known.flatMap(({ principal }) => principal ?? []));
  const ports = new Set(versions.flatMap((version) => portsOf(version).map(({ port }) => port)));
  const calls = [...callers].flatMap((principal) => [...ports].map((port) => ({ principal, port })));
  const answers = (world: World): boolean[] => {
    const open = gateways.some((gateway) => leadsTo(world.get(gateway.key), serviceFqdn(name, namespace)));
    const there = policies.flatMap((policy) => world.get(policy.key) ?? []);
    return calls.map((call) => open && getsIn(world.get(key), there, call));
  };
  const [before, after] = [answers(frame.before), answers(frame.after)];
  return [
    {
      keys,
      check: (state) => {
        const now = answers(state);
        const wrong = calls.findIndex((_, n) => (now[n] ? !before[n] && !after[n] : before[n] && after[n]));
        const call = calls[wrong];
        return (
          call &&
          `${cluster}: ${call.principal} would ${now[wrong] ? '' : 'not '}get through Service ${namespace}/${name} on port ${call.port}`
        );
      },
    },
  ];
}

/** At some moment of the plan. Of a hundred policies in a Namespace it is one or two. */
const mayStandBefore = (policy: Known, service: Known): boolean =>
  policy.versions.some((one) => service.versions.some((other) => isWithin(selectorOf(one), podsOf(other))));

interface Call {
  readonly principal: string;
  /** Of the Service. */
  readonly port: number;
}

function getsIn(service: KubeObject | undefined, policies: readonly KubeObject[], { principal, port }: Call): boolean {
  const target = service && portsOf(service).find((one) => one.port === port)?.targetPort;
  if (service === undefined || target === undefined) return false;
  const theirs = policies.filter((policy) => isWithin(selectorOf(policy), podsOf(service)));
  return (
    theirs.length === 0 ||
    theirs.some((policy) => letsIn(policy, undefined, { principal, port: target, http: undefined }))
  );
}

const leadsTo = (gateway: KubeObject | undefined, fqdn: string): boolean =>
  gateway !== undefined && hostsBehind(gateway).has(fqdn);

const portsOf = (service: KubeObject): { readonly port: number; readonly targetPort: number }[] =>
  objectsOf(specOf(service).ports).map(({ port, targetPort }) => ({
    port: Number(port),
    targetPort: Number(targetPort ?? port),
  }));

const podsOf = (service: KubeObject): Labels => labelsOf(specOf(service).selector);

function selectorOf(policy: KubeObject): Labels {
  const { selector } = specOf(policy);
  return labelsOf(isJsonObject(selector) ? selector.matchLabels : undefined);
}

const labelsOf = (value: Json | undefined): Labels =>
  Object.fromEntries(Object.entries(isJsonObject(value) ? value : {}).map(([key, label]) => [key, String(label)]));
