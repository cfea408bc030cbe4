import { hasOrder, servicesOf, sharingPaths } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/**
 * Istio orders endpoints by labels or by locality, not by both. Beside a provider the locality keeps its own pods in front, so the
 * gateways of all others are equal there.
 */
export const orderIsKeptElsewhereOnly = defineCheck({
  evidence: 'spec',
  codes: ['AXC1229'],
  *find(spec) {
    for (const named of servicesOf(spec)) {
      const { name, service, at } = named;
      const providers = Object.keys(service.providers);
      const beside = service.consumers.find(({ cluster }) => providers.includes(cluster));
      if (!hasOrder(service) || providers.length < 3 || beside === undefined) continue;
      const others = providers.filter((provider) => provider !== beside.cluster);
      yield {
        code: 'AXC1229',
        severity: 'warning',
        message: `callers of "${name}" in ${beside.cluster} use its own pods first, then ${others.join(' and ')} alike: their order is kept only for callers in clusters that do not run it`,
        hint: 'nothing to do if the others are equally good; if not, provide it in two clusters only',
        at: [...at, 'providers'],
        mark: 'key',
        looksAt: sharingPaths(named),
      };
    }
  },
});
