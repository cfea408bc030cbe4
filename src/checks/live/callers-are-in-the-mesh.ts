import type { Code } from '../../codes.ts';
import { eachLiveCluster, gapIn, type WithLive } from './live-check.ts';
import { listed } from './matching.ts';

/** Who calls has a sidecar, or will get one. */
export const callersAreInTheMesh = eachLiveCluster({
  title: 'injection',
  codes: ['AXC4035'] satisfies readonly Code[],
  when: ({ federation, own }) => spacesIn(federation, own).length > 0,
  *find({ federation, own, live }) {
    yield* gapIn(live.pods);
    yield* gapIn(live.namespaces);
    for (const { namespace, accounts, at } of spacesIn(federation, own)) {
      const pods = live.pods.items.filter(
        (pod) => pod.runs && pod.namespace === namespace && accounts.includes(pod.serviceAccount),
      );
      const bare = pods.filter(({ proxy }) => proxy === undefined);
      const labels = live.namespaces.items.find(({ name }) => name === namespace)?.labels;
      if (bare.length > 0) {
        yield {
          code: 'AXC4035',
          severity: 'warning',
          message: `${listed(bare.map(({ name }) => name))} in ${namespace} of ${live.cluster} has no sidecar, and so can't call other clusters`,
          hint: `Label the Namespace (\`kubectl label namespace ${namespace} istio-injection=enabled\`) and restart the pods.`,
          at,
        };
      } else if (labels?.['istio.io/dataplane-mode'] === 'ambient') {
        yield {
          code: 'AXC4035',
          severity: 'warning',
          message: `the Namespace ${namespace} of ${live.cluster} is in ambient mode: only pods with sidecars can call other clusters`,
          at,
        };
      } else if (labels !== undefined && pods.length === 0 && !isInjected(labels)) {
        yield {
          code: 'AXC4035',
          severity: 'warning',
          message: `the Namespace ${namespace} of ${live.cluster} has no label for injection: its pods get no sidecar, unless they ask for one themselves`,
          hint: `kubectl label namespace ${namespace} istio-injection=enabled`,
          at,
        };
      }
    }
  },
});

const isInjected = (labels: Readonly<Record<string, string>>): boolean =>
  labels['istio-injection'] === 'enabled' || labels['istio.io/rev'] !== undefined;

/** Namespaces with callers, and who they are. */
function spacesIn({ services }: WithLive['federation'], own: WithLive['own']) {
  const found = new Map<string, { namespace: string; accounts: string[]; at: readonly (string | number)[] }>();
  for (const { consumers, at } of services) {
    for (const { cluster, namespace, serviceAccount } of consumers) {
      if (cluster !== own) continue;
      const space = found.get(namespace) ?? { namespace, accounts: [], at };
      space.accounts.push(serviceAccount);
      found.set(namespace, space);
    }
  }
  return [...found.values()];
}
