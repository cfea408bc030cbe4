import { canonicalAddress } from '../spec/ranges.ts';
import { defineCheck } from './check.ts';

/** One address and port leads to one gateway. */
export const gatewaysAreDistinct = defineCheck({
  evidence: 'spec',
  codes: ['AXC1213'],
  *find(spec) {
    const first = new Map<string, string>();
    for (const [name, { gateway }] of Object.entries(spec.clusters)) {
      for (const [index, address] of (gateway?.addresses ?? []).entries()) {
        const key = `${canonicalAddress(address)} ${gateway?.port}`;
        const before = first.get(key);
        if (before === undefined) first.set(key, name);
        if (before === undefined || before === name) continue;
        yield {
          code: 'AXC1213',
          message: `${address} port ${gateway?.port} is the gateway of "${before}" already`,
          hint: 'each cluster has a gateway of its own: correct the address, or the port',
          at: ['clusters', name, 'gateway', 'addresses', index],
          looksAt: [
            ['clusters', name, 'gateway', 'port'],
            ['clusters', before, 'gateway', 'addresses'],
            ['clusters', before, 'gateway', 'port'],
          ],
        };
      }
    }
  },
});
