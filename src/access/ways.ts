import { isJsonObject, type JsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { objectsOf, specOf, textsOf } from '../manifests/transition.ts';
import { fullHost } from '../objects/hosts.ts';
import { rulesFor } from './destination-rules.ts';
import { hostsOf, isSeen } from './hosts.ts';
import { hostFits } from './patterns.ts';

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
  readonly by: readonly KubeObject[];
}

/** Where the calls of a namespace to a port of a host go: every way that they may take, or why there is none. */
export function hopsOf(side: CallerSide, namespace: string, host: string, port: number): readonly Hop[] | NoWay {
  const routes = routesOf(side, namespace, host);
  const layer = layerOf(side, namespace, host, port);
  const dialled = { host, port, by: [] };
  const targets = routes.length === 0 ? [dialled] : routes.flatMap((route) => targetsOf(route, layer, dialled));
  if (targets.length === 0) return { obstacle: 'no-route', why: `${host}:${port} has no route`, by: routes };
  const ways = targets.map((target) => waysTo(side, namespace, target));
  return ways.find(isNoWay) ?? ways.flatMap((one) => (isNoWay(one) ? [] : one));
}

export const isNoWay = (ways: readonly Hop[] | NoWay): ways is NoWay => 'why' in ways;

/** Hosts that a namespace can name, with their ports. */
export const seenHosts = ({ entries }: CallerSide, namespace: string): readonly (readonly [string, number])[] =>
  entries
    .filter((entry) => isSeen(entry, namespace))
    .flatMap((entry) => hostsOf(entry).flatMap((host) => portsOf(entry).map(({ number }) => [host, number] as const)));

interface Target {
  readonly host: string;
  readonly port: number;
  readonly by: readonly KubeObject[];
}

/** The VirtualServices of a host; a name comes before a pattern. Of several the oldest counts, and any may be that. */
function routesOf({ routes, oldestFirst }: CallerSide, namespace: string, host: string): readonly KubeObject[] {
  const seen = routes.filter((route) => isSeen(route, namespace) && isForSidecars(route));
  const named = seen.filter((route) => hostsOf(route).includes(host));
  const found = named.length > 0 ? named : seen.filter((route) => hostsOf(route).some((one) => hostFits(one, host)));
  return oldestFirst ? found.slice(0, 1) : found;
}

function isForSidecars(route: KubeObject): boolean {
  const { gateways } = specOf(route);
  return gateways === undefined || textsOf(gateways).includes('mesh');
}

type Layer = 'http' | 'tcp';

/** What Istio sees on a port, as its ServiceEntry says; of a Service that is not known here. */
function layerOf({ entries }: CallerSide, namespace: string, host: string, port: number): Layer | undefined {
  const own = entries.filter((entry) => hostsOf(entry).includes(host) && isSeen(entry, namespace));
  const found = own.flatMap((entry) => objectsOf(specOf(entry).ports)).find(({ number }) => number === port);
  return found && (/^(?:HTTP|HTTP2|GRPC|GRPC-WEB)$/i.test(String(found.protocol)) ? 'http' : 'tcp');
}

/** Where a route sends the calls of a port: what has no share gets none. A route of the other layer is not theirs. */
function targetsOf(route: KubeObject, layer: Layer | undefined, dialled: Target): Target[] {
  const { http, tcp } = specOf(route);
  const all = [...(layer === 'tcp' ? [] : objectsOf(http)), ...(layer === 'http' ? [] : objectsOf(tcp))];
  if (all.length === 0) return [dialled];
  const rules = all.filter(({ match }) => {
    const matches = objectsOf(match);
    return matches.length === 0 || matches.some((one) => one.port === undefined || one.port === dialled.port);
  });
  const targets = rules
    .flatMap(({ route: shares }) => objectsOf(shares))
    .flatMap(({ destination, weight }) => (weight === 0 || !isJsonObject(destination) ? [] : [destination]))
    .map((destination) => ({
      host: destinationHost(destination, route),
      port: isJsonObject(destination.port) ? Number(destination.port.number) : dialled.port,
    }));
  const distinct = new Map(targets.map((target) => [`${target.host}:${target.port}`, target]));
  return [...distinct.values()].map((target) => ({ ...target, by: [route] }));
}

/** Every host that a route leads to, on whatever port. */
export const targetHosts = (route: KubeObject): string[] =>
  [specOf(route).http, specOf(route).tcp]
    .flatMap(objectsOf)
    .flatMap((rule) => objectsOf(rule.route))
    .flatMap(({ destination }) => (isJsonObject(destination) ? [destinationHost(destination, route)] : []));

const destinationHost = ({ host }: JsonObject, { metadata }: KubeObject): string =>
  fullHost(String(host), metadata.namespace ?? '');

function waysTo(side: CallerSide, namespace: string, target: Target): readonly Hop[] | NoWay {
  const { host, port } = target;
  const all = side.entries.filter((one) => hostsOf(one).includes(host));
  const own = all.filter((one) => isSeen(one, namespace));
  if (own.length === 0) {
    return host.endsWith('.svc.cluster.local')
      ? serviceHops(side, namespace, target)
      : unknownHost(host, namespace, all);
  }
  if (new Set(own.map(({ metadata }) => metadata.namespace)).size > 1)
    return { obstacle: 'two-hosts', why: `${host} is there twice`, by: own };
  if (!own.some((entry) => portsOf(entry).some(({ number }) => number === port)))
    return { obstacle: 'no-port', why: `${host} has no port ${port}`, by: own };
  const hops = own.flatMap((entry) => entryHops(entry, side, namespace, target));
  return hops.length === 0 ? { obstacle: 'no-endpoint', why: `${host} has no endpoint`, by: own } : hops;
}

function unknownHost(host: string, namespace: string, by: readonly KubeObject[]): NoWay {
  const names = [...new Set(by.flatMap((entry) => textsOf(specOf(entry).exportTo)))];
  if (names.length === 0) return { obstacle: 'unknown-host', why: `${host} is not known`, by };
  const why = `${host} is not known in ${namespace}: it is exported to ${names.join(', ')} only`;
  return { obstacle: 'not-exported', why, by };
}

/** A Service of the own cluster. */
const serviceHops = (side: CallerSide, namespace: string, { host, port, by }: Target): Hop[] =>
  rulesFor(side, { namespace, host, home: host.split('.')[1] }).map((rule) => ({
    ...tlsHop(rule, port),
    host,
    port,
    fqdn: host,
    cluster: undefined,
    address: undefined,
    gatewayPort: '',
    by: [...by, ...(rule ? [rule] : [])],
  }));

function entryHops(entry: KubeObject, side: CallerSide, namespace: string, { host, port, by }: Target): Hop[] {
  const { endpoints, workloadSelector } = specOf(entry);
  const name = portsOf(entry).find(({ number }) => number === port)?.name ?? '';
  return rulesFor(side, { namespace, host, home: entry.metadata.namespace }).flatMap((rule) => {
    const way = { ...tlsHop(rule, port), host, port, by: [...by, entry, ...(rule ? [rule] : [])] };
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
