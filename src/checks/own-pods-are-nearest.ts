import type { FederationSpec, ServiceSpec } from '../spec/schema.ts';
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
      const [pair] = sameRegion(service, spec);
      if (pair === undefined) continue;
      const { beside, other, region } = pair;
      yield {
        code: 'AXC1233',
        severity: 'warning',
        message: `to callers of "${name}" in ${beside} the pods of ${other} are as near as their own, for both are in the region "${region}"`,
        hint: 'leave `region` out where it is not another one: each cluster then has one of its own',
        at: ['clusters', other, 'region'],
        looksAt: [['clusters', beside, 'region'], ...sharingPaths(named)],
      };
    }
  },
});

/** Providers with callers beside them, each with another provider in its region. */
const sameRegion = ({ consumers, providers }: ServiceSpec, { clusters }: FederationSpec) =>
  consumers.flatMap(({ cluster: beside }) => {
    const region = beside in providers ? clusters[beside]?.region : undefined;
    if (region === undefined) return [];
    const others = Object.keys(providers).filter((one) => one !== beside && clusters[one]?.region === region);
    return others.map((other) => ({ beside, other, region }));
  });
