import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** A consumer is in another cluster than the only provider; one beside it is a local caller. */
export const consumersAreElsewhere = defineCheck({
  evidence: 'spec',
  codes: ['AXC1202'],
  *find(spec) {
    for (const { service, at } of servicesOf(spec)) {
      const [provider, ...others] = Object.keys(service.providers);
      if (others.length > 0) continue;
      for (const [index, { cluster, namespace, serviceAccount }] of service.consumers.entries()) {
        if (cluster !== provider) continue;
        yield {
          code: 'AXC1202',
          message: `this consumer is in ${cluster}, where the service runs`,
          hint: `name it under localCallers: - { namespace: ${namespace}, serviceAccount: ${serviceAccount} }`,
          at: [...at, 'consumers', index, 'cluster'],
          looksAt: [[...at, 'providers', '*']],
        };
      }
    }
  },
});
