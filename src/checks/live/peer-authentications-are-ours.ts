import { atAll, eachLiveCluster, rootNamespaceOf, servicesBehind, type WithLive } from './live-check.ts';
import { isOf, refOf, selects } from './matching.ts';

/** Of several PeerAuthentications of one workload Istio takes the oldest, without a word. */
export const peerAuthenticationsAreOurs = eachLiveCluster({
  title: 'PeerAuthentications',
  codes: ['AXC4042'],
  when: ({ federation, own }) => federation.workloads.some(({ cluster }) => cluster === own),
  *find({ federation, own, live }) {
    if (live.peerAuthentications.gap !== undefined) return yield { unread: live.peerAuthentications.gap };
    const all = live.peerAuthentications.items;
    for (const workload of federation.workloads.filter(({ cluster }) => cluster === own)) {
      const beside = all.filter(({ metadata }) => metadata.namespace === workload.namespace);
      const wider = [workload.namespace, rootNamespaceOf(live)].flatMap((namespace) => {
        const wide = all.filter(
          (one) => one.metadata.namespace === namespace && Object.keys(labelsOf(one)).length === 0,
        );
        return wide
          .toSorted((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))
          .slice(0, 1);
      });
      const ours = beside.find((one) => isOf(one, federation.name) && fits(one, workload.labels));
      for (const other of beside) {
        if (isOf(other, federation.name) || !selectsPods(other, workload, live)) continue;
        const isOlder = ours === undefined || other.metadata.creationTimestamp < ours.metadata.creationTimestamp;
        const lax = workload.exportedPorts.filter((port) => modeOf(other, port, wider) !== 'STRICT');
        if (!isOlder || lax.length === 0) continue;
        const off = lax.some((port) => modeOf(other, port, wider) === 'DISABLE');
        yield {
          code: 'AXC4042',
          severity: off ? 'error' : 'warning',
          message: `is older than the one of this federation and wins: port ${lax.join(', ')} of the workload ${off ? 'takes no mTLS, so that no call from another cluster arrives' : 'goes on to take plaintext'}`,
          hint: `Set STRICT for these ports there, or remove it: this federation brings one for the exported ports.`,
          object: refOf(live.cluster, other, 'spec'),
          ...atAll(servicesBehind([workload], federation)),
        };
      }
    }
  },
});

type Workload = WithLive['federation']['workloads'][number];
type Peer = WithLive['live']['peerAuthentications']['items'][number];

/** One without labels is for the whole Namespace, and gives way to any with labels. */
const labelsOf = ({ spec }: Peer) => spec.selector?.matchLabels ?? {};
const fits = (peer: Peer, labels: Workload['labels']): boolean =>
  Object.keys(labelsOf(peer)).length > 0 && selects(labelsOf(peer), labels);

const selectsPods = (peer: Peer, { namespace, labels }: Workload, { pods }: WithLive['live']): boolean =>
  fits(peer, labels) ||
  pods.items.some((pod) => pod.namespace === namespace && selects(labels, pod.labels) && fits(peer, pod.labels));

/** What does not say it takes it from the one of its Namespace, and that from the mesh's (`pilot/pkg/model/authentication.go`). */
const modeOf = (peer: Peer, port: number, wider: readonly Peer[]): string | undefined =>
  [peer.spec.portLevelMtls[`${port}`], peer.spec.mtls, ...wider.map(({ spec }) => spec.mtls)]
    .map((one) => one?.mode)
    .find((mode) => mode !== undefined && mode !== 'UNSET');
