import { grouped } from '../../objects/catalogue.ts';
import { haveCommonClients, nameOf } from '../../objects/located.ts';
import { defineClusterCheck } from './object-check.ts';

/** Gateways merge the VirtualServices of a host, sidecars take one of them: the oldest. */
export const meshHostsHaveOneVirtualService = defineClusterCheck({
  codes: ['AXC2130'],
  analyzers: { AXC2130: 'IST0109' },
  *find({ virtualServices }) {
    const bound = virtualServices
      .filter(({ isForMesh }) => isForMesh)
      .flatMap((virtualService) => [...new Set(virtualService.hosts)].map((host) => ({ host, virtualService })));
    for (const [host, group] of grouped(bound, (one) => one.host)) {
      const [first, ...others] = group;
      for (const { virtualService } of first ? others : []) {
        const other = first?.virtualService;
        if (!other || nameOf(other) === nameOf(virtualService) || !haveCommonClients(other, virtualService)) continue;
        yield {
          code: 'AXC2130',
          message: `${nameOf(other)} has routes for "${host}" too: sidecars use the older one, and ignore the other for this host`,
          hint: 'merge the two, or export them to different namespaces with `exportTo`',
          on: virtualService.on,
          field: virtualService.spec.at('hosts').items[virtualService.hosts.indexOf(host)]?.path ?? ['spec', 'hosts'],
        };
      }
    }
  },
});
