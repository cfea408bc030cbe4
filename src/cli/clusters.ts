import { type ClusterClient, connectCluster } from '../clusters/client.ts';
import { loadKubeconfig } from '../clusters/kubeconfig.ts';
import { observeCluster } from '../clusters/observe.ts';
import { UsageError } from '../errors.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Federation } from '../model/federation.ts';
import type { Observation } from '../plan/observation.ts';
import { type ContextOptions, contextsOf, type Named } from './contexts.ts';
import type { Session } from './session.ts';

export type Clients = ReadonlyMap<string, ClusterClient>;

/** Connects to every cluster, does the work, and closes the connections whatever comes of it. */
export async function withClusters<Result>(
  clusters: readonly Named[],
  options: ContextOptions,
  session: Session,
  work: (clients: Clients, signal: AbortSignal, gently: () => void) => Promise<Result>,
): Promise<Result> {
  const contexts = contextsOf(clusters, options);
  const kubeconfig = loadKubeconfig({ env: session.env, ...(options.kubeconfig && { path: options.kubeconfig }) });
  const signal = session.catchInterrupt();
  const requests = new AbortController();
  const stop = (): void => requests.abort();
  signal.addEventListener('abort', stop);
  const clients = connectAll([...contexts], (cluster, context) =>
    connectCluster({
      cluster,
      context,
      kubeconfig,
      signal: requests.signal,
      env: session.env,
      requestTimeout: options.requestTimeout,
      onWarning: (text) => session.warn(`${session.paintTalk.yellow('warning:')} ${cluster}: ${text}`),
      onRequest: ({ method, path, status, milliseconds }) =>
        session.detail(`${cluster} ${method} ${path} ${status ?? 'no answer'} ${Math.round(milliseconds)}ms`),
    }),
  );
  try {
    // From then on Ctrl-C lets what is under way finish, so that its outcome is known.
    return await work(clients, signal, () => signal.removeEventListener('abort', stop));
  } finally {
    await Promise.all([...clients.values()].map((client) => client.close()));
  }
}

/** All contexts are looked up before the first request, so that all that are wrong are named at once. */
function connectAll(
  contexts: readonly (readonly [string, string])[],
  connect: (cluster: string, context: string) => ClusterClient,
): Clients {
  const wrong: UsageError[] = [];
  const clients = new Map<string, ClusterClient>();
  for (const [cluster, context] of contexts) {
    try {
      clients.set(cluster, connect(cluster, context));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      // Two clusters under one context that is not there.
      if (!wrong.some(({ message }) => message === error.message)) wrong.push(error);
    }
  }
  throwAll(wrong);
  return clients;
}

/** Reads every cluster at once. One that does not answer hides nothing of the others: all failures are named. */
export async function observeAll(
  clients: Clients,
  federation: Federation,
  manifests: readonly Manifest[],
  session: Session,
): Promise<Observation[]> {
  const read = (await observeEach(clients, federation, manifests, session)).map(({ result }) => result);
  throwAll(read.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])));
  return read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

export interface Observed {
  readonly client: ClusterClient;
  readonly result: PromiseSettledResult<Observation>;
}

/** The same, with what became of each. */
export async function observeEach(
  clients: Clients,
  federation: Federation,
  manifests: readonly Manifest[],
  session: Pick<Session, 'progress'>,
): Promise<Observed[]> {
  const istioNamespace = federation.certificateAuthority?.namespace ?? 'istio-system';
  const { name } = federation;
  return session.progress(async (progress) => {
    progress.step(`reading ${[...clients.keys()].join(', ')}`);
    return Promise.all(
      [...clients.values()].map(async (client) => {
        const own = manifests.filter(({ cluster }) => cluster === client.cluster);
        const reading = observeCluster({ client, federation: name, istioNamespace, manifests: own });
        const [result] = await Promise.allSettled([reading]);
        return { client, result };
      }),
    );
  });
}

function throwAll(errors: readonly unknown[]): void {
  if (errors.length > 1) throw new AggregateError(errors);
  if (errors.length === 1) throw errors[0];
}
