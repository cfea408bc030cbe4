import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** Weights are percentages of the whole. */
export const weightsAddUp = defineCheck({
  evidence: 'spec',
  codes: ['AXC1210'],
  *find(spec) {
    for (const { service, at } of servicesOf(spec)) {
      const weights = service.traffic?.weights;
      if (!weights) continue;
      const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
      if (sum === 100) continue;
      const path = [...at, 'traffic', 'weights'];
      yield {
        code: 'AXC1210',
        message: `the weights add up to ${sum}, not to 100`,
        hint: 'each is the share of a cluster in percent',
        at: path,
        mark: 'key',
        looksAt: [[...path, '*'], ...Object.keys(weights).map((cluster) => [...path, cluster])],
      };
    }
  },
});
