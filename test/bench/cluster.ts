import { join } from 'node:path';
import { accessCluster, type ClusterAccess } from './access.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { GivenUp, until } from './until.ts';

/** A cluster whose API server a test may take away. */
export interface BenchCluster extends ClusterAccess {
  /** The API server and its etcd are gone: connections are refused. The data stays. */
  stop(): Promise<void>;
  /** Back on the same port with the same data; yields when it is ready. */
  start(): Promise<void>;
  /** The API server hangs: connections are accepted, and nothing answers. */
  freeze(): void;
  /** Yields when it answers again. */
  thaw(): Promise<void>;
  /** Of the processes that run for this cluster. */
  pids(): number[];
}

/** What only the bench itself may do with it. */
export interface OwnedCluster extends BenchCluster {
  boot(): Promise<void>;
  shutDown(): Promise<void>;
}

export interface ClusterPlan {
  readonly name: string;
  readonly port: number;
  /** Of this cluster: certificates, etcd's data, logs. */
  readonly folder: string;
  /** The whole bench's, which goes when this process dies. */
  readonly benchFolder: string;
  readonly kubeconfig: string;
  readonly tools: { readonly kb: string; readonly kubectl: string; readonly seeds?: string };
  /** Of the controller manager, beside those that every cluster has. */
  readonly controllers: readonly string[];
}

/** The folder that `kb pki` writes. */
export const pkiOf = ({ folder }: ClusterPlan): string => join(folder, 'pki');
export const serverOf = ({ port }: ClusterPlan): string => `https://127.0.0.1:${port}`;

/** A cluster of which nothing runs yet. */
export function createCluster(plan: ClusterPlan): OwnedCluster {
  const { name, kubeconfig, tools } = plan;
  const access = accessCluster({ kubectl: tools.kubectl, kubeconfig, context: name });
  let apiServer: Daemon | undefined;
  let controllers: Daemon | undefined;

  const isReady = async () => {
    if (!apiServer?.isRunning())
      throw new GivenUp(`The API server of ${name} ended.\n${await apiServer?.complaints()}`);
    return (await access.request('GET', '/readyz', { timeoutMs: 2_000 })).text === 'ok';
  };
  const start = async () => {
    if (apiServer?.isRunning()) return;
    apiServer = startApiServer(plan);
    await until(`the API server of ${name}`, isReady);
  };
  const stop = async () => apiServer?.kill();

  return {
    ...access,
    start,
    stop,
    freeze: () => apiServer?.signal('SIGSTOP'),
    thaw: async () => {
      apiServer?.signal('SIGCONT');
      await until(`the API server of ${name}`, isReady);
    },
    pids: () => [apiServer, controllers].flatMap((daemon) => (daemon?.isRunning() ? [daemon.pid] : [])),
    boot: async () => {
      await start();
      controllers = await startControllers(plan);
    },
    shutDown: async () => {
      await Promise.all([stop(), controllers?.kill()]);
    },
  };
}

/**
 * One member of etcd and an API server that reconciles nothing about itself: there is no Pod that could reach it. No
 * priority and fairness, for a test may send what it likes.
 */
function startApiServer(plan: ClusterPlan): Daemon {
  const { name, port, folder, tools } = plan;
  const pki = pkiOf(plan);
  const flags = {
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'secure-port': port,
    'tls-cert-file': join(pki, 'apiserver.crt'),
    'tls-private-key-file': join(pki, 'apiserver.key'),
    'client-ca-file': join(pki, 'ca.crt'),
    'cert-dir': pki,
    'service-account-issuer': `https://${name}.bench`,
    'service-account-key-file': join(pki, 'sa.pub'),
    'service-account-signing-key-file': join(pki, 'sa.key'),
    'service-cluster-ip-range': '10.96.0.0/16',
    'authorization-mode': 'RBAC',
    'allow-privileged': true,
    'endpoint-reconciler-type': 'none',
    'enable-priority-and-fairness': false,
    profiling: false,
  };
  return startDaemon(tools.kb, ['server', join(folder, 'etcd'), ...toArgs(flags)], {
    log: join(folder, 'api-server.log'),
    env: { ...lifeline(plan), KB_SEEDS: tools.seeds ?? '' },
  });
}

/** The controllers without which a cluster looks broken: namespaces, service accounts, endpoints, garbage collection. */
async function startControllers(plan: ClusterPlan): Promise<Daemon> {
  const { name, folder, tools } = plan;
  const pki = pkiOf(plan);
  const kubeconfig = join(folder, 'controller-manager.kubeconfig');
  await writeKubeconfig(kubeconfig, [{ name, server: serverOf(plan), pki, user: 'controller-manager' }]);
  const flags = {
    kubeconfig,
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'leader-elect': false,
    'secure-port': 0,
    'use-service-account-credentials': true,
    'service-account-private-key-file': join(pki, 'sa.key'),
    'root-ca-file': join(pki, 'ca.crt'),
    controllers: [...controllers, ...plan.controllers].join(','),
  };
  return startDaemon(tools.kb, ['controller-manager', ...toArgs(flags)], {
    log: join(folder, 'controller-manager.log'),
    env: lifeline(plan),
  });
}

const controllers = [
  'namespace-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'root-ca-certificate-publisher-controller',
  'endpoints-controller',
  'endpointslice-controller',
  'endpointslice-mirroring-controller',
  'garbage-collector-controller',
];

const toArgs = (flags: Readonly<Record<string, string | number | boolean>>): string[] =>
  Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);

/** Read by `kb` (kube/lifeline.go). */
const lifeline = ({ benchFolder }: ClusterPlan) => ({ KB_REMOVE_WHEN_ORPHANED: benchFolder });
