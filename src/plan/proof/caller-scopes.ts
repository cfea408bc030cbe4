import { passesOn } from '../../access/gateways.ts';
import { type CallerSide, type Hop, hopsOf, isNoWay, seenHosts } from '../../access/ways.ts';
import { isJsonObject } from '../../json.ts';
import { objectsOf, specOf, textsOf } from '../../manifests/transition.ts';
import type { Index, Known } from './index-of.ts';
import { principalsOf } from './policies.ts';
import type { Frame, Scope } from './scope.ts';
import { callerSideOf, type World } from './world.ts';

/**
 * One scope for every host in every cluster that calls it: the objects of the caller's side, the gateways behind them and
 * the policies behind those.
 */
export function callerScopes(index: Index, frame: Frame): Scope[] {
  const clusters = [...new Set(index.all.map(({ cluster }) => cluster))];
  return clusters.flatMap((cluster) => {
    const byHost = objectsByHost(index, cluster);
    const hosts = [...new Set(index.of('ServiceEntry', cluster).flatMap(hostsIn))];
    return hosts.flatMap((host) => callerScope({ cluster, host, byHost, index, frame }));
  });
}

interface Input {
  readonly cluster: string;
  readonly host: string;
  readonly byHost: ReadonlyMap<string, readonly Known[]>;
  readonly index: Index;
  readonly frame: Frame;
}

function callerScope({ cluster, host, byHost, index, frame }: Input): Scope[] {
  const own = withDestinations(host, byHost);
  const entries = own.filter(({ kind }) => kind === 'ServiceEntry');
  const rules = own.filter(({ kind }) => kind === 'DestinationRule');
  const providers = [...new Set(entries.flatMap(clustersIn))];
  const fqdns = [...new Set(rules.flatMap(fqdnsIn))];
  const gateways = providers.flatMap((provider) => index.of('Gateway', provider));
  const policies = [
    ...new Set(providers.flatMap((provider) => fqdns.flatMap((fqdn) => policiesBefore(provider, fqdn, index, frame)))),
  ];
  const namespaces = [...new Set(entries.flatMap(namespacesIn))];
  const keys = [...own, ...gateways, ...policies].map(({ key }) => key);
  if (!keys.some((key) => frame.changed.has(key))) return [];
  const look = { own, gateways, policies, frame };
  const views = namespaces.map((namespace) => viewOf(namespace, host, look));
  return [
    {
      keys,
      check: (state) => {
        for (const view of views) {
          const wrong = view(state);
          if (wrong !== undefined) return `${cluster}: ${wrong}`;
        }
        return undefined;
      },
      checkBetween: (state) =>
        differ(state, host, entries) && !differ(frame.before, host, entries)
          ? `${cluster}: ${host} would have ServiceEntries of different resolution, and the endpoints of one only`
          : undefined,
    },
  ];
}

/** Istio merges the ServiceEntries of a host; the endpoints of one with another resolution it drops, silently. */
function differ(world: World, host: string, entries: readonly Known[]): boolean {
  const own = entries.flatMap(({ key }) => world.get(key) ?? []).map(specOf);
  const resolutions = own.filter(({ hosts }) => textsOf(hosts).includes(host)).map(({ resolution }) => resolution);
  return new Set(resolutions).size > 1;
}

interface Look {
  readonly own: readonly Known[];
  readonly gateways: readonly Known[];
  readonly policies: readonly Known[];
  readonly frame: Frame;
}

