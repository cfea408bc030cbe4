import { hasOrder, servicesOf, sharingPaths } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/**
 * Beside a provider it is the locality that keeps its own pods in front. In one region the gateway of another cluster is as near as
 * a pod in another zone; where nodes have no zone, as near as every pod. https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/
 */
export const ownPodsAreNearest = defineCheck({
  evidence: 'spec',
  codes: ['AXC1233'],
  *find(spec) {
    for (const named of servicesOf(spec)) {
      const { name, service } = named;
      if (!hasOrder(service)) continue;
      const providers = Object.keys(service.providers);
      const beside = service.consumers.map(({ cluster }) => cluster).find((cluster) => providers.includes(cluster));
      const region = beside === undefined ? undefined : spec.clusters[beside]?.region;
      const other = providers.find((one) => one !== beside && spec.clusters[one]?.region === region);
      if (region === undefined || other === undefined) continue;
      yield {
        code: 'AXC1233',
        severity: 'warning',
        message: `to callers of "${name}" in ${beside} the pods of ${other} are as near as their own, for both are in the region "${region}"`,
        hint: 'leave `region` out where it is not another one: each cluster then has one of its own',
        at: ['clusters', other, 'region'],
        looksAt: [['clusters', beside ?? '', 'region'], ...sharingPaths(named)],
      };
    }
  },
});
