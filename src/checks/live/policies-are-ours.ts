import { eachLiveCluster, isUnread, type WithLive } from './live-check.ts';
import { isOf, refOf, selects } from './matching.ts';

/** What the spec says of callers is all there is: policies of others let more in, or fewer. */
export const policiesAreOurs = eachLiveCluster({
  title: 'policies',
  codes: ['AXC4043'],
  when: ({ federation, own }) => federation.workloads.some(({ cluster }) => cluster === own),
  *find({ federation, own, live }) {
    if (live.authorizationPolicies.gap !== undefined) return yield { unread: live.authorizationPolicies.gap };
    const root = isUnread(live.mesh) ? 'istio-system' : live.mesh.namespace;
    const workloads = federation.workloads.filter(({ cluster }) => cluster === own);
    for (const policy of live.authorizationPolicies.items) {
      const { action, rules } = policy.spec;
      const touched = workloads.find((workload) => concerns(policy, workload, live, root));
      // Without rules an ALLOW policy only denies what nothing else allows, as ours does.
      if (touched === undefined || isOf(policy, federation.name) || rules.length === 0) continue;
      const name = `${touched.namespace}/${touched.name}`;
      yield {
        code: 'AXC4043',
        severity: 'warning',
        message:
          action === 'ALLOW'
            ? `lets callers in to the exported workload ${name} besides those that the spec names`
            : `is asked before what the spec says of the exported workload ${name} (action ${action}): it may refuse callers of other clusters`,
        hint: 'The proof that a plan is safe does not know policies of others. Look whether both are meant.',
        object: refOf(live.cluster, policy),
        at: touched.at,
      };
    }
  },
});

type Workload = WithLive['federation']['workloads'][number];
type Policy = WithLive['live']['authorizationPolicies']['items'][number];

/** One in the root Namespace is for the whole mesh. */
function concerns({ metadata, spec }: Policy, workload: Workload, { pods }: WithLive['live'], root: string): boolean {
  if (metadata.namespace !== workload.namespace && metadata.namespace !== root) return false;
  const selector = spec.selector?.matchLabels ?? {};
  return (
    selects(selector, workload.labels) ||
    pods.items.some(
      ({ namespace, labels }) =>
        namespace === workload.namespace && selects(workload.labels, labels) && selects(selector, labels),
    )
  );
}
