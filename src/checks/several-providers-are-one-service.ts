import { hasOrder, providersOf, servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/**
 * Providers that stand in for each other have one namespace and Service name: a host has one SNI, and the SNI names both
 * (`scenario-proof`, section 1: a gateway that doesn't know it resets the connection).
 */
export const severalProvidersAreOneService = defineCheck({
  evidence: 'spec',
  codes: ['AXC1207'],
  *find(spec) {
    for (const named of servicesOf(spec)) {
      if (!hasOrder(named.service)) continue;
      const [first, ...others] = providersOf(named);
      for (const { cluster, provider, at } of first ? others : []) {
        for (const key of ['namespace', 'service'] as const) {
          const wanted = first?.provider[key] ?? (key === 'service' ? named.name : '');
          const is = provider[key] ?? named.name;
          if (is === wanted) continue;
          yield {
            code: 'AXC1207',
            message: `${key} "${is}" in ${cluster}, but "${wanted}" in ${first?.cluster}`,
            hint: 'one host reaches the same namespace and Service everywhere; with other names make it two services, or use `traffic.weights`',
            at: [...at, key],
            looksAt: [
              [...(first?.at ?? at), key],
              [...(first?.at ?? at), '*'],
              [...at, '*'],
              [...named.at, 'providers', '*'],
              [...named.at, 'traffic', '*'],
            ],
          };
        }
      }
    }
  },
});
