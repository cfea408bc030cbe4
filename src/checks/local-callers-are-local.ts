import { providersOf, servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** `any` local caller is `<trust domain>/*`, and so is who keeps the other ports: where identities are shared, that is everybody in every cluster. */
export const localCallersAreLocal = defineCheck({
  evidence: 'spec',
  codes: ['AXC1304'],
  *find(spec) {
    if (spec.identity !== 'shared') return;
    for (const named of servicesOf(spec)) {
      for (const { provider, at } of providersOf(named)) {
        if (provider.otherPorts !== 'open') continue;
        yield {
          code: 'AXC1304',
          message: 'other ports stay open, but identities are shared: every caller of every cluster would be let in',
          hint: 'leave it out, and name who calls them: localCallers: - { namespace: default, serviceAccount: batch, ports: [9187] }',
          at: [...at, 'otherPorts'],
          looksAt: [['identity']],
        };
      }
      const { service, at } = named;
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
