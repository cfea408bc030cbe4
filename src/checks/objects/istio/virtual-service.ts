import type { Field } from '../../../objects/field.ts';
import type { SourcedObject } from '../../../objects/object-set.ts';
import { formed, numberOf, refusal, type Said, textOf, warning } from '../said.ts';
import { fqdn, isAddress, isLabel, portNumber, quoted, subnet, tags, wildcardDomain } from './forms.ts';
import { httpRoute } from './http-route.ts';
import { routeDestinations } from './routes.ts';
import { exportTo } from './selectors.ts';

/** `ValidateVirtualService`, but for its warnings of unused routes: `routes-are-reachable.ts` tells those. */
export function* virtualService(spec: Field, on: SourcedObject): Generator<Said> {
  const hosts = spec.at('hosts').items;
  if (hosts.length === 0) yield* delegateProblems(spec);
  yield* gatewayNames(spec.at('gateways'));
  yield* hostProblems(spec);
  const routes = { http: spec.at('http').items, tls: spec.at('tls').items, tcp: spec.at('tcp').items };
  if (Object.values(routes).every(({ length }) => length === 0)) {
    yield refusal(spec, 'http, tcp or tls must be provided in virtual service');
  }
  for (const route of routes.http) {
    yield* httpRoute(route, { isDelegate: hosts.length === 0, isForGateway: isForGateway(spec) });
    for (const match of route.at('match').items) yield* layer4Match(match);
  }
  for (const route of routes.tls) yield* tlsRoute(route, spec);
  for (const route of routes.tcp) yield* tcpRoute(route);
  yield* exportTo(spec.at('exportTo'), { namespace: on.namespace ?? '' });
}

/** Without hosts it is one that others delegate to. */
function* delegateProblems(spec: Field): Generator<Said> {
  const kinds = { gateways: 'gateways specified', tls: 'tls route specified', tcp: 'tcp route specified' };
  for (const [key, what] of Object.entries(kinds)) {
    const field = spec.at(key);
    if (field.items.length > 0) yield refusal(field, `delegate virtual service must have no ${what}`);
  }
}

/** Bound to gateways only. */
const isForGateway = (spec: Field): boolean =>
  spec.at('gateways').items.length > 0 && !spec.at('gateways').items.some(({ text }) => text === 'mesh');

export function* gatewayNames(list: Field): Generator<Said> {
  for (const field of list.items) {
    const name = textOf(field);
    const slash = name.indexOf('/');
    if (slash < 0) {
      const [gateway, namespace] = name.split('.');
      if (namespace !== undefined) {
        const message = `using legacy gatewayName format ${quoted(name)}; prefer the <namespace>/<name> format: "${namespace}/${gateway}"`;
        yield warning(field, message);
      }
      yield* formed(field, fqdn(name));
      // Istio does not look at those after a name without a namespace.
      return;
    }
    const [namespace, gateway] = [name.slice(0, slash), name.slice(slash + 1)];
    if (namespace === '' || gateway === '') yield refusal(field, 'config namespace and gateway name cannot be empty');
    if (!isLabel(namespace)) yield refusal(field, `invalid value for namespace: ${quoted(namespace)}`);
    if (!isLabel(gateway)) yield refusal(field, `invalid value for gateway name: ${quoted(gateway)}`);
  }
}

function* hostProblems(spec: Field): Generator<Said> {
  const hosts = spec.at('hosts').items;
  const bySni = spec
    .at('tls')
    .items.some((route) => route.at('match').items.some((m) => m.at('sniHosts').items.length > 0));
  let isValid = true;
  for (const field of hosts) {
    const host = textOf(field);
    const problem = isForGateway(spec) ? gatewayHost(host, bySni) : wildcardDomain(host);
    if (problem !== undefined && !isAddress(host)) {
      isValid = false;
      yield refusal(field, problem);
    } else if (host === '*' && !isForGateway(spec)) {
      isValid = false;
      yield refusal(field, 'wildcard host * is not allowed for virtual services bound to the mesh gateway');
    }
  }
  if (isValid) yield* overlappingHosts(hosts);
}

