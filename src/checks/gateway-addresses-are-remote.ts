import { specialRange } from '../spec/ranges.ts';
import { defineCheck } from './check.ts';

/** A gateway's address means the same machine to everybody, and not one that nobody should call. */
export const gatewayAddressesAreRemote = defineCheck({
  evidence: 'spec',
  codes: ['AXC1305'],
  *find(spec) {
    for (const [name, { gateway }] of Object.entries(spec.clusters)) {
      for (const [index, address] of (gateway?.addresses ?? []).entries()) {
        const what = specialRange(address) ?? specialName(address);
        if (what === undefined) continue;
        yield {
          code: 'AXC1305',
          message: `${address} is ${what === '"this host", not an address' ? what : `in or is ${what}`}: no gateway is there`,
          hint: `the address of the load balancer of the gateway in "${name}", as the other clusters reach it`,
          at: ['clusters', name, 'gateway', 'addresses', index],
        };
      }
    }
  },
});

function specialName(host: string): string | undefined {
  if (/(?:^|\.)localhost$/.test(host)) return 'the own machine';
  if (host === 'metadata.google.internal') return 'a metadata service of a cloud';
  return /\.svc$|\.cluster\.local$/.test(host) ? 'a name that only its own cluster knows' : undefined;
}
