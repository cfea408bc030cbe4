import { defineCheck } from './check.ts';

/** `allowFrom` lets in the other clusters, not the internet. */
export const gatewaysAreRestricted = defineCheck({
  evidence: 'spec',
  codes: ['AXC1308'],
  *find(spec) {
    for (const [name, { gateway }] of Object.entries(spec.clusters)) {
      for (const [index, range] of (gateway?.allowFrom ?? []).entries()) {
        const shortest = range.includes(':') ? 16 : 8;
        if (Number(range.split('/')[1]) >= shortest) continue;
        yield {
          code: 'AXC1308',
          severity: 'warning',
          message: `${range} lets in almost everybody`,
          hint: 'name the addresses from which the other clusters call: those of their NAT gateways or nodes',
          at: ['clusters', name, 'gateway', 'allowFrom', index],
        };
      }
    }
  },
});
