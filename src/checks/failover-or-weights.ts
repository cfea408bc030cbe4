import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** Calls have an order of clusters or shares for each, not both: weights have no failover. */
export const failoverOrWeights = defineCheck({
  evidence: 'spec',
  codes: ['AXC1208'],
  *find(spec) {
    for (const { service, at } of servicesOf(spec)) {
      if (!service.traffic?.failover || !service.traffic.weights) continue;
      yield {
        code: 'AXC1208',
        message: '`failover` and `weights` together',
        hint: 'keep one: with weights, the share of a cluster that is down fails',
        at: [...at, 'traffic', 'weights'],
        mark: 'key',
        looksAt: [[...at, 'traffic', 'failover']],
      };
    }
  },
});
