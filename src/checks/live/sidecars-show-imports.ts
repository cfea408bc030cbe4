import { covers } from '../../objects/hosts.ts';
import { atAll, eachLiveCluster, gapIn, rootNamespaceOf, type WithLive } from './live-check.ts';
import { refOf } from './matching.ts';

/** A Sidecar object lists what the proxies of a Namespace may know: the imports have to be among it. */
export const sidecarsShowImports = eachLiveCluster({
  title: 'Sidecars',
  codes: ['AXC4041'],
  when: ({ federation, own }) => federation.imports.some(({ cluster }) => cluster === own),
  *find({ federation, own, live }) {
    yield* gapIn(live.sidecars);
    const root = rootNamespaceOf(live);
    for (const sidecar of live.sidecars.items) {
      const { namespace } = sidecar.metadata;
      const { egress, workloadSelector } = sidecar.spec;
      if (egress.length === 0) continue;
      const hosts = egress.flatMap((one) => one.hosts);
      const meant = federation.imports.filter(
        ({ cluster, exportTo }) =>
          cluster === own &&
          exportTo.some((caller) => caller === namespace || (namespace === root && !hasOwn(caller, live))),
      );
      const listed = meant.filter((one) => hosts.some((host) => shows(host, namespace, one)));
      // Istio adds what the route of a host leads to by itself (`collectImportedServices` in `pilot/pkg/model/sidecar.go`).
      const reached = new Set(
        listed.flatMap(({ routes }) => routes.flatMap(({ destinations }) => destinations.map(({ host }) => host))),
      );
      const hidden = meant.filter((one) => !listed.includes(one) && !reached.has(one.host));
      const [first] = hidden;
      if (first === undefined) continue;
      yield {
        code: 'AXC4041',
        severity: workloadSelector ? 'warning' : 'error',
        message: `hides ${first.host} from ${workloadSelector ? 'the pods that it selects' : `the callers it is for`}: its egress hosts do not contain ${first.namespace}/${first.host}`,
        hint: `Add "${first.namespace}/*" to spec.egress.hosts.`,
        object: refOf(live.cluster, sidecar, 'spec.egress'),
        ...atAll(hidden),
      };
    }
  },
});

/** A Sidecar of the root Namespace is for Namespaces without one of their own. */
const hasOwn = (namespace: string, { sidecars }: WithLive['live']): boolean =>
  sidecars.items.some(({ metadata, spec }) => metadata.namespace === namespace && !spec.workloadSelector);

/** `namespace/host`, where the Namespace may be `*`, or `.` for the own one. */
function shows(entry: string, home: string, { namespace, host }: { namespace: string; host: string }): boolean {
  const [space = '*', pattern = entry] = entry.includes('/') ? entry.split('/') : [];
  return (space === '*' || space === namespace || (space === '.' && home === namespace)) && covers(pattern, host);
}