/** What one namespace may expect of a host in every state: what works before and after works, and no way is unpinned. */
function viewOf(namespace: string, host: string, look: Look): (state: World) => string | undefined {
  const { own, frame } = look;
  const [before, after] = [sideIn(frame.before, own), sideIn(frame.after, own)];
  const ports = (side: CallerSide): number[] =>
    seenHosts(side, namespace).flatMap(([name, port]) => (name === host ? [port] : []));
  const hops = (side: CallerSide, port: number): readonly Hop[] => {
    const found = hopsOf(side, namespace, host, port);
    return isNoWay(found) ? [] : found;
  };
  const all = [...new Set([...ports(before), ...ports(after)])];
  const frames = new Map(all.map((port) => [port, { before: hops(before, port), after: hops(after, port) }]));
  const works = (world: World, port: number): string | undefined => {
    const found = hopsOf(sideIn(world, own), namespace, host, port);
    if (isNoWay(found)) return found.why;
    return found.map((hop) => blocked(hop, { world, namespace, look, ends: frames.get(port) })).find(Boolean);
  };
  const kept = all.filter((port) => [frame.before, frame.after].every((world) => works(world, port) === undefined));
  const wasUnpinned = all.some((port) => hops(before, port).some(isUnpinned));
  const wasAnother = all.some((port) => hops(before, port).some((hop) => askedPort(hop) !== port));
  return (state) => {
    for (const port of kept) {
      const why = works(state, port);
      if (why !== undefined) return `${namespace} would not reach ${host}:${port}: ${why}`;
    }
    for (const port of all) {
      const ways = hops(sideIn(state, own), port);
      const open = ways.find((hop) => isUnpinned(hop) || isStranger(hop, frames.get(port)));
      if (open && !wasUnpinned) return `${namespace} would reach ${open.host}:${port} without knowing who answers`;
      const another = ways.find((hop) => askedPort(hop) !== port);
      if (another && !wasAnother) return `on ${host}:${port} ${namespace} would reach port ${askedPort(another)}`;
    }
    return undefined;
  };
}

const isUnpinned = ({ cluster, pinned }: Hop): boolean => cluster !== undefined && !pinned;

/** The port of the Service that answers: a gateway goes by the SNI alone. Callers dial the same one. */
const askedPort = ({ cluster, sni, port }: Hop): number =>
  Number((cluster === undefined ? undefined : /^outbound_\.(\d+)_/.exec(sni ?? '')?.[1]) ?? port);

interface Ends {
  readonly before: readonly Hop[];
  readonly after: readonly Hop[];
}

const isStranger = ({ identities }: Hop, ends: Ends | undefined): boolean => {
  const known = [...(ends?.before ?? []), ...(ends?.after ?? [])].flatMap((hop) => hop.identities);
  return known.length > 0 && !identities.every((identity) => known.includes(identity));
};

interface At {
  readonly world: World;
  readonly namespace: string;
  readonly look: Look;
  readonly ends: Ends | undefined;
}

/** Why a connection over one gateway fails, if it does. */
function blocked(hop: Hop, { world, namespace, look, ends }: At): string | undefined {
  const { cluster, fqdn, gatewayPort } = hop;
  if (cluster === undefined || look.frame.absent.has(cluster)) return undefined;
  if (!hop.pinned || fqdn === undefined) return `${hop.host} has no DestinationRule`;
  const open = look.gateways.some(({ key, cluster: at }) => {
    const gateway = world.get(key);
    return at === cluster && gateway !== undefined && passesOn(gateway, gatewayPort, fqdn);
  });
  if (!open) return `the gateway of ${cluster} does not pass on to ${fqdn}`;
  if (!knowsServer(hop, ends)) return `the server in ${cluster} would have another identity than is expected`;
  const shut = look.policies.find(
    (policy) =>
      policy.cluster === cluster &&
      standsBefore(policy, fqdn, look.frame) &&
      shutsOut(policy, namespace, { world, look }),
  );
  return shut && `the policy ${shut.namespace}/${shut.name} in ${cluster} would refuse it`;
}

/** The pods behind a gateway have the identities of before or of after: nobody knows which, so one set must be there whole. */
function knowsServer({ cluster, host, identities }: Hop, ends: Ends | undefined): boolean {
  const sets = [ends?.before ?? [], ends?.after ?? []].flatMap((hops) => {
    const found = hops.find((hop) => hop.cluster === cluster && hop.host === host);
    return found ? [found.identities] : [];
  });
  return sets.length === 0 || sets.some((set) => set.every((identity) => identities.includes(identity)));
}

