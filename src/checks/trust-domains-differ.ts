import { defineCheck } from './check.ts';

/**
 * Two meshes have two trust domains, unless it is said that they share one: else `ns/shop/sa/frontend` of one cluster is
 * let in wherever the other's is.
 */
export const trustDomainsDiffer = defineCheck({
  evidence: 'spec',
  codes: ['AXC1302'],
  *find(spec) {
    if (spec.identity === 'shared') return;
    const first = new Map<string, string>();
    for (const [name, { trustDomain }] of Object.entries(spec.clusters)) {
      const before = first.get(trustDomain);
      if (before === undefined) first.set(trustDomain, name);
      else {
        yield {
          code: 'AXC1302',
          message: `"${name}" has the trust domain "${trustDomain}", as "${before}" has: their callers can't be told apart`,
          hint: 'give each mesh a `trustDomain` of its own (it is in its MeshConfig), or say `identity: shared` if that is on purpose',
          at: ['clusters', name, 'trustDomain'],
          looksAt: [
            ['clusters', name, '*'],
            ['clusters', before, 'trustDomain'],
            ['clusters', before, '*'],
            ['identity'],
            ['*'],
          ],
        };
      }
    }
  },
});
