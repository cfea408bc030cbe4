import { type Entry, entryOf } from './entries.ts';
import { type Exposed, exposedBy, type Server, serversOf } from './gateways.ts';
import { fullHost, patternsOf } from './hosts.ts';
import { type Kind, kindOf, kinds } from './kind-names.ts';
import { LabelIndex } from './label-index.ts';
import { type Located, locatedOf } from './located.ts';
import { type Mesh, meshAmong } from './mesh.ts';
import type { ClusterObjects, ObjectSet, SourcedObject } from './object-set.ts';
import { type Policy, policyOf } from './policies.ts';
import { type Service, serviceOfObject } from './services.ts';
import { type VirtualService, virtualServiceOf } from './virtual-services.ts';
import { type Workload, workloadOf } from './workloads.ts';

/** A DestinationRule. */
export interface Rule extends Located {
  readonly host: string;
}

/** A cluster's objects, arranged for look-ups. Everything is read leniently, and once. */
export interface Catalogue {
  readonly cluster: string | undefined;
  readonly objects: readonly SourcedObject[];
  readonly of: (kind: Kind) => readonly Located[];
  readonly mesh: Mesh | undefined;
  /** The one that the MeshConfig names, else the one that Istio takes. */
  readonly rootNamespace: string;
  readonly services: readonly Service[];
  readonly servicesIn: (namespace: string) => readonly Service[];
  /** The same by their selectors. */
  readonly servicesBySelector: LabelIndex<Service>;
  readonly entries: readonly Entry[];
  /** Services and ServiceEntries by each host of theirs, patterns included. */
  readonly definitions: ReadonlyMap<string, readonly (Service | Entry)[]>;
  readonly workloads: LabelIndex<Workload>;
  readonly rules: readonly Rule[];
  readonly rulesFor: (pattern: string) => readonly Rule[];
  readonly policies: readonly Policy[];
  readonly virtualServices: readonly VirtualService[];
  readonly servers: LabelIndex<Server>;
  /** The hosts that AUTO_PASSTHROUGH servers open, by pattern. */
  readonly exposed: ReadonlyMap<string, readonly Exposed[]>;
}

const made = new WeakMap<ObjectSet, readonly Catalogue[]>();

/** One catalogue for each cluster of the set, made when the first check asks. */
export function cataloguesOf(set: ObjectSet): readonly Catalogue[] {
  const known = made.get(set) ?? set.clusters.map(catalogueOf);
  made.set(set, known);
  return known;
}

function catalogueOf({ cluster, objects }: ClusterObjects): Catalogue {
  const located = grouped(objects.map(locatedOf), ({ on }) => kindOf(on));
  const of = (kind: Kind) => located.get(kind) ?? [];
  const services = of(kinds.service).map(serviceOfObject);
  const servicesByNamespace = grouped(services, ({ namespace }) => namespace);
  const entries = of(kinds.serviceEntry)
    .map(entryOf)
    .filter(({ hosts }) => hosts.length > 0);
  const rules = of(kinds.destinationRule).map(ruleOf);
  const rulesByHost = grouped(rules, ({ host }) => host);
  const servers = of(kinds.gateway).flatMap(serversOf);
  const mesh = meshAmong(objects);
  return {
    cluster,
    objects,
    of,
    mesh,
    rootNamespace: mesh?.rootNamespace ?? 'istio-system',
    services,
    servicesIn: (namespace) => servicesByNamespace.get(namespace) ?? [],
    servicesBySelector: new LabelIndex(services),
    entries,
    definitions: byHost(services, entries),
    workloads: new LabelIndex(workloadKinds.flatMap(of).map(workloadOf)),
    rules,
    rulesFor: (pattern) => rulesByHost.get(pattern) ?? [],
    policies: of(kinds.authorizationPolicy).map(policyOf),
    virtualServices: of(kinds.virtualService).map(virtualServiceOf),
    servers: new LabelIndex(servers),
    exposed: grouped(exposedBy(servers), ({ host }) => host),
  };
}

/** What stands behind a host: its definitions, else those of the most specific pattern that covers it. */
export function definitionsOf({ definitions }: Catalogue, host: string): readonly (Service | Entry)[] {
  for (const pattern of patternsOf(host)) {
    const found = definitions.get(pattern);
    if (found) return found;
  }
  return [];
}

/** The rules whose host covers this one, the most specific first. */
export const rulesCovering = ({ rulesFor }: Catalogue, host: string): Rule[] => patternsOf(host).flatMap(rulesFor);

export function grouped<Item>(items: Iterable<Item>, key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}

const workloadKinds = [kinds.deployment, kinds.statefulSet, kinds.daemonSet, kinds.pod];

const ruleOf = (located: Located): Rule => ({
  ...located,
  host: fullHost(located.spec.at('host').text ?? '', located.namespace),
});

function byHost(services: readonly Service[], entries: readonly Entry[]): Map<string, (Service | Entry)[]> {
  const pairs = [...services, ...entries].flatMap((definition) =>
    [...new Set(definition.hosts)].map((host) => ({ host, definition })),
  );
  return new Map(
    [...grouped(pairs, ({ host }) => host)].map(([host, all]) => [host, all.map((pair) => pair.definition)]),
  );
}
