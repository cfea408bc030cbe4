import type { Import } from '../model/federation.ts';
import { defineCheck } from './check.ts';

/** Two hosts on one address would get each other's connections. */
export const virtualAddressesDiffer = defineCheck({
  evidence: 'federation',
  codes: ['AXC1228'],
  *find({ imports }) {
    const taken = new Map<string, Import>();
    for (const one of imports) {
      for (const { address } of one.entries) {
        if (address === undefined) continue;
        const key = `${one.cluster.name}/${address}`;
        const other = taken.get(key);
        taken.set(key, other ?? one);
        if (other === undefined) continue;
        yield {
          code: 'AXC1228',
          at: one.at,
          mark: 'key',
          message: `${one.host} and ${other.host} have the same virtual address ${address} in ${one.cluster.name}`,
          hint: `Give one of them another with \`address\`, or choose another \`addressRange\`.`,
          looksAt: [other.at],
        };
      }
    }
  },
});
