import { type Catalogue, definitionsOf, grouped, type Rule } from '../../objects/catalogue.ts';
import { nameOf } from '../../objects/located.ts';
import type { Port } from '../../objects/protocols.ts';
import { tlsFor } from '../../objects/traffic-policies.ts';
import type { VirtualService } from '../../objects/virtual-services.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** Where the application speaks TLS itself, what the sidecar starts goes around it. */
export const tlsIsStartedOnce = defineClusterCheck({
  codes: ['AXC2195'],
  *find(catalogue) {
    // Routes of the Gateway API may lead plain requests anywhere.
    if (catalogue.objects.some(({ apiVersion, kind }) => gatewayApi.test(apiVersion) && kind.endsWith('Route'))) return;
    const plain = grouped(plainRoutes(catalogue), ({ host }) => host);
    for (const rule of catalogue.rules) {
      const routed = plain.get(rule.host) ?? [];
      const ports = tlsPorts(catalogue, rule).filter(
        ({ number }) => !routed.some(({ port }) => port === undefined || port === number),
      );
      yield* secondTls(catalogue, rule, ports);
    }
  },
});

const gatewayApi = /^gateway\.networking\.k8s\.io\//;

function* secondTls({ definitions }: Catalogue, rule: Rule, ports: readonly Port[]): Generator<ObjectFinding> {
  const started = grouped(
    ports
      .map(({ number }) => ({ number, tls: tlsFor(rule, number) }))
      .filter(
        ({ tls }) => /^(SIMPLE|MUTUAL)$/.test(tls.at('mode').text ?? '') && !rule.spec.at('workloadSelector').isSet,
      ),
    ({ tls }) => tls.path.join(),
  );
  const [definition] = definitions.get(rule.host) ?? [];
  for (const group of started.values()) {
    const [first] = group;
    if (!first || !definition) continue;
    const numbers = group.map(({ number }) => number).join(', ');
    yield {
      code: 'AXC2195',
      severity: 'warning',
      message: `${nameOf(definition)} says that clients speak TLS themselves on port ${numbers}: this wraps their TLS into another one, which the server does not expect`,
      hint: 'remove `tls` for this port; or give it the protocol HTTP if clients call with http://',
      on: rule.on,
      field: first.tls.at('mode').path,
    };
  }
}

/** The ports of ServiceEntries on which applications speak TLS, whichever entry one looks at. */
function tlsPorts({ definitions }: Catalogue, { host }: Rule): Port[] {
  const found = definitions.get(host) ?? [];
  if (found.some((one) => !('endpoints' in one))) return [];
  const byNumber = grouped(
    found.flatMap(({ ports }) => ports),
    ({ number }) => String(number),
  );
  return [...byNumber.values()].flatMap(([first, ...others]) =>
    first?.protocol === 'tls' && others.every(({ protocol }) => protocol === 'tls') ? [first] : [],
  );
}

/** Where requests or bytes without TLS are led to: there it has to be started. */
const plainRoutes = (catalogue: Catalogue) =>
  catalogue.virtualServices.flatMap((virtualService) =>
    virtualService.destinations.filter(
      ({ protocol }) => protocol !== 'tls' && carriesPlaintext(catalogue, virtualService),
    ),
  );

/** A gateway may have ended TLS; a sidecar uses such routes only on ports without. */
const carriesPlaintext = (catalogue: Catalogue, { hosts, gateways }: VirtualService): boolean =>
  gateways.length > 0 ||
  hosts.length === 0 ||
  hosts.some((host) => {
    const definitions = definitionsOf(catalogue, host);
    return (
      definitions.length === 0 || definitions.some(({ ports }) => ports.some(({ protocol }) => protocol !== 'tls'))
    );
  });