/** The hosts of passthrough gateways are those that sidecars make: `outbound_.80_._.catalog.shop.svc.cluster.local`. */
function gatewayHost(host: string, bySni: boolean): string | undefined {
  if (!bySni || !host.startsWith('outbound_')) return wildcardDomain(host);
  const parts = host.split('_');
  const isMade = parts.length >= 4 && /\d/.test(parts[1] ?? '') && /[a-zA-Z]/.test(parts[3] ?? '');
  return isMade
    ? undefined
    : `domain name ${host} invalid, should follow 'outbound_.<port>_.<subset>_.<hostname>' format`;
}

/** `host.Name.Matches`: two are the same, or one is a pattern that covers the other. */
function* overlappingHosts(hosts: readonly Field[]): Generator<Said> {
  const first = new Map<string, number>();
  for (const [index, field] of hosts.entries()) {
    const host = textOf(field);
    if (!first.has(host)) first.set(host, index);
  }
  for (const [index, field] of hosts.entries()) {
    const host = textOf(field);
    const other = [host, ...patternsAbove(host)].find((one) => (first.get(one) ?? index) !== index);
    if (other === undefined) continue;
    const pair = (first.get(other) ?? 0) < index ? [other, host] : [host, other];
    yield refusal(field, `duplicate hosts in virtual service: ${pair.join(' & ')}`);
  }
}

/** Everything with a star that covers a host: `*b.c` of `a.b.c`, and so on. */
const patternsAbove = (host: string): string[] =>
  Array.from({ length: host.length }, (_, index) => `*${host.slice(index)}`).filter((pattern) => pattern !== host);

/** `host.Name.SubsetOf` */
const isWithin = (host: string, pattern: string): boolean =>
  pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) && host.length >= pattern.length : host === pattern;

function* tlsRoute(route: Field, spec: Field): Generator<Said> {
  const matches = route.at('match').items;
  if (matches.length === 0) yield refusal(route, 'TLS route must have at least one match condition');
  for (const match of matches) {
    const hosts = match.at('sniHosts').items;
    if (hosts.length === 0) yield refusal(match, 'TLS match must have at least one SNI host');
    for (const host of hosts) yield* sniHost(host, spec);
    yield* layer4Match(match);
  }
  if (route.at('route').items.length === 0) yield refusal(route, 'TLS route is required');
  yield* routeDestinations(route.at('route'));
}

function* sniHost(field: Field, spec: Field): Generator<Said> {
  const host = textOf(field);
  const problem = isForGateway(spec) ? gatewayHost(host, true) : wildcardDomain(host);
  const hosts = spec.at('hosts').texts;
  if (problem !== undefined && isAddress(host)) {
    const message = `using an IP address (${quoted(host)}) goes against SNI spec and most clients do not support this`;
    yield warning(field, message);
  } else if (problem !== undefined) yield refusal(field, problem);
  else if (!hosts.some((pattern) => isWithin(host, pattern))) {
    const message = `SNI host ${quoted(host)} is not a compatible subset of any of the virtual service hosts: [${hosts.join(', ')}]`;
    yield refusal(field, message);
  }
}

function* tcpRoute(route: Field): Generator<Said> {
  for (const match of route.at('match').items) yield* layer4Match(match);
  if (route.at('route').items.length === 0) yield refusal(route, 'TCP route is required');
  yield* routeDestinations(route.at('route'));
}

/** What the matches of all three protocols have. */
function* layer4Match(match: Field): Generator<Said> {
  for (const field of match.at('destinationSubnets').items) yield* formed(field, subnet(textOf(field)));
  const port = numberOf(match.at('port'));
  if (port !== 0) yield* formed(match.at('port'), portNumber(port));
  yield* tags(match.at('sourceLabels'));
  yield* gatewayNames(match.at('gateways'));
}
