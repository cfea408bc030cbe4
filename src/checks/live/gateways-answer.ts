import type { Code } from '../../codes.ts';
import { type Answer, eachLiveCluster, gapIn, type WithLive } from './live-check.ts';
import { listed, selects } from './matching.ts';

/** The gateway of a provider is there: pods, a Service before them with the port, and the address that the spec says. */
export const gatewaysAnswer = eachLiveCluster({
  title: 'gateway',
  codes: ['AXC4024', 'AXC4025', 'AXC4026'] satisfies readonly Code[],
  when: ({ federation, own }) => federation.exports.some(({ cluster }) => cluster === own),
  *find(evidence) {
    const { live, own } = evidence;
    const { gateway } = own;
    if (gateway === undefined) return;
    yield* gapIn(live.pods);
    yield* gapIn(live.services);
    const pods = live.pods.items.filter(
      ({ namespace, labels, runs }) => runs && namespace === gateway.namespace && selects(gateway.selector, labels),
    );
    yield* podsAreReady(evidence, pods);
    yield* serviceFits(evidence, pods);
  },
});

type Pods = WithLive['live']['pods']['items'];

function* podsAreReady({ live, own: { gateway } }: WithLive, pods: Pods): Iterable<Answer> {
  if (gateway === undefined || live.pods.gap !== undefined || pods.some(({ ready }) => ready)) return;
  const selector = Object.entries(gateway.selector).map(([key, value]) => `${key}=${value}`);
  yield {
    code: 'AXC4024',
    message:
      pods.length === 0
        ? `no pod in ${gateway.namespace} of ${live.cluster} has the labels of the gateway (${selector.join(', ')})`
        : `no pod of the gateway in ${live.cluster} is ready (${listed(pods.map(({ name }) => name))})`,
    hint: 'Install an east-west gateway there (Helm chart istio/gateway), or correct `gateway.selector` and `gateway.namespace`.',
    at: ['clusters', live.cluster, 'gateway'],
  };
}

function* serviceFits(evidence: WithLive, pods: Pods): Iterable<Answer> {
  const {
    live,
    own: { gateway },
  } = evidence;
  if (gateway === undefined || live.services.gap !== undefined) return;
  const at = ['clusters', live.cluster, 'gateway'];
  const labels = pods.length > 0 ? pods.map((pod) => pod.labels) : [gateway.selector];
  const before = live.services.items.filter(
    ({ namespace, selector }) =>
      namespace === gateway.namespace &&
      Object.keys(selector).length > 0 &&
      labels.some((one) => selects(selector, one)),
  );
  const withPort = before.filter(({ ports }) => ports.some(({ port }) => port === gateway.port));
  if (withPort.length === 0) {
    yield {
      code: 'AXC4025',
      message:
        before.length === 0
          ? `no Service in ${gateway.namespace} of ${live.cluster} leads to the gateway`
          : `the Service of the gateway in ${live.cluster} (${listed(before.map(({ name }) => name))}) has no port ${gateway.port}; it has ${listed(before.flatMap(({ ports }) => ports.map(({ port }) => `${port}`)))}`,
      hint: `Add the port ${gateway.port} to that Service (Istio's default gateway has none since 1.8), or correct \`gateway.port\`.`,
      at,
    };
    return;
  }
  yield* policyFits(evidence, withPort);
  const found = withPort.flatMap(({ addresses }) => addresses);
  const strange = gateway.addresses.filter((address) => !found.includes(address));
  if (strange.length === 0) return;
  if (found.length === 0) {
    yield {
      code: 'AXC4026',
      severity: 'warning',
      message: `the Service of the gateway in ${live.cluster} has no address yet; the spec says ${listed(strange)}`,
      hint: 'Wait for its load balancer, then write its address into the spec. A node port or a proxy before it is not seen here.',
      at: [...at, 'addresses'],
    };
  } else if (strange.every(isIp) && found.every(isIp)) {
    yield {
      code: 'AXC4026',
      severity: 'warning',
      message: `the gateway of ${live.cluster} is at ${listed(found)}, the spec says ${listed(strange)}`,
      hint: 'Correct `gateway.addresses`, unless a proxy or NAT stands before it.',
      at: [...at, 'addresses'],
    };
  } else yield { unread: `whether ${listed(strange)} leads to ${listed(found)} is for DNS to say` };
}

/** A NetworkPolicy names a port of the pods. One that no Service leads to restricts nothing. */
function* policyFits(
  { live, own: { gateway } }: WithLive,
  services: WithLive['live']['services']['items'],
): Iterable<Answer> {
  if (gateway?.allowFrom === undefined) return;
  const targets = services.flatMap(({ ports }) =>
    ports.filter(({ port }) => port === gateway.port).map(({ port, targetPort }) => targetPort ?? port),
  );
  const other = targets.find((target) => typeof target === 'number' && target !== gateway.targetPort);
  if (other === undefined) return;
  yield {
    code: 'AXC4025',
    message: `the gateway in ${live.cluster} takes port ${gateway.port} on port ${other} of its pods; \`allowFrom\` would restrict port ${gateway.targetPort}, and leave ${other} open to everyone`,
    hint: `Write \`targetPort: ${other}\`.`,
    at: ['clusters', live.cluster, 'gateway', 'allowFrom'],
  };
}

const isIp = (address: string): boolean => address.includes(':') || /^\d+(?:\.\d+){3}$/.test(address);
