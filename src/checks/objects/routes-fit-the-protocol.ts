import { type Catalogue, definitionsOf, rulesCovering } from '../../objects/catalogue.ts';
import { nameOf } from '../../objects/located.ts';
import type { Protocol } from '../../objects/protocols.ts';
import type { VirtualService } from '../../objects/virtual-services.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/**
 * Routes are attached to listeners of their protocol: `http` routes to ports that Istio takes for HTTP, `tls` routes to
 * those where the application speaks TLS, `tcp` routes to all but HTTP.
 */
export const routesFitTheProtocol = defineClusterCheck({
  codes: ['AXC2121', 'AXC2122'],
  *find(catalogue) {
    for (const virtualService of catalogue.virtualServices) {
      if (virtualService.isForMesh && virtualService.gateways.length === 0) {
        yield* unusedRoutes(catalogue, virtualService);
      }
      yield* plaintextToTls(catalogue, virtualService);
    }
  },
});

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
  for (const { host, port, field, protocol } of destinations) {
    if (protocol !== 'http' || port === undefined) continue;
    const ports = definitionsOf(catalogue, host)
      .flatMap((definition) => definition.ports)
      .filter(({ number }) => number === port);
    if (ports.length === 0 || ports.some((one) => one.protocol !== 'tls') || startsTls(catalogue, host)) continue;
    yield {
      code: 'AXC2122',
      severity: 'warning',
      message: `requests go to port ${port} of "${host}" without TLS, where TLS is expected: no DestinationRule here starts it`,
      hint: 'add a DestinationRule with `tls` for this host, or route to a port that speaks HTTP',
      on,
      field: field.at('port', 'number').path,
    };
  }
}

const startsTls = (catalogue: Catalogue, host: string): boolean =>
  rulesCovering(catalogue, host).some(
    ({ spec }) =>
      spec.at('trafficPolicy', 'tls').isSet ||
      spec.at('trafficPolicy', 'portLevelSettings').items.some((settings) => settings.at('tls').isSet) ||
      spec.at('subsets').items.some((subset) => subset.at('trafficPolicy').isSet),
  );
