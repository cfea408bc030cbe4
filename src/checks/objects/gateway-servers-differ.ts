import { type Catalogue, grouped } from '../../objects/catalogue.ts';
import type { Exposed, Server } from '../../objects/gateways.ts';
import { isWildcard, patternsOf } from '../../objects/hosts.ts';
import { labelText } from '../../objects/label-index.ts';
import { nameOf } from '../../objects/located.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** Gateways that select the same pods share their ports: a host may be in one TLS server of a port only. */
export const gatewayServersDiffer = defineClusterCheck({
  codes: ['AXC2143', 'AXC2144'],
  analyzers: { AXC2143: 'IST0145' },
  *find(catalogue) {
    yield* skippedServers(catalogue);
    yield* doubleChains(catalogue);
  },
});

/** `CheckDuplicates` in `pilot/pkg/model/gateway.go`: one host that is known already, and the whole server is skipped. */
function* skippedServers({ servers }: Catalogue): Generator<ObjectFinding> {
  const withTls = servers.all.filter(({ tlsMode, port }) => tlsMode !== undefined && port !== undefined);
  for (const sharing of grouped(withTls, placeOf).values()) {
    const known = new Map<string, Server>();
    for (const server of sharing) {
      const hosts = server.field.at('hosts').items;
      const double = hosts.find(({ text }) => text !== undefined && known.has(text));
      if (!double) for (const { text } of hosts) if (text !== undefined) known.set(text, server);
      const other = known.get(double?.text ?? '');
      if (!double || !other) continue;
      yield {
        code: 'AXC2143',
        severity: hosts.length > 1 || other.tlsMode !== server.tlsMode ? 'error' : 'warning',
        message: `"${double.text}" is in another server of port ${server.port} already (${nameOf(other)}): Istio skips this server with all its hosts`,
        hint: 'keep the host in one of them',
        on: server.on,
        field: double.path,
      };
    }
  }
}

/** Both servers get a filter chain for the same server name, and Envoy refuses a listener that has two. */
function* doubleChains({ exposed }: Catalogue): Generator<ObjectFinding> {
  for (const offers of exposed.values()) {
    for (const offer of offers) {
      const wider = widerOffer(exposed, offer);
      if (!wider) continue;
      yield {
        code: 'AXC2144',
        severity: 'warning',
        message: `"${wider.host}" of ${nameOf(wider.server)} opens "${offer.host}" on the same port: Envoy refuses a listener with two chains for one name, and nothing new arrives through this gateway`,
        hint: `remove "${wider.host}", and list the hosts that are meant`,
        on: offer.server.on,
        field: offer.field.path,
      };
    }
  }
}

const widerOffer = (exposed: ReadonlyMap<string, readonly Exposed[]>, { host, server }: Exposed): Exposed | undefined =>
  patternsOf(host)
    .filter((pattern) => pattern !== host && isWildcard(pattern))
    .flatMap((pattern) => exposed.get(pattern) ?? [])
    .find((other) => other.server.field !== server.field && placeOf(other.server) === placeOf(server));

/** The pods, by their selector as it is written, and the port of theirs. */
const placeOf = ({ labels, port, field }: Server): string =>
  `${labelText(new Map([...labels].toSorted()))}|${port}|${field.at('bind').text ?? ''}`;
