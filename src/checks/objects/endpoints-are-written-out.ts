import { defineClusterCheck } from './object-check.ts';

/** A text that somebody meant to replace is a name that never resolves. */
export const endpointsAreWrittenOut = defineClusterCheck({
  codes: ['AXC2103'],
  *find({ entries }) {
    for (const { on, endpoints } of entries) {
      for (const endpoint of endpoints) {
        const address = endpoint.at('address');
        if (!placeholder.test(address.text ?? '')) continue;
        yield {
          code: 'AXC2103',
          severity: 'warning',
          message: `"${address.text}" looks like a placeholder: it resolves to nothing, and calls fail with 503 (no healthy upstream)`,
          hint: 'write the address of the gateway: an IP, or a host name that DNS knows',
          on,
          field: address.path,
        };
      }
    }
  },
});

const placeholder =
  /(^|[.-])(external-?ip|placeholder|change-?me|replace-?me|your-[a-z-]+|todo|fixme)($|[.-])|\.invalid$|[<>]|^x\.x\.x\.x$/i;
