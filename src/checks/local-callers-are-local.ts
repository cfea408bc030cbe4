import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** `any` local caller is `<trust domain>/*`: where identities are shared, that is everybody in every cluster. */
export const localCallersAreLocal = defineCheck({
  evidence: 'spec',
  codes: ['AXC1304'],
  *find(spec) {
    if (spec.identity !== 'shared') return;
    for (const { service, at } of servicesOf(spec)) {
      if (service.localCallers !== 'any') continue;
      yield {
        code: 'AXC1304',
        message: 'any local caller, but identities are shared: every caller of every cluster would be let in',
        hint: 'name the local callers: - { namespace: default, serviceAccount: batch }',
        at: [...at, 'localCallers'],
        looksAt: [['identity']],
      };
    }
  },
});
