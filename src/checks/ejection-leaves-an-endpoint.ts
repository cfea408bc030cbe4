import type { FederationSpec } from '../spec/schema.ts';
import { type NamedService, servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** Outlier detection leaves out an endpoint; where there is only one, that is the whole cluster. */
export const ejectionLeavesAnEndpoint = defineCheck({
  evidence: 'spec',
  codes: ['AXC1224'],
  *find(spec) {
    for (const named of servicesOf(spec)) {
      const alone = named.service.traffic?.outlierDetection ? onlyGateway(named, spec) : undefined;
      if (alone === undefined) continue;
      yield {
        code: 'AXC1224',
        message: `outlier detection, but callers see "${alone}" as a single endpoint: its gateway`,
        hint: 'remove it, or give the gateway a second address, or the service a second provider with `failover`',
        at: [...named.at, 'traffic', 'outlierDetection'],
        mark: 'key',
        looksAt: [
          [...named.at, 'providers', '*'],
          [...named.at, 'traffic', '*'],
          ['clusters', alone, 'gateway', 'addresses'],
          ...named.service.consumers.map((_, index) => [...named.at, 'consumers', index, 'cluster']),
        ],
      };
    }
  },
});

/** Providers with failover stand in for each other; with weights each is a host of its own. */
function onlyGateway({ service }: NamedService, { clusters }: FederationSpec): string | undefined {
  const providers = Object.keys(service.providers);
  if (providers.length > 1 && service.traffic?.weights === undefined) return undefined;
  return providers.find(
    (provider) =>
      clusters[provider]?.gateway?.addresses.length === 1 &&
      service.consumers.some(({ cluster }) => cluster !== provider),
  );
}
