import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { listOf, objectsOf, specOf, textsOf } from '../manifests/transition.ts';
import { fullHost } from '../objects/hosts.ts';
import { normalPath } from '../objects/request-paths.ts';
import { hostsOf, isSeen } from './hosts.ts';
import { hostFits } from './patterns.ts';
import { allOf, amongOthers, anyOf, dependsOn, dependsOnRequest, mayHold, type Truth } from './truth.ts';
import type { CallerSide, NoWay } from './ways.ts';

/** What a caller asks its proxy for, as far as it is known. */
export interface Dialled {
  /** Of the caller. */
  readonly namespace: string;
  readonly host: string;
  readonly port: number;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
}

/** Where a call is sent. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** What it hangs on whether the call is sent there, and not to another target. */
  readonly when: Truth;
  readonly rewrite: Rewrite | undefined;
  readonly by: readonly KubeObject[];
}

/** What a route makes of a request. */
export interface Rewrite {
  /** The path becomes another one. */
  readonly path: boolean;
  /** What it writes into the Host header. */
  readonly authority: string | undefined;
}

type Side = Pick<CallerSide, 'entries' | 'routes' | 'oldestFirst'>;

/**
 * Where VirtualServices send a call; without any it goes to the host itself. So does one to a port that no ServiceEntry of the host has, and
 * ends there: istiod gives routes to the ports of services only (`buildSidecarVirtualHostsForVirtualService` in
 * `pilot/pkg/networking/core/route/route.go`).
 */
export function targetsOf(side: Side, call: Dialled): readonly (Target | NoWay)[] {
  const routes = isMissing(side, call) ? [] : routesOf(side, call);
  const layer = layerOf(side, call);
  if (routes.length === 0) return [straight(call)];
  const targets = routes.map((route) => targetsIn(route, layer, call));
  const older = `which VirtualService of ${call.host} is the older one`;
  return targets.flat().map((one) => ({ ...one, when: amongOthers(one.when, targets, older) }));
}

const straight = ({ host, port }: Dialled): Target => ({ host, port, when: true, rewrite: undefined, by: [] });

/** The VirtualServices of a host; a name comes before a pattern. Of several the oldest counts, and any may be that. */
function routesOf({ routes, oldestFirst }: Side, { namespace, host }: Dialled): readonly KubeObject[] {
  const seen = routes.filter((route) => isSeen(route, namespace) && isForSidecars(route));
  const named = seen.filter((route) => hostsOf(route).includes(host));
  const found = named.length > 0 ? named : seen.filter((route) => hostsOf(route).some((one) => hostFits(one, host)));
  return oldestFirst ? found.slice(0, 1) : found;
}

function isForSidecars(route: KubeObject): boolean {
  const { gateways } = specOf(route);
  return gateways === undefined || textsOf(gateways).includes('mesh');
}

function isMissing(side: Side, call: Dialled): boolean {
  const ports = portsOf(side, call);
  return ports !== undefined && !ports.some(({ number }) => number === call.port);
}

type Layer = 'http' | 'tcp';

/** What Istio sees on a port, as its ServiceEntry says; of a Service that is not known here. */
function layerOf(side: Side, call: Dialled): Layer | undefined {
  const found = portsOf(side, call)?.find(({ number }) => number === call.port);
  return found && (/^(?:HTTP|HTTP2|GRPC|GRPC-WEB)$/i.test(String(found.protocol)) ? 'http' : 'tcp');
}

/** Of the ServiceEntries of a host; undefined where there is none. */
function portsOf({ entries }: Side, { namespace, host }: Dialled): readonly JsonObject[] | undefined {
  const own = entries.filter((entry) => hostsOf(entry).includes(host) && isSeen(entry, namespace));
  return own.length === 0 ? undefined : own.flatMap((entry) => objectsOf(specOf(entry).ports));
}

/** A route of the other layer is not the call's. */
function targetsIn(route: KubeObject, layer: Layer | undefined, call: Dialled): (Target | NoWay)[] {
  const { http, tcp } = specOf(route);
  const lists = [layer === 'tcp' ? [] : objectsOf(http), layer === 'http' ? [] : objectsOf(tcp)];
  const some = lists.filter((rules) => rules.length > 0);
  return some.length === 0 ? [straight(call)] : some.flatMap((rules) => targetsOfRules(rules, route, call));
}

