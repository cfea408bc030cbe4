import type { Code } from '../../codes.ts';
import { fullHost } from '../../objects/hosts.ts';
import { atAll, eachLiveCluster, gapIn, type WithLive } from './live-check.ts';
import { isOf, isVisibleIn, refOf } from './matching.ts';

/** Nobody else defines a federated host, or routes it, where its callers are. */
export const hostsAreOurs = eachLiveCluster({
  title: 'hosts',
  codes: ['AXC4039', 'AXC4040'] satisfies readonly Code[],
  when: ({ federation, own }) => federation.imports.some(({ cluster }) => cluster === own),
  *find({ federation, own, live }) {
    yield* gapIn(live.serviceEntries);
    yield* gapIn(live.virtualServices);
    const imports = federation.imports.filter(({ cluster }) => cluster === own);
    for (const entry of live.serviceEntries.items) {
      const all = isOf(entry, federation.name) ? [] : imports.filter((one) => meets(one, entry));
      const [same] = all;
      if (same === undefined) continue;
      yield {
        code: 'AXC4039',
        message: `defines the host ${same.host}, too: which of the two a caller gets depends on their age`,
        hint: 'Remove it once this federation imports the host, or narrow its `exportTo`.',
        object: refOf(live.cluster, entry, 'spec.hosts'),
        ...atAll(all),
      };
    }
    for (const route of live.virtualServices.items) {
      const { gateways } = route.spec;
      if (gateways.length > 0 && !gateways.includes('mesh')) continue;
      const all = isOf(route, federation.name) ? [] : imports.filter((one) => meets(one, route));
      const [same] = all;
      if (same === undefined) continue;
      yield {
        code: 'AXC4040',
        message: `routes the host ${same.host}, too: Istio keeps the oldest route of a host and ignores the others`,
        hint: 'Remove it, or take the host out of it.',
        object: refOf(live.cluster, route, 'spec.hosts'),
        ...atAll(all),
      };
    }
  },
});

type Import = WithLive['federation']['imports'][number];
type HasHosts = WithLive['live']['serviceEntries']['items'][number];

const meets = ({ host, exportTo }: Import, { metadata, spec }: Pick<HasHosts, 'metadata' | 'spec'>): boolean =>
  spec.hosts.some((one) => fullHost(one, metadata.namespace) === host) &&
  exportTo.some((caller) => isVisibleIn(caller, metadata.namespace, spec.exportTo));
