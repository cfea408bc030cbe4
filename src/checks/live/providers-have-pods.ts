import type { Code } from '../../codes.ts';
import type { Provider } from '../../model/federation.ts';
import { waysToSidecars } from './injection.ts';
import { type Answer, eachLiveCluster, type WithLive } from './live-check.ts';
import { listed, selects } from './matching.ts';

/** Behind what is exported are pods with a sidecar, under the service accounts that callers expect. */
export const providersHavePods = eachLiveCluster({
  title: 'provider pods',
  codes: ['AXC4031', 'AXC4032', 'AXC4033', 'AXC4034'] satisfies readonly Code[],
  when: ({ federation, own }) => providersIn(federation, own).length > 0,
  *find(evidence) {
    const { federation, own, live } = evidence;
    if (live.pods.gap !== undefined) return yield { unread: live.pods.gap };
    for (const provider of providersIn(federation, own)) yield* podsFit(provider, evidence);
  },
});

const providersIn = ({ services }: WithLive['federation'], own: WithLive['own']): Provider[] =>
  services.flatMap(({ providers }) => providers.filter(({ cluster }) => cluster === own));

function* podsFit(provider: Provider, { live, own }: WithLive): Iterable<Answer> {
  const { namespace, workload, service, identities, at } = provider;
  const inNamespace = live.pods.items.filter((pod) => pod.namespace === namespace && pod.runs);
  const pods = inNamespace.filter(({ labels }) => selects(workload, labels));
  const where = `${namespace} in ${live.cluster}`;
  if (pods.length === 0) {
    const labels = Object.entries(workload).map(([key, value]) => `${key}=${value}`);
    yield {
      code: 'AXC4031',
      severity: 'warning',
      message: `no pod of ${where} has the labels of \`workload\` (${labels.join(', ')}): nobody would answer`,
      hint: 'Correct `workload`, or start the pods.',
      at,
    };
  } else if (!pods.some(({ ready }) => ready)) {
    yield {
      code: 'AXC4031',
      severity: 'warning',
      message: `no pod of ${service} in ${where} is ready (${listed(pods.map(({ name }) => name))})`,
      at,
    };
  }
  const bare = pods.filter(({ proxy }) => proxy === undefined);
  if (bare.length > 0) {
    yield {
      code: 'AXC4032',
      message: `${listed(bare.map(({ name }) => name))} in ${where} has no sidecar: the gateway does not pass calls on to it, and no policy protects it`,
      hint: waysToSidecars(namespace, live),
      at,
    };
  }
  const known = new Set(identities);
  const strange = new Set(
    pods
      .map(({ serviceAccount }) => serviceAccount)
      .filter((account) => !known.has(`spiffe://${own.trustDomain}/ns/${namespace}/sa/${account}`)),
  );
  for (const account of strange) {
    yield {
      code: 'AXC4033',
      message: `pods of ${service} in ${where} run under the service account "${account}", which the spec does not name: callers would refuse them`,
      hint: `Add "${account}" to \`serviceAccounts\`, if it is meant.`,
      at,
    };
  }
  const selector = live.services.items.find((one) => one.namespace === namespace && one.name === service)?.selector;
  if (selector === undefined || Object.keys(selector).length === 0) return;
  const others = inNamespace.filter(({ labels }) => selects(selector, labels) && !selects(workload, labels));
  if (others.length === 0) return;
  yield {
    code: 'AXC4034',
    message: `the Service ${service} in ${where} leads to pods that \`workload\` does not select (${listed(others.map(({ name }) => name))}): no policy would protect them`,
    hint: 'Write labels into `workload` that all of its pods have.',
    at,
  };
}