/** Rules are tried in their order until one fits. Where they all lead to the same, it is no matter which does. */
function targetsOfRules(rules: readonly JsonObject[], route: KubeObject, call: Dialled): (Target | NoWay)[] {
  const { namespace, name } = route.metadata;
  const unknown = dependsOn(`which route of VirtualService ${namespace}/${name} it takes`);
  const fitting = rules
    .map((rule) => ({ ends: endsOf(rule, route, call), fits: ruleFits(rule, call, unknown) }))
    .filter(({ fits }) => mayHold(fits));
  const sure = fitting.findIndex(({ fits }) => fits === true);
  const tried = sure < 0 ? [...fitting, { ends: [], fits: true }] : fitting.slice(0, sure + 1);
  const ends = [...new Map(tried.map((one) => [JSON.stringify(one.ends), one.ends])).values()];
  const when = ends.length === 1 || allOf(tried.map(({ fits }) => fits));
  return ends.flatMap((one): (Target | NoWay)[] =>
    one.length === 0
      ? [{ obstacle: 'no-route', why: `${call.host}:${call.port} has no route`, when, by: [route] }]
      : one.map((end) => ({ ...end, when: amongOthers(when, one), by: [route] })),
  );
}

/** Where a rule sends a call: what has no share gets none. */
function endsOf(
  { route: shares, rewrite }: JsonObject,
  route: KubeObject,
  call: Dialled,
): Omit<Target, 'when' | 'by'>[] {
  const ends = objectsOf(shares)
    .flatMap(({ destination, weight }) => (weight === 0 || !isJsonObject(destination) ? [] : [destination]))
    .map((destination) => ({
      host: destinationHost(destination, route),
      port: isJsonObject(destination.port) ? Number(destination.port.number) : call.port,
      rewrite: rewriteOf(rewrite),
    }));
  return [...new Map(ends.map((end) => [`${end.host}:${end.port}`, end])).values()];
}

function rewriteOf(rewrite: Json | undefined): Rewrite | undefined {
  if (!isJsonObject(rewrite)) return undefined;
  const { uri, uriRegexRewrite, authority } = rewrite;
  return {
    path: uri !== undefined || uriRegexRewrite !== undefined,
    authority: typeof authority === 'string' ? authority : undefined,
  };
}

/** One of its matches has to fit; a rule without any fits every call. */
function ruleFits({ match }: JsonObject, call: Dialled, unknown: Truth): Truth {
  const matches = objectsOf(match);
  const isMet = ([field, value]: [string, Json | undefined]): Truth => conditions.get(field)?.(value, call) ?? unknown;
  return matches.length === 0 || anyOf(matches.map((one) => allOf(Object.entries(one).map(isMet))));
}

/**
 * What is easily told; undefined where it is not, as with all other fields. A caller's proxy normalizes paths as that of the
 * workload does (`pilot/pkg/networking/core/listener_builder.go`).
 */
const conditions = new Map<string, (value: Json | undefined, call: Dialled) => Truth | undefined>([
  ['name', () => true],
  ['statPrefix', () => true],
  ['port', (port, call) => port === call.port],
  ['gateways', (names) => listOf(names).length === 0 || textsOf(names).includes('mesh')],
  ['sourceNamespace', (namespace, call) => namespace === call.namespace],
  ['method', (method, call) => textFits(method, call.method)],
  ['uri', (uri, { path }) => isAnyPath(uri) || textFits(uri, path === undefined ? path : (normalPath(path) ?? ''))],
]);

const isAnyPath = (uri: Json | undefined): boolean => isJsonObject(uri) && (uri.prefix === '/' || uri.regex === '.*');

function textFits(pattern: Json | undefined, text: string | undefined): Truth | undefined {
  const { exact, prefix } = isJsonObject(pattern) ? pattern : {};
  if (typeof exact !== 'string' && typeof prefix !== 'string') return undefined;
  if (text === undefined) return dependsOnRequest;
  return typeof prefix === 'string' ? text.startsWith(prefix) : text === exact;
}

/** Every host that a route leads to, on whatever port. */
export const targetHosts = (route: KubeObject): string[] =>
  [specOf(route).http, specOf(route).tcp]
    .flatMap(objectsOf)
    .flatMap((rule) => objectsOf(rule.route))
    .flatMap(({ destination }) => (isJsonObject(destination) ? [destinationHost(destination, route)] : []));

const destinationHost = ({ host }: JsonObject, { metadata }: KubeObject): string =>
  fullHost(String(host), metadata.namespace ?? '');
