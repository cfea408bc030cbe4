import { existsSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { searchPath } from '../../support/debian.ts';
import { accessCluster, type ClusterAccess } from '../access.ts';
import { type AccessLogEntry, type LogQuery, readAccessLog } from './access-log.ts';
import { curlCommand, type HttpAnswer, type RequestOptions, readAnswer } from './http.ts';
import { type LoadOptions, type LoadReport, loadCommand, readLoadReport } from './load.ts';
import { findPod, findPods, lastWords, type PodPlace, type Target } from './pods.ts';
import { type Ran, type RunOptions, run } from './shell.ts';
import type { Site } from './topology.ts';
import { clean, untilReady } from './workloads.ts';

/** Real meshes that run, as any process of this machine may use them. */
export interface Mesh {
  readonly folder: string;
  /** Has one context per cluster, of the same name. */
  readonly kubeconfig: string;
  readonly kubectlPath: string;
  readonly istioctl: string;
  readonly names: readonly string[];
  cluster(name: string): ClusterAccess;
  /** Addresses and folders. */
  site(name: string): Site;
  /** Of istiod, on 127.0.0.1: `http`, `monitoring`, … */
  istiodPorts(name: string): Readonly<Record<string, number>>;

  /** A file, or YAML text when it has more than one line. */
  apply(fileOrText: string, cluster: string): Promise<void>;
  kubectl(cluster: string, args: readonly string[], stdin?: string): Promise<string>;
  /** The built command line tool, with the contexts `cluster-a` and `cluster-b` in its kubeconfig. */
  cli(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Waits until all workloads of the namespaces are as their spec says. */
  waitReady(cluster: string, ...namespaces: string[]): Promise<void>;
  /** New pods for a Deployment, as after `kubectl rollout restart`; waits until they serve. An old one may still be going. */
  restart(cluster: string, namespace: string, ...deployments: string[]): Promise<void>;
  scale(cluster: string, namespace: string, workload: string, replicas: number): Promise<void>;
  /** Removes everything that a new mesh does not have. */
  clean(): Promise<void>;

  pods(cluster: string, target?: Target): PodPlace[];
  /** Runs a command in a pod; throws when there is no such pod. */
  exec(cluster: string, target: Target, argv: readonly string[], options?: RunOptions): Promise<Ran>;
  /** One HTTP request from a pod, by curl. */
  request(cluster: string, target: Target, url: string, options?: RequestOptions): Promise<HttpAnswer>;
  /** Requests at a fixed rate from a pod, on connections that are kept. */
  load(cluster: string, target: Target, url: string, options?: LoadOptions): Load;
  /** What the proxies of the target have logged, the oldest entry first. */
  accessLog(cluster: string, target: Target, query?: LogQuery): AccessLogEntry[];
  /** From the admin port of a proxy: `/config_dump`, `/clusters`, `/stats?format=json`, `/listeners`, … */
  envoy(cluster: string, target: Target, path: string): Promise<string>;
  /** Has the web servers of the target fail or be slow, until it is called without. */
  behave(cluster: string, target: Target, behaviour?: Behaviour): Promise<void>;
  /** What the tracing collector of a cluster was sent, as raw bytes in which the strings can be found. */
  spans(cluster: string): string;
}

export interface Behaviour {
  readonly status?: number;
  /** `3s` */
  readonly delay?: string;
  /** 503 until Envoy has tried a request that many times. */
  readonly failAttempts?: number;
}

export interface Load {
  readonly report: Promise<LoadReport>;
  /** Ends it early and yields the report. */
  stop(): Promise<LoadReport>;
}

const stateSchema = z.object({
  ground: z.object({ folder: z.string(), sites: z.array(z.custom<Site>()) }),
  tools: z.object({ istioctl: z.string(), box: z.string() }),
  kubeconfig: z.string(),
  kubectl: z.string(),
  clusters: z.array(z.object({ site: z.object({ name: z.string() }), ports: z.record(z.string(), z.number()) })),
});

/** The mesh whose files are in the folder. */
export function openMesh(folder: string): Mesh {
  const state = stateSchema.parse(JSON.parse(readFileSync(join(folder, 'mesh.json'), 'utf8')));
  const { kubeconfig, kubectl, tools, ground } = state;
  const sites = new Map(ground.sites.map((site) => [site.name, site]));
  const accesses = new Map(
    ground.sites.map(({ name }) => [name, accessCluster({ kubectl, kubeconfig, context: name })]),
  );
  const site = (name: string) => sites.get(name) ?? fail(`no cluster ${name}`);
  const cluster = (name: string) => accesses.get(name) ?? fail(`no cluster ${name}`);
  const env = { PATH: `${join(folder, 'bin')}:${searchPath}`, HOME: folder };
  const enter = (pod: PodPlace, argv: readonly string[]) => ['ip', 'netns', 'exec', pod.netns, ...argv];

  const exec: Mesh['exec'] = (name, target, argv, options = {}) => {
    const pod = findPod(site(name), target);
    const own = { ...env, HOSTNAME: pod.name, ...options.env };
    return run(enter(pod, argv), { cwd: pod.folder, ...options, env: own });
  };

  const waitReady: Mesh['waitReady'] = (name, ...namespaces) =>
    untilReady(cluster(name), namespaces, { lastWords: (workload) => lastWords(site(name), workload) });

  return {
    folder,
    kubeconfig,
    kubectlPath: kubectl,
    istioctl: tools.istioctl,
    names: [...sites.keys()],
    cluster,
    site,
    istiodPorts: (name) =>
      state.clusters.find((entry) => entry.site.name === name)?.ports ?? fail(`no cluster ${name}`),

    apply: async (fileOrText, name) => {
      const text = fileOrText.includes('\n') ? fileOrText : await readFile(fileOrText, 'utf8');
      await cluster(name).kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], text);
    },
    kubectl: (name, args, stdin) => cluster(name).kubectl(args, stdin),
    cli: (args, options = {}) => {
      const own = { ...process.env, NO_COLOR: '1', KUBECONFIG: kubeconfig } as Record<string, string>; // no value is undefined
      return run([process.execPath, launcher, ...args], {
        timeoutMs: 180_000,
        ...options,
        env: { ...own, ...options.env },
      });
    },
    waitReady,
    restart: async (name, namespace, ...deployments) => {
      // What `rollout restart` does, but that it counts in seconds and refuses a second one within the same.
      const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
      const patch = JSON.stringify({ spec: { template: { metadata: { annotations } } } });
      for (const deployment of deployments) {
        await cluster(name).kubectl(['patch', '-n', namespace, 'deployment', deployment, '-p', patch]);
      }
      await waitReady(name, namespace);
    },
    scale: async (name, namespace, workload, replicas) => {
      await cluster(name).kubectl(['scale', '-n', namespace, workload, `--replicas=${replicas}`]);
    },
    clean: async () => {
      await Promise.all([...accesses.values()].map(clean));
    },

    pods: (name, target) => findPods(site(name), target),
    exec,
    request: async (name, target, url, options = {}) => {
      const argv = curlCommand(url, options);
      const ran = await exec(name, target, argv, { timeoutMs: (options.timeoutMs ?? 15_000) + 5_000 });
      return readAnswer(ran);
    },
    load: (name, target, url, options = {}) => {
      const stopping = new AbortController();
      const timeoutMs = ((options.seconds ?? 10) + 60) * 1000;
      const argv = loadCommand(tools.box, url, options);
      const report = exec(name, target, argv, { timeoutMs, signal: stopping.signal }).then(({ stdout, stderr }) =>
        stdout === '' ? fail(`load: ${stderr}`) : readLoadReport(stdout),
      );
      return {
        report,
        stop: () => {
          stopping.abort();
          return report;
        },
      };
    },
    accessLog: (name, target, query) =>
      findPods(site(name), target)
        .flatMap((pod) => readAccessLog(pod, query))
        .sort((one, other) => one.time.localeCompare(other.time)),
    envoy: async (name, target, path) => {
      const { stdout } = await exec(name, target, ['curl', '-s', '--max-time', '10', `http://127.0.0.1:15000${path}`]);
      return stdout;
    },
    behave: async (name, target, behaviour) => {
      for (const { folder: place } of findPods(site(name), target)) {
        const file = join(place, 'behaviour.json');
        if (behaviour === undefined) await rm(file, { force: true });
        else await writeFile(file, JSON.stringify(behaviour));
      }
    },
    spans: (name) => {
      const { folder: place } = findPod(site(name), { namespace: 'observability', app: 'otel-collector' });
      return existsSync(join(place, 'spans')) ? readFileSync(join(place, 'spans'), 'latin1') : '';
    },
  };
}

const launcher = join(import.meta.dirname, '..', '..', '..', 'bin', 'aegis-xc.js');

function fail(message: string): never {
  throw new Error(message);
}
