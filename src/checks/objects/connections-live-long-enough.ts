import { isImport } from '../../objects/entries.ts';
import { defineClusterCheck } from './object-check.ts';

/** A connection to another cluster begins with a TLS handshake over the distance. */
export const connectionsLiveLongEnough = defineClusterCheck({
  codes: ['AXC2162'],
  *find({ rules, definitions }) {
    for (const { on, spec, host } of rules) {
      const most = spec.at('trafficPolicy', 'connectionPool', 'http', 'maxRequestsPerConnection');
      if (most.number === undefined || most.number < 1 || most.number >= 100) continue;
      const isRemote =
        spec.at('trafficPolicy', 'tls', 'sni').text?.startsWith('outbound_') ||
        definitions.get(host)?.some((one) => 'endpoints' in one && isImport(one));
      if (!isRemote) continue;
      yield {
        code: 'AXC2162',
        severity: 'warning',
        message: `every ${most.number === 1 ? 'request' : `${most.number} requests`} a new connection to the other cluster is opened, with its TLS handshake: this is no pooling`,
        hint: 'leave it out, or write 1000 or more; `maxConnections` limits the pool',
        on,
        field: most.path,
      };
    }
  },
});
