import { type Catalogue, definitionsOf, grouped, rulesCovering } from '../../objects/catalogue.ts';
import { offers, routesOf, type Server } from '../../objects/gateways.ts';
import { nameOf } from '../../objects/located.ts';
import { type Protocol, protocolOf } from '../../objects/protocols.ts';
import { startsTls, tlsFor } from '../../objects/traffic-policies.ts';
import { gatewayKey, type VirtualService } from '../../objects/virtual-services.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/**
 * Routes are attached to listeners of their protocol: `http` routes to ports that Istio takes for HTTP, `tls` routes to
 * those where the application speaks TLS, `tcp` routes to all but HTTP. At a gateway its servers say what is what.
 */
export const routesFitTheProtocol = defineClusterCheck({
  codes: ['AXC2121', 'AXC2122'],
  *find(catalogue) {
    const servers = grouped(catalogue.servers.all, ({ on, namespace }) => `${namespace}/${on.name}`);
    for (const virtualService of catalogue.virtualServices) {
      if (virtualService.gateways.length > 0) yield* unusedAtGateways(virtualService, servers);
      else yield* unusedRoutes(catalogue, virtualService);
      yield* plaintextToTls(catalogue, virtualService);
    }
  },
});

/** Said where every gateway is in the files, and one of them takes requests for these hosts. */
function* unusedAtGateways(
  { on, namespace, spec, hosts, gateways, isForMesh }: VirtualService,
  servers: ReadonlyMap<string, readonly Server[]>,
): Generator<ObjectFinding> {
  const known = gateways.map(({ text }) => servers.get(gatewayKey(text ?? '', namespace)));
  if (isForMesh || known.some((found) => !found)) return;
  const all = known.flatMap((found) => found ?? []).filter((one) => hosts.some((host) => offers(one, host, namespace)));
  const [server] = all;
  if (!server) return;
  for (const kind of Object.keys(listeners)) {
    const routes = spec.at(kind);
    if (routes.items.length === 0 || all.some((one) => routesOf(one) === kind)) continue;
    const right = routesOf(server);
    yield {
      code: 'AXC2121',
      message: `\`${kind}\` routes are never used here: ${nameOf(server)} ${serverText(server)}`,
      hint:
        right === 'none'
          ? 'remove the VirtualService: such a server finds services by the server name of mesh TLS'
          : `write \`${right}\` routes${gatewayHints[kind] ?? ''}`,
      on,
      field: routes.path,
      mark: 'key',
    };
  }
}

function serverText({ port, protocol, tlsMode }: Server): string {
  if (tlsMode?.endsWith('PASSTHROUGH')) return `hands the TLS of port ${port ?? '?'} on as it is (${tlsMode})`;
  return tlsMode === undefined || protocolOf(protocol) === 'http'
    ? `takes ${protocol} on port ${port ?? '?'}`
    : `ends TLS on port ${port ?? '?'} (${protocol}, ${tlsMode})`;
}

const gatewayHints: Readonly<Record<string, string>> = {
  http: ', or let the server speak HTTP: protocol HTTPS and `mode: SIMPLE` with a certificate, if it is to see requests',
  tls: ', or let the server hand TLS on: `mode: PASSTHROUGH`',
};

function* unusedRoutes(catalogue: Catalogue, { on, spec, hosts }: VirtualService): Generator<ObjectFinding> {
  const definitions = hosts.map((host) => definitionsOf(catalogue, host));
  const ports = definitions.flat().flatMap((definition) => definition.ports);
  if (ports.length === 0 || definitions.some((found) => found.length === 0)) return;
  for (const [kind, takes] of Object.entries(listeners)) {
    const routes = spec.at(kind);
    if (routes.items.length === 0 || ports.some(({ protocol }) => takes.has(protocol))) continue;
    const [definition] = definitions.flat();
    yield {
      code: 'AXC2121',
      message: `\`${kind}\` routes are never used for "${hosts[0]}": ${definition ? nameOf(definition) : 'it'} has no port for them${kind === 'http' ? ', only ones where Istio passes the bytes on' : ''}`,
      hint: protocolHints[kind] ?? '',
      on,
      field: routes.path,
      mark: 'key',
    };
  }
}

const listeners: Readonly<Record<string, ReadonlySet<Protocol>>> = {
  http: new Set<Protocol>(['http', 'unknown']),
  tls: new Set<Protocol>(['tls', 'unknown']),
  tcp: new Set<Protocol>(['tcp', 'tls', 'unknown']),
};

const protocolHints: Readonly<Record<string, string>> = {
  http: 'if the application speaks HTTP, write that as the protocol of the port, and let a DestinationRule start TLS',
  tls: 'write `http` routes, or give the port the protocol TLS if the application starts TLS itself',
  tcp: 'write `http` routes, or give the port the protocol TCP',
};

function* plaintextToTls(catalogue: Catalogue, { on, destinations }: VirtualService): Generator<ObjectFinding> {
  for (const { host, port, subset, field, protocol } of destinations) {
    if (protocol !== 'http' || port === undefined) continue;
    const ports = definitionsOf(catalogue, host)
      .flatMap((definition) => definition.ports)
      .filter(({ number }) => number === port);
    if (ports.length === 0 || ports.some((one) => one.protocol !== 'tls')) continue;
    const rules = rulesCovering(catalogue, host);
    if (rules.some((rule) => startsTls(tlsFor(rule, port, subset)))) continue;
    const other = rules.find(({ spec }) => /"tls":/.test(JSON.stringify(spec.value ?? null)));
    yield {
      code: 'AXC2122',
      severity: 'warning',
      message: `requests go to port ${port} of "${host}" without TLS, where TLS is expected: ${other ? `${nameOf(other)} does not start it for ${subset === undefined ? 'this port' : `port ${port} of subset "${subset}"`}` : 'no DestinationRule here starts it'}`,
      hint: other
        ? `add \`tls\` for port ${port} there, or route to a port that speaks HTTP`
        : 'add a DestinationRule with `tls` for this host, or route to a port that speaks HTTP',
      on,
      field: field.at('port', 'number').path,
    };
  }
}
