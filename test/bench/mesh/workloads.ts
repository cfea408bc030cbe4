import * as z from 'zod';
import type { ClusterAccess } from '../access.ts';
import { until } from '../until.ts';

export interface Waiting {
  readonly seconds?: number;
  /** What the pods of a workload, `shop/frontend`, have logged last. */
  readonly lastWords: (workload: string) => string;
}

/** Waits until every Deployment and StatefulSet of the namespaces is as its spec says. Pods that are going count no more. */
export async function untilReady(
  access: ClusterAccess,
  namespaces: readonly string[],
  { seconds = 180, lastWords }: Waiting,
): Promise<void> {
  let late: string[] = [];
  const check = async () => {
    late = (await Promise.all(namespaces.map((namespace) => unready(access, namespace)))).flat();
    return late.length === 0;
  };
  await until('', check, seconds).catch(async () => {
    const pods = await Promise.all(namespaces.map((namespace) => access.kubectl(['get', 'pods', '-n', namespace])));
    const said = [...pods, ...late.map(lastWords)].join('\n');
    throw new Error(`${access.context}: not ready after ${seconds} s: ${late.join(', ')}\n${said}`);
  });
}

const workloadsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), generation: z.number() }),
      spec: z.object({ replicas: z.number() }),
      status: z.object({
        observedGeneration: z.number().default(0),
        replicas: z.number().default(0),
        readyReplicas: z.number().default(0),
        updatedReplicas: z.number().default(0),
      }),
    }),
  ),
});

async function unready(access: ClusterAccess, namespace: string): Promise<string[]> {
  const lists = await Promise.all(
    ['deployments', 'statefulsets'].map(async (kind) => {
      const answer = await access.request('GET', `/apis/apps/v1/namespaces/${namespace}/${kind}`);
      return workloadsSchema.parse(answer.json()).items;
    }),
  );
  return lists
    .flat()
    .filter(({ metadata, spec: { replicas }, status }) => {
      const counts = [status.replicas, status.readyReplicas, status.updatedReplicas];
      return status.observedGeneration < metadata.generation || counts.some((count) => count !== replicas);
    })
    .map(({ metadata }) => `${namespace}/${metadata.name}`);
}

/** Removes what tests have made: namespaces that a new mesh does not have, and Istio's objects in those that it has. */
export async function clean(access: ClusterAccess): Promise<void> {
  const names = (await namesOf(access, '/api/v1/namespaces')).filter((name) => !isOwn(name));
  const now = { body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 } };
  await Promise.all(
    names.map(async (name) => {
      await access.request('DELETE', `/apis/apps/v1/namespaces/${name}/deployments`);
      await access.request('DELETE', `/apis/apps/v1/namespaces/${name}/statefulsets`);
      await access.request('DELETE', `/api/v1/namespaces/${name}/pods`, now);
      await access.request('DELETE', `/api/v1/namespaces/${name}`);
    }),
  );
  await Promise.all(istioKinds.flatMap((path) => own.map((name) => access.request('DELETE', path.replace('*', name)))));
  await access.request('DELETE', '/apis/networking.k8s.io/v1/namespaces/istio-system/networkpolicies');
  await until(`namespaces of ${access.context} to go`, async () =>
    (await namesOf(access, '/api/v1/namespaces')).every(isOwn),
  );
}

const own = ['default', 'istio-system', 'observability'];
const isOwn = (name: string): boolean => own.includes(name) || name.startsWith('kube-');

const istioKinds = [
  ...['gateways', 'serviceentries', 'destinationrules', 'virtualservices', 'sidecars', 'envoyfilters'].map(
    (kind) => `/apis/networking.istio.io/v1/namespaces/*/${kind}`,
  ),
  '/apis/networking.istio.io/v1beta1/namespaces/*/proxyconfigs',
  ...['authorizationpolicies', 'peerauthentications'].map((kind) => `/apis/security.istio.io/v1/namespaces/*/${kind}`),
  '/apis/telemetry.istio.io/v1/namespaces/*/telemetries',
];

async function namesOf(access: ClusterAccess, path: string): Promise<string[]> {
  const list = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });
  return list.parse((await access.request('GET', path)).json()).items.map(({ metadata }) => metadata.name);
}
