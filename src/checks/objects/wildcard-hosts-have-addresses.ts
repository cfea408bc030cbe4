import { covers, isWildcard } from '../../objects/hosts.ts';
import { defineClusterCheck } from './object-check.ts';

/**
 * Istio's DNS and its virtual addresses are for exact hosts (istio#31372). A public wildcard may be known to the DNS of
 * the cluster, and without resolution it's the usual way out of the mesh: neither is meant here.
 */
export const wildcardHostsHaveAddresses = defineClusterCheck({
  codes: ['AXC2101', 'AXC2102'],
  *find({ entries }) {
    for (const { on, spec, resolution, isExternal } of entries) {
      const hosts = spec.at('hosts').items;
      const isResolved = resolution === 'DNS' || resolution === 'STATIC' || resolution === 'DNS_ROUND_ROBIN';
      for (const field of hosts) {
        const host = field.text;
        if (host === undefined) continue;
        if (isResolved && isWildcard(host) && (!isExternal || isPrivate(host))) {
          yield {
            code: 'AXC2101',
            severity: 'warning',
            message: `no name under "${host}" gets an address: Istio answers DNS for exact hosts only, and sends all of them to the same endpoints`,
            hint: 'write a ServiceEntry for each service, with its exact host',
            on,
            field: field.path,
          };
        }
        const wider = hosts.find(({ text }) => text !== undefined && text !== host && covers(text, host));
        if (wider) {
          yield {
            code: 'AXC2102',
            severity: 'warning',
            message: `"${host}" is already covered by "${wider.text}" of this ServiceEntry: Istio makes two services with the same endpoints`,
            hint: `keep the exact host, and remove "${wider.text}"`,
            on,
            field: field.path,
          };
        }
      }
    }
  },
});

const isPrivate = (host: string): boolean => /\.(local|internal|global|svc|mesh|cluster|lan|corp|intra)$/.test(host);