/** A policy lets the callers of the namespace in as it does before, or as it does after. */
function shutsOut({ key }: Known, namespace: string, { world, look: { frame } }: Pick<At, 'world' | 'look'>): boolean {
  const callers = (at: World): readonly string[] | undefined =>
    principalsOf(at.get(key))?.filter((one) => one.includes(`/ns/${namespace}/sa/`) || one.endsWith('*'));
  const now = callers(world);
  if (now === undefined) return false;
  return ![frame.before, frame.after].some((at) => callers(at)?.every((one) => now.includes(one)) ?? false);
}

/** Which policy a Service is behind, the spec knows; of one that it doesn't name any more it may be any of the Namespace. */
function standsBefore({ cluster, namespace, name }: Known, fqdn: string, { served }: Frame): boolean {
  if (fqdn.split('.')[1] !== namespace) return false;
  return served.policiesOf(cluster, fqdn)?.includes(name) ?? true;
}

function policiesBefore(cluster: string, fqdn: string, index: Index, { served }: Frame): readonly Known[] {
  const namespace = fqdn.split('.')[1] ?? '';
  const names = served.policiesOf(cluster, fqdn);
  if (names) return names.flatMap((name) => index.one('AuthorizationPolicy', cluster, namespace, name) ?? []);
  return index.of('AuthorizationPolicy', cluster).filter((one) => one.namespace === namespace);
}

function objectsByHost(index: Index, cluster: string): Map<string, Known[]> {
  const byHost = new Map<string, Known[]>();
  for (const kind of ['ServiceEntry', 'DestinationRule', 'VirtualService']) {
    for (const known of index.of(kind, cluster)) {
      for (const host of hostsIn(known)) {
        const others = byHost.get(host);
        if (others) others.push(known);
        else byHost.set(host, [known]);
      }
    }
  }
  return byHost;
}

/** The objects of a host, and of the hosts that its routes lead to. */
function withDestinations(host: string, byHost: ReadonlyMap<string, readonly Known[]>): Known[] {
  const own = byHost.get(host) ?? [];
  const targets = own.filter(({ kind }) => kind === 'VirtualService').flatMap(destinationsIn);
  return [...new Set([...own, ...targets.flatMap((target) => byHost.get(target) ?? [])])];
}

const specsOf = ({ versions }: Known) => versions.map(specOf);

const hostsIn = (known: Known): string[] => [
  ...new Set(specsOf(known).flatMap(({ host, hosts }) => textsOf([host ?? null, ...textsOf(hosts)]))),
];

const destinationsIn = (known: Known): string[] =>
  specsOf(known)
    .flatMap(({ http, tcp }) => [...objectsOf(http), ...objectsOf(tcp)])
    .flatMap(({ route }) => objectsOf(route))
    .flatMap(({ destination }) => (isJsonObject(destination) ? textsOf([destination.host ?? null]) : []));

const clustersIn = (known: Known): string[] =>
  specsOf(known)
    .flatMap(({ endpoints }) => objectsOf(endpoints))
    .flatMap(({ labels }) => (isJsonObject(labels) ? textsOf([labels['aegis-xc.dev/cluster'] ?? null]) : []));

const namespacesIn = (known: Known): string[] => specsOf(known).flatMap(({ exportTo }) => textsOf(exportTo));

/** Every name that an SNI of the rule has, on whatever level. */
const fqdnsIn = ({ versions }: Known): string[] =>
  versions.flatMap((version) =>
    [...JSON.stringify(version.spec ?? {}).matchAll(/outbound_\.\d+_\.[^_"]*_\.([^"]+)/g)].flatMap(
      ([, fqdn]) => fqdn ?? [],
    ),
  );

/** `indexOf` lists what was there before the plan first. */
const sideIn = (world: World, known: readonly Known[]): CallerSide =>
  callerSideOf(known.flatMap(({ key }) => world.get(key) ?? []));
