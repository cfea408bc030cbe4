import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Answer } from '../../access.ts';
import type { NodeContext } from './context.ts';
import { nodeName } from './environment.ts';
import { keepFirewall } from './firewall.ts';
import { isOver, type Pod, pathOf, podSchema } from './pod.ts';
import { type RunningPod, runPod } from './run-pod.ts';
import { watchObjects } from './watch.ts';

/** Makes processes in network namespaces out of the pods of one cluster, until it is stopped. */
export interface NodeAgent {
  /** Ends all pods at once. */
  stop(): Promise<void>;
}

export async function startNodeAgent(context: NodeContext): Promise<NodeAgent> {
  const { access } = context;
  const running = new Map<string, RunningPod>();
  const leaving = new Set<string>();
  let count = 0;

  await registerNode(context);
  const firewall = keepFirewall(context);

  const admit = (pod: Pod) => {
    count += 1;
    const { uid } = pod.metadata;
    const n = count;
    running.set(uid, runPod(context, pod, n, firewall.refresh));
    if (pod.spec.nodeName === undefined) void bind(context, pod);
  };
  /** Deleting again without grace is how a kubelet says that everything has ended. */
  const leave = async (pod: Pod) => {
    const { uid, deletionGracePeriodSeconds: grace = 30 } = pod.metadata;
    if (leaving.has(uid)) return;
    leaving.add(uid);
    await running.get(uid)?.end(grace * 1000);
    running.delete(uid);
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } };
    await insist(() => access.request('DELETE', pathOf(pod), { body }), [404]);
  };
  const watch = watchObjects({
    kubeconfig: access.kubeconfig,
    context: access.context,
    path: '/api/v1/pods',
    schema: podSchema,
    onChange: (pod) => {
      const { uid, deletionTimestamp } = pod.metadata;
      if (deletionTimestamp !== undefined) void leave(pod);
      else if (!running.has(uid) && !isOver(pod)) admit(pod);
    },
    onGone: ({ metadata: { uid } }) => {
      if (!leaving.has(uid)) void running.get(uid)?.kill();
      running.delete(uid);
      leaving.delete(uid);
    },
  });
  return {
    stop: async () => {
      watch.stop();
      firewall.stop();
      await Promise.all([...running.values()].map((pod) => pod.kill()));
    },
  };
}

/**
 * EndpointSlices hold only pods on nodes that exist; proxies learn their locality from its labels, and istiod looks at
 * the version of its kubelet before it injects a proxy as a sidecar of Kubernetes' own kind.
 */
async function registerNode({ access, site }: NodeContext): Promise<void> {
  const labels = { 'topology.kubernetes.io/region': site.name, 'topology.kubernetes.io/zone': `${site.name}-1` };
  const body = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, labels } };
  const { status, text } = await access.request('POST', '/api/v1/nodes', { body });
  if (status !== 201 && status !== 409) throw new Error(`node of ${site.name}: ${text}`);
  const { gitVersion } = z.object({ gitVersion: z.string() }).parse((await access.request('GET', '/version')).json());
  await access.request('PATCH', `/api/v1/nodes/${nodeName}/status`, {
    body: {
      status: {
        nodeInfo: { kubeletVersion: gitVersion },
        conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' }],
      },
    },
    contentType: 'application/strategic-merge-patch+json',
  });
}

/** What a scheduler does, with one node to choose from. */
async function bind({ access }: NodeContext, pod: Pod): Promise<void> {
  const target = { apiVersion: 'v1', kind: 'Node', name: nodeName };
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: pod.metadata.name }, target };
  await insist(() => access.request('POST', `${pathOf(pod)}/binding`, { body }), [404, 409]); // gone, or bound already
}

/** Asks again while the API server is away or busy; one that says no again and again is not asked for ever. */
async function insist(ask: () => Promise<Answer>, fine: readonly number[]): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const done = await ask().then(
      ({ status }) => status < 300 || fine.includes(status),
      () => false,
    );
    if (done) return;
    await sleep(500);
  }
}
