import { saidPorts } from '../spec/ports.ts';
import type { FederationSpec } from '../spec/schema.ts';
import { hasOrder, type NamedService, servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/**
 * Where calls could go another way, something has to tell that the first way is dead: without a time-out a request to a
 * gateway that is gone hangs, and is no error to Envoy. For TCP nothing helps but the application's own.
 */
export const deadGatewaysAreNoticed = defineCheck({
  evidence: 'spec',
  codes: ['AXC1225'],
  *find(spec) {
    for (const named of servicesOf(spec)) {
      const ways = otherWay(named, spec);
      if (ways === undefined || isTimed(named)) continue;
      const { at, service } = named;
      yield {
        code: 'AXC1225',
        severity: 'warning',
        message: `${ways}, but no time-out: a request to a gateway that is gone hangs, and the other is never tried`,
        hint: 'traffic: { retries: { attempts: 2, perTryTimeout: 3s } }, or a `timeout`',
        at: service.traffic ? [...at, 'traffic'] : at,
        mark: 'key',
        looksAt: [
          [...at, '*'],
          [...at, 'preset'],
          [...at, 'traffic', '*'],
          [...at, 'traffic', 'retries', '*'],
          [...at, 'providers', '*'],
          ...saidPorts(service).map((port) => [...at, ...port.at, 'protocol']),
          ...Object.keys(service.providers).map((cluster) => ['clusters', cluster, 'gateway', 'addresses']),
        ],
      };
    }
  },
});

function otherWay({ service }: NamedService, { clusters }: FederationSpec): string | undefined {
  if (hasOrder(service)) return 'failover';
  const several = Object.keys(service.providers).find((name) => (clusters[name]?.gateway?.addresses.length ?? 0) > 1);
  return several === undefined ? undefined : `the gateway of "${several}" has several addresses`;
}

/** HTTP and HTTP2 have a time per try by default; what the spec says about retries takes its place. */
function isTimed({ service }: NamedService): boolean {
  const { timeout, retries } = service.traffic ?? {};
  const spoken = saidPorts(service).map(({ protocol }) => protocol);
  if (timeout !== undefined || (retries?.perTryTimeout !== undefined && retries.attempts > 0)) return true;
  return spoken.every((protocol) => protocol === 'TCP' || protocol === undefined || (protocol !== 'GRPC' && !retries));
}
