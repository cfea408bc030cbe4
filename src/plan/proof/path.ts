import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import type { KubeObject } from '../../manifests/manifest.ts';
import { listOf, objectsOf, specOf } from '../../manifests/transition.ts';

/** The objects of one cluster that a caller's proxy hears of. */
export interface CallerSide {
  readonly entries: readonly KubeObject[];
  readonly rules: readonly KubeObject[];
  readonly routes: readonly KubeObject[];
}

/** One way from a caller to a gateway. */
export interface Hop {
  readonly host: string;
  /** Cluster of the gateway; undefined for pods of the caller's own cluster. */
  readonly cluster: string | undefined;
  readonly gatewayPort: string;
  /** What the SNI asks the gateway for. */
  readonly fqdn: string | undefined;
  /** Who the server may be. */
  readonly identities: readonly string[];
  /** Some DestinationRule says mutual TLS and names an identity. */
  readonly pinned: boolean;
}

/** Where the calls of a namespace to a port of a host go: every way that they may take, or why there is none. */
export function hopsOf(side: CallerSide, namespace: string, host: string, port: number): readonly Hop[] | string {
  const route = side.routes.find((one) => hostsOf(one).includes(host) && isSeen(one, namespace));
  const targets = route ? destinationsOf(route) : [host];
  const ways = targets.map((target) => waysTo(side, namespace, target, port));
  const missing = ways.find((one) => typeof one === 'string');
  return missing ?? ways.flatMap((one) => (typeof one === 'string' ? [] : one));
}

/** Hosts that a namespace can name, with their ports. */
export const seenHosts = ({ entries }: CallerSide, namespace: string): readonly (readonly [string, number])[] =>
  entries
    .filter((entry) => isSeen(entry, namespace))
    .flatMap((entry) => hostsOf(entry).flatMap((host) => portsOf(entry).map(({ number }) => [host, number] as const)));

function waysTo(
  { entries, rules }: CallerSide,
  namespace: string,
  host: string,
  port: number,
): readonly Hop[] | string {
  const own = entries.filter((one) => hostsOf(one).includes(host) && isSeen(one, namespace));
  if (own.length === 0) return host.endsWith('.svc.cluster.local') ? [] : `${host} is not known`;
  if (new Set(own.map(({ metadata }) => metadata.namespace)).size > 1) return `${host} is there twice`;
  if (!own.some((entry) => portsOf(entry).some(({ number }) => number === port))) return `${host} has no port ${port}`;
  const local = own.some((entry) => specOf(entry).workloadSelector !== undefined);
  const hops = own.flatMap((entry) => gatewayHops(entry, rules, namespace, host, port));
  return hops.length === 0 && !local ? `${host} has no endpoint` : hops;
}

function gatewayHops(
  entry: KubeObject,
  rules: readonly KubeObject[],
  namespace: string,
  host: string,
  port: number,
): Hop[] {
  const rule = rules.find((one) => specOf(one).host === host && isSeen(one, namespace));
  const tls = rule && tlsOf(rule, port);
  const identities = tls ? textsOf(tls.subjectAltNames) : [];
  const name = portsOf(entry).find(({ number }) => number === port)?.name ?? '';
  return objectsOf(specOf(entry).endpoints).map((endpoint) => ({
    host,
    cluster: isJsonObject(endpoint.labels) ? String(endpoint.labels['aegis-xc.dev/cluster']) : undefined,
    gatewayPort: String(isJsonObject(endpoint.ports) ? endpoint.ports[name] : ''),
    fqdn: typeof tls?.sni === 'string' ? /^outbound_\.\d+_\.[^_]*_\.(.+)$/.exec(tls.sni)?.[1] : undefined,
    identities,
    pinned: tls?.mode === 'ISTIO_MUTUAL' && identities.length > 0,
  }));
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

const hostsOf = (object: KubeObject): readonly string[] => textsOf(specOf(object).hosts);

/** Where a route sends calls: what has no share gets none. */
function destinationsOf(route: KubeObject): string[] {
  const { http, tcp } = specOf(route);
  const shares = [...objectsOf(http), ...objectsOf(tcp)].flatMap((one) => objectsOf(one.route));
  const hosts = shares.flatMap(({ destination, weight }) =>
    weight !== 0 && isJsonObject(destination) && typeof destination.host === 'string' ? [destination.host] : [],
  );
  return [...new Set(hosts)];
}

function portsOf(entry: KubeObject): readonly { readonly name: string; readonly number: number }[] {
  return objectsOf(specOf(entry).ports).map(({ name, number }) => ({ name: String(name), number: Number(number) }));
}

function isSeen(object: KubeObject, namespace: string): boolean {
  const { exportTo } = specOf(object);
  if (exportTo === undefined) return true;
  const names = textsOf(exportTo);
  return (
    names.includes(namespace) || names.includes('*') || (names.includes('.') && object.metadata.namespace === namespace)
  );
}

const textsOf = (value: Json | undefined): readonly string[] =>
  listOf(value).flatMap((one) => (typeof one === 'string' ? [one] : []));

const served = new WeakMap<KubeObject, ReadonlySet<string>>();

/** Whether a gateway passes connections for the name on that port. */
export const passesOn = (gateway: KubeObject, port: string, fqdn: string): boolean =>
  serversOf(gateway).has(`${port} ${fqdn}`);

/** `15443 orders-db.data.svc.cluster.local`; a Gateway has a server for every service, so it is read once. */
export function serversOf(gateway: KubeObject): ReadonlySet<string> {
  const servers = served.get(gateway) ?? readServers(gateway);
  served.set(gateway, servers);
  return servers;
}

const hosts = new WeakMap<KubeObject, ReadonlySet<string>>();

/** The same without the ports. */
export function hostsBehind(gateway: KubeObject): ReadonlySet<string> {
  const behind =
    hosts.get(gateway) ?? new Set([...serversOf(gateway)].map((server) => server.slice(server.indexOf(' ') + 1)));
  hosts.set(gateway, behind);
  return behind;
}

const readServers = (gateway: KubeObject): ReadonlySet<string> =>
  new Set(
    objectsOf(specOf(gateway).servers).flatMap(({ port, hosts }) =>
      textsOf(hosts).map((host) => `${isJsonObject(port) ? port.number : ''} ${host}`),
    ),
  );
