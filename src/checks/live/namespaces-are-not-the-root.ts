import { atAll, eachLiveCluster, isUnread, type WithLive } from './live-check.ts';

/**
 * What is in the root Namespace of a mesh is for all of it: policies, and what the Namespace of a caller gets. The spec can be held
 * against Istio's default only (AXC1309); a mesh may have another.
 */
export const namespacesAreNotTheRoot = eachLiveCluster({
  title: 'root namespace',
  codes: ['AXC4044'],
  *find({ federation, own, live: { cluster, mesh } }) {
    if (isUnread(mesh)) return yield mesh;
    const { rootNamespace } = mesh;
    const used = federation.services.filter(({ providers, consumers }) =>
      [...providers, ...(setsCallersUp(federation, own) ? consumers : [])].some(
        ({ cluster: where, namespace }) => where === own && namespace === rootNamespace,
      ),
    );
    if (used.length === 0) return;
    yield {
      code: 'AXC4044',
      message: `${rootNamespace} is the root Namespace of the mesh of ${cluster}: policies and settings there are for every pod of the mesh`,
      hint: 'Let providers and callers run in Namespaces of their own.',
      ...atAll(used),
    };
  },
});

/** Whether the Namespace of a caller gets anything. */
const setsCallersUp = ({ telemetry }: WithLive['federation'], { dns }: WithLive['own']): boolean =>
  dns === 'capture' || Object.values(telemetry).some((one) => one !== undefined);
