import { providersOf, servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** Where a service is provided there is a gateway through which the other clusters reach it. */
export const providersHaveGateways = defineCheck({
  evidence: 'spec',
  codes: ['AXC1204'],
  *find(spec) {
    for (const { cluster, at } of servicesOf(spec).flatMap(providersOf)) {
      const known = spec.clusters[cluster];
      if (!known || known.gateway) continue;
      yield {
        code: 'AXC1204',
        message: `"${cluster}" provides a service, but has no gateway`,
        hint: `say where the others reach it:\nclusters:\n  ${cluster}:\n    gateway: { addresses: [203.0.113.20] }`,
        at,
        mark: 'key',
        looksAt: [
          ['clusters', cluster],
          ['clusters', cluster, '*'],
        ],
      };
    }
  },
});
