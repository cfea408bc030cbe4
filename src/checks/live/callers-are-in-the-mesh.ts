import type { Code } from '../../codes.ts';
import { hasInjection, isAmbient, waysToSidecars } from './injection.ts';
import { atAll, eachLiveCluster, gapIn, type WithLive } from './live-check.ts';
import { listed } from './matching.ts';

/** Who calls has a sidecar, or will get one. */
export const callersAreInTheMesh = eachLiveCluster({
  title: 'injection',
  codes: ['AXC4035'] satisfies readonly Code[],
  when: ({ federation, own }) => spacesIn(federation, own).length > 0,
  *find({ federation, own, live }) {
    yield* gapIn(live.pods);
    yield* gapIn(live.namespaces);
    for (const { namespace, accounts, services } of spacesIn(federation, own)) {
      const pods = live.pods.items.filter(
        (pod) => pod.runs && pod.namespace === namespace && accounts.includes(pod.serviceAccount),
      );
      const bare = pods.filter(({ proxy }) => proxy === undefined);
      const labels = live.namespaces.items.find(({ name }) => name === namespace)?.labels;
      const what =
        bare.length > 0
          ? `${listed(bare.map(({ name }) => name))} in ${namespace} of ${live.cluster} has no sidecar, and so can't call other clusters`
          : labels && lacksInjection(namespace, labels, pods.length > 0, live.cluster);
      if (what === undefined) continue;
      const hint = waysToSidecars(namespace, live);
      yield { code: 'AXC4035', severity: 'warning', message: what, hint, ...atAll(services) };
    }
  },
});

/** Of a Namespace whose pods have sidecars, or that has none yet. */
function lacksInjection(
  namespace: string,
  labels: Readonly<Record<string, string>>,
  hasPods: boolean,
  cluster: string,
): string | undefined {
  const name = `the Namespace ${namespace} of ${cluster}`;
  if (isAmbient(labels)) return `${name} is in ambient mode: only pods with sidecars can call other clusters`;
  return hasPods || hasInjection(labels)
    ? undefined
    : `${name} has no label for injection: its pods get no sidecar, unless they ask for one themselves`;
}

/** Namespaces with callers, and who they are. */
function spacesIn({ services }: WithLive['federation'], own: WithLive['own']) {
  const found = new Map<string, { namespace: string; accounts: string[]; services: (typeof services)[number][] }>();
  for (const service of services) {
    for (const { cluster, namespace, serviceAccount } of service.consumers) {
      if (cluster !== own) continue;
      const space = found.get(namespace) ?? { namespace, accounts: [], services: [] };
      space.accounts.push(serviceAccount);
      if (!space.services.includes(service)) space.services.push(service);
      found.set(namespace, space);
    }
  }
  return [...found.values()];
}
