import { setMaxListeners } from 'node:events';
import { UsageError } from '../errors.ts';
import type { KubeObject, Resource } from '../manifests/manifest.ts';
import type { LiveObject } from '../plan/live.ts';
import type { Action } from '../plan/permissions.ts';
import type { Api } from './api.ts';
import { credentialsOf } from './credentials.ts';
import { clusterIdentity, openDiscovery, serverVersion, type Version } from './discovery.ts';
import { type Kubeconfig, resolveContext } from './kubeconfig.ts';
import { openPermissions } from './permissions.ts';
import { proxyFor } from './proxy.ts';
import { getObject, type ListOptions, listObjects } from './reads.ts';
import { openRequests, type RequestCounts, type RequestEvent } from './requests.ts';
import { serverOf } from './server.ts';
import { SignInError } from './sign-in-error.ts';
import { openTransport } from './transport.ts';
import type { ObjectName } from './wire.ts';
import {
  type CreateOptions,
  createObject,
  type RemoveOptions,
  removeObject,
  type UpdateOptions,
  updateObject,
} from './writes.ts';

export interface ConnectOptions {
  /** The cluster's name in the spec. */
  readonly cluster: string;
  readonly kubeconfig: Kubeconfig;
  readonly context: string;
  /** Milliseconds for one try of one request. */
  readonly requestTimeout?: number | undefined;
  /** Accepts a kubeconfig that turns the verification of certificates off, or a server without TLS. */
  readonly insecure?: boolean | undefined;
  /** Stops: reads at once; a write under way comes to its end, and nothing more is sent. What is not done is `aborted`. */
  readonly signal?: AbortSignal | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Somebody can answer a credential plugin at the terminal. */
  readonly interactive?: boolean | undefined;
  readonly userAgent?: string | undefined;
  /** What the server warns of, each text once. */
  readonly onWarning?: ((text: string) => void) | undefined;
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
}

/** One cluster. Every failure is a ClusterError. */
export interface ClusterClient {
  readonly cluster: string;
  readonly context: string;
  readonly server: string;
  /** Tries that were sent. */
  readonly requests: Readonly<RequestCounts>;
  /** Milliseconds that its clock is ahead of ours, as its last answer said, to a second; undefined before there is any. */
  clockSkew(): number | undefined;
  /** UID of the namespace kube-system. */
  identity(): Promise<string>;
  version(): Promise<Version>;
  served(resource: Resource): Promise<boolean>;
  list(resource: Resource, options?: ListOptions): Promise<LiveObject[]>;
  /** Undefined when there is no such object. */
  get(ref: ObjectName): Promise<LiveObject | undefined>;
  create(object: KubeObject, resource: Resource, options: CreateOptions): Promise<LiveObject>;
  update(object: KubeObject, resource: Resource, options: UpdateOptions): Promise<LiveObject>;
  remove(ref: ObjectName, options: RemoveOptions): Promise<'gone' | 'pending'>;
  /** Asked before every write that changes something, also before a second try; what it throws is the write's failure. */
  guardWrites(guard: (() => void) | undefined): void;
  /** Undefined when it can't be found out. */
  can(action: Action): Promise<boolean | undefined>;
  close(): Promise<void>;
}

const concurrency = 16;

/** Prepares the way to a cluster; nothing is sent yet. Throws a UsageError when the kubeconfig leads nowhere. */
export function connectCluster(options: ConnectOptions): ClusterClient {
  const { cluster, signal, requestTimeout = 30_000 } = options;
  if (requestTimeout <= 0) throw new UsageError('A request needs some time: --request-timeout can not be 0.');
  let skew: number | undefined;
  const onRequest = (event: RequestEvent): void => {
    skew = skewOf(event) ?? skew;
    options.onRequest?.(event);
  };
  const { transport, ...api } = openApi({ ...options, onRequest });
  const { served } = openDiscovery(api);
  const { can } = openPermissions(api);
  const abort = (): void => transport.abort();
  // every request that waits listens to it, and Node would warn of the eleventh
  if (signal) setMaxListeners(0, signal);
  signal?.addEventListener('abort', abort, { once: true });
  return {
    cluster,
    context: options.context,
    server: api.where.server,
    requests: api.requests.counts,
    clockSkew: () => skew,
    identity: () => clusterIdentity(api),
    version: () => serverVersion(api),
    served,
    can,
    guardWrites: (guard) => api.requests.guardWrites(guard),
    list: (resource, which) => listObjects(api, resource, which),
    get: (ref) => getObject(api, ref),
    create: (object, resource, how) => createObject(api, object, resource, how),
    update: (object, resource, how) => updateObject(api, object, resource, how),
    remove: (ref, how) => removeObject(api, ref, how),
    async close() {
      signal?.removeEventListener('abort', abort);
      await transport.close();
    },
  };
}

/** The header has whole seconds, and was written somewhere between question and answer: the middle of both is fair. */
function skewOf({ date, milliseconds }: RequestEvent): number | undefined {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? undefined : theirs + 500 - (Date.now() - milliseconds / 2);
}

function openApi(options: ConnectOptions) {
  const { cluster, kubeconfig, requestTimeout = 30_000, env = process.env, userAgent = 'aegis-xc' } = options;
  const { interactive = process.stdin.isTTY === true, signal, onRequest, onWarning } = options;
  const context = resolveContext(kubeconfig, options.context);
  const { server, insecure } = serverOf(context, options.insecure ?? false);
  const proxy = proxyFor(server, { proxyUrl: context.cluster['proxy-url'], env });
  const where = { cluster, context: context.name, server: `${server.origin}${server.pathname}`.replace(/\/$/, '') };
  const transport = openTransport({ server, proxy, insecure, requestTimeout, connections: concurrency });
  const requests = openRequests({
    where,
    transport,
    credentials: usable(() => credentialsOf({ kubeconfig, context, server, proxy, insecure, env, interactive })),
    requestTimeout,
    concurrency,
    compression: !context.cluster['disable-compression'],
    userAgent,
    signal,
    onWarning,
    onRequest,
  });
  return { where, requests, requestTimeout, transport } satisfies Api & { transport: unknown };
}

/** What is wrong before anything is sent is wrong with the kubeconfig. */
function usable<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (error instanceof SignInError) throw new UsageError(error.message, error.hint);
    throw error;
  }
}
