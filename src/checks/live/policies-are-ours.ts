import { atAll, eachLiveCluster, rootNamespaceOf, servicesBehind, type WithLive } from './live-check.ts';
import { isOf, listed, refOf, selects } from './matching.ts';

/** What the spec says of callers is all there is: policies of others let more in, or fewer. */
export const policiesAreOurs = eachLiveCluster({
  title: 'policies',
  codes: ['AXC4043'],
  when: ({ federation, own }) => federation.workloads.some(({ cluster }) => cluster === own),
  *find({ federation, own, live }) {
    if (live.authorizationPolicies.gap !== undefined) return yield { unread: live.authorizationPolicies.gap };
    const root = rootNamespaceOf(live);
    const workloads = federation.workloads.filter(({ cluster }) => cluster === own);
    for (const policy of live.authorizationPolicies.items) {
      if (isOf(policy, federation.name) || !decides(policy)) continue;
      const { action } = policy.spec;
      const touched = workloads.filter((workload) => concerns(policy, workload, live, root));
      const name = listed(touched.map(({ namespace, name }) => `${namespace}/${name}`));
      if (touched.length === 0) continue;
      yield {
        code: 'AXC4043',
        severity: 'warning',
        message:
          action === 'ALLOW'
            ? `lets callers in to the exported workload ${name} besides those that the spec names`
            : `is asked before what the spec says of the exported workload ${name} (action ${action}): it may refuse callers of other clusters`,
        hint: `The proof that a plan is safe does not know policies of others. \`aegis-xc can --with ${own.name}=<its file>\` says who may call with both.`,
        object: refOf(live.cluster, policy),
        ...atAll(servicesBehind(touched, federation)),
      };
    }
  },
});

type Workload = WithLive['federation']['workloads'][number];
type Policy = WithLive['live']['authorizationPolicies']['items'][number];

/**
 * Without rules an ALLOW policy only denies what nothing else allows, as ours does. One that logs or is tried out decides nothing, and
 * one with targets is for gateways and waypoints (`pilot/pkg/model/policyattachment.go`).
 */
function decides({ metadata, spec: { action, rules, targetRef, targetRefs } }: Policy): boolean {
  const isTrial = /^(?:1|t|true)$/i.test(metadata.annotations['istio.io/dry-run'] ?? '');
  return rules.length > 0 && action !== 'AUDIT' && !isTrial && targetRef === undefined && targetRefs.length === 0;
}

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
