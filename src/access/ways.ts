import { isJsonObject, type JsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { objectsOf, specOf, textsOf } from '../manifests/transition.ts';
import { rulesFor } from './destination-rules.ts';
import { hostsOf, isSeen } from './hosts.ts';
import { type Dialled, type Rewrite, type Target, targetsOf } from './routes.ts';
import { amongOthers, type Truth } from './truth.ts';

/** The objects of one cluster that a caller's proxy hears of. */
export interface CallerSide {
  readonly entries: readonly KubeObject[];
  readonly rules: readonly KubeObject[];
  readonly routes: readonly KubeObject[];
  /** Of the caller's mesh. */
  readonly rootNamespace: string;
  /** Objects are listed by their age. Of several for one host the oldest counts; unknown, it may be any of them. */
  readonly oldestFirst?: boolean;
}

/** One way from a caller to a gateway, or to pods of its own cluster. */
export interface Hop {
  readonly host: string;
  readonly port: number;
  /** Cluster of the gateway; undefined for pods of the caller's own cluster, and where the endpoint doesn't say it. */
  readonly cluster: string | undefined;
  /** Undefined for pods of the own cluster. */
  readonly address: string | undefined;
  readonly gatewayPort: string;
  readonly sni: string | undefined;
  /** What the SNI asks the gateway for; a Service of the own cluster by its name. */
  readonly fqdn: string | undefined;
  /** Who the server may be. */
  readonly identities: readonly string[];
  /** Some DestinationRule says mutual TLS and names an identity. */
  readonly pinned: boolean;
  /** What the rule says of TLS; undefined leaves it to Istio. */
  readonly tlsMode: string | undefined;
  /** What it hangs on whether a call goes this way, and not another one. */
  readonly when: Truth;
  readonly rewrite: Rewrite | undefined;
  /** All ServiceEntries of the host, where those of several Namespaces have it. */
  readonly rivals: readonly KubeObject[];
  /** VirtualService, ServiceEntry and DestinationRule, as far as there are. */
  readonly by: readonly KubeObject[];
}

/** What is in the way of a call. */
export type Obstacle =
  | 'unknown-host'
  | 'not-exported'
  | 'hidden'
  | 'two-hosts'
  | 'no-route'
  | 'no-port'
  | 'no-endpoint'
  | 'no-sidecar'
  | 'no-gateway'
  | 'tls-mode'
  | 'server-name'
  | 'server-identity'
  | 'another-service';

/** Why there is no way, and the object that is in it. */
export interface NoWay {
  readonly obstacle: Obstacle;
  readonly why: string;
  readonly when: Truth;
  readonly by: readonly KubeObject[];
}

/** Every way that a call may take, and where it may end. */
export const waysFrom = (side: CallerSide, call: Dialled): readonly (Hop | NoWay)[] =>
  targetsOf(side, call).flatMap((target) => (isNoWay(target) ? [target] : waysTo(side, call.namespace, target)));

/**
 * Where the calls of a namespace to a port of a host go: every way that they may take, or why one of them is none. Whoever must be
 * sure does not take it that of two ServiceEntries the older one counts, at every moment and in every proxy.
 */
export function hopsOf(side: CallerSide, namespace: string, host: string, port: number): readonly Hop[] | NoWay {
  const ways = waysFrom(side, { namespace, host, port });
  const taken = ways.flatMap((way) => (isNoWay(way) || way.rivals.length === 0 ? [] : [twice(way)]));
  return ways.find((way) => isNoWay(way)) ?? taken[0] ?? ways.flatMap((way) => (isNoWay(way) ? [] : way));
}

const twice = ({ host, when, rivals }: Hop): NoWay => ({
  obstacle: 'two-hosts',
  why: `${host} is there twice`,
  when,
  by: rivals,
});

export const isNoWay = <Way extends object>(way: Way | NoWay): way is NoWay => 'why' in way;

/** Hosts that a namespace can name, with their ports. */
export const seenHosts = ({ entries }: CallerSide, namespace: string): readonly (readonly [string, number])[] =>
  entries
    .filter((entry) => isSeen(entry, namespace))
    .flatMap((entry) => hostsOf(entry).flatMap((host) => portsOf(entry).map(({ number }) => [host, number] as const)));

function waysTo(side: CallerSide, namespace: string, target: Target): readonly (Hop | NoWay)[] {
  const { host } = target;
  const all = side.entries.filter((one) => hostsOf(one).includes(host));
  const own = all.filter((one) => isSeen(one, namespace));
  if (own.length > 0) return entryWays(own, side, namespace, target);
  return host.endsWith('.svc.cluster.local')
    ? serviceHops(side, namespace, target)
    : [unknownHost(target, namespace, all)];
}

/**
 * ServiceEntries of one Namespace are one service. Of several Namespaces the oldest counts (`appendSidecarServices` in
 * `pilot/pkg/model/sidecar.go`), and any may be that.
 */
function entryWays(own: readonly KubeObject[], side: CallerSide, namespace: string, target: Target): (Hop | NoWay)[] {
  const homes = [...new Set(own.map(({ metadata }) => metadata.namespace))];
  const when = amongOthers(target.when, homes, `which ServiceEntry of ${target.host} is the older one`);
  const rivals = homes.length > 1 ? own : [];
  return homes
    .map((home) => own.filter(({ metadata }) => metadata.namespace === home))
    .flatMap((entries) => serviceWays(entries, side, namespace, { ...target, when }))
    .map((way) => (isNoWay(way) ? takenHost(way, target.host, rivals) : { ...way, rivals }));
}

/** Where somebody else has the host as well, that is what is in the way. */
export const takenHost = (end: NoWay, host: string, rivals: readonly KubeObject[]): NoWay =>
  rivals.length === 0
    ? end
    : { ...end, obstacle: 'two-hosts', why: `${host} is there twice, and here ${end.why}`, by: rivals };

function serviceWays(
  own: readonly KubeObject[],
  side: CallerSide,
  namespace: string,
  target: Target,
): readonly (Hop | NoWay)[] {
  const { host, port, when } = target;
  if (!own.some((entry) => portsOf(entry).some(({ number }) => number === port)))
    return [{ obstacle: 'no-port', why: `${host} has no port ${port}`, when, by: own }];
  const hops = own.flatMap((entry) => entryHops(entry, side, namespace, target));
  return hops.length === 0
    ? [{ obstacle: 'no-endpoint', why: `${host} has no endpoint`, when, by: own }]
    : hops.map((hop) => ({ ...hop, when: amongOthers(when, hops) }));
}

function unknownHost({ host, when }: Target, namespace: string, by: readonly KubeObject[]): NoWay {
  const names = [...new Set(by.flatMap((entry) => textsOf(specOf(entry).exportTo)))];
  if (names.length === 0) return { obstacle: 'unknown-host', why: `${host} is not known`, when, by };
  const why = `${host} is not known in ${namespace}: it is exported to ${names.join(', ')} only`;
  return { obstacle: 'not-exported', why, when, by };
}

/** A Service of the own cluster. */
function serviceHops(side: CallerSide, namespace: string, target: Target): Hop[] {
  const { host, port, by } = target;
  const rules = rulesFor(side, { namespace, host, home: host.split('.')[1] });
  return rules.map((rule) => ({
    ...target,
    ...tlsHop(rule, port),
    when: amongOthers(target.when, rules),
    rivals: [],
    fqdn: host,
    cluster: undefined,
    address: undefined,
    gatewayPort: '',
    by: [...by, ...(rule ? [rule] : [])],
  }));
}

function entryHops(entry: KubeObject, side: CallerSide, namespace: string, target: Target): Hop[] {
  const { host, port, by } = target;
  const { endpoints, workloadSelector } = specOf(entry);
  const name = portsOf(entry).find(({ number }) => number === port)?.name ?? '';
  return rulesFor(side, { namespace, host, home: entry.metadata.namespace }).flatMap((rule) => {
    const way = { ...target, ...tlsHop(rule, port), rivals: [], by: [...by, entry, ...(rule ? [rule] : [])] };
    const pods = { ...way, cluster: undefined, address: undefined, gatewayPort: '' };
    const gateways = objectsOf(endpoints).map(({ labels, address, ports }) => ({
      ...way,
      cluster: isJsonObject(labels) ? textsOf([labels['aegis-xc.dev/cluster'] ?? null])[0] : undefined,
      address: String(address),
      gatewayPort: String(isJsonObject(ports) ? ports[name] : port),
    }));
    return workloadSelector === undefined ? gateways : [pods, ...gateways];
  });
}

function tlsHop(
  rule: KubeObject | undefined,
  port: number,
): Pick<Hop, 'sni' | 'fqdn' | 'identities' | 'pinned' | 'tlsMode'> {
  const tls = rule && tlsOf(rule, port);
  const identities = tls ? textsOf(tls.subjectAltNames) : [];
  const sni = typeof tls?.sni === 'string' ? tls.sni : undefined;
  return {
    sni,
    fqdn: sni && /^outbound_\.\d+_\.[^_]*_\.(.+)$/.exec(sni)?.[1],
    identities,
    pinned: tls?.mode === 'ISTIO_MUTUAL' && identities.length > 0,
    tlsMode: tls && String(tls.mode ?? 'DISABLE'),
  };
}

/** Settings of a port inherit nothing from the level above. */
function tlsOf(rule: KubeObject, port: number): JsonObject | undefined {
  const { trafficPolicy } = specOf(rule);
  if (!isJsonObject(trafficPolicy)) return undefined;
  const own = objectsOf(trafficPolicy.portLevelSettings).find(
    (one) => isJsonObject(one.port) && one.port.number === port,
  );
  const { tls } = own ?? trafficPolicy;
  return isJsonObject(tls) ? tls : undefined;
}

function portsOf(entry: KubeObject): readonly { readonly name: string; readonly number: number }[] {
  return objectsOf(specOf(entry).ports).map(({ name, number }) => ({ name: String(name), number: Number(number) }));
}
