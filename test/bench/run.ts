import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchTools } from './build.ts';
import { type BenchCluster, type ClusterPlan, createCluster, type OwnedCluster, pkiOf, serverOf } from './cluster.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { freePorts } from './ports.ts';

/** Clusters that run, and what gets at them. */
export interface Running {
  /** Has one context per cluster, of the same name. */
  readonly kubeconfig: string;
  readonly clusters: readonly BenchCluster[];
  /** Ends every process and removes every file. */
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly names: readonly string[];
  /** Without seeds, a cluster begins empty. */
  readonly tools: Omit<BenchTools, 'seeds'> & { readonly seeds?: string };
  readonly dir?: string | undefined;
  readonly ports?: Readonly<Record<string, number>> | undefined;
  readonly controllers?: readonly string[] | undefined;
}

/** Starts the API servers of all clusters at the same time; when one fails, none is left. */
export async function runClusters(options: RunOptions): Promise<Running> {
  const dir = await makeFolder(options.dir);
  const kubeconfig = join(dir, 'kubeconfig');
  const plans = await planClusters(dir, kubeconfig, options);
  const clusters: OwnedCluster[] = [];
  const stop = async () => {
    await Promise.all(clusters.map((cluster) => cluster.shutDown()));
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await writeCredentials(options.tools.kb, kubeconfig, plans);
    clusters.push(...plans.map(createCluster));
    await Promise.all(clusters.map((cluster) => cluster.boot()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig, clusters, stop };
}

/** Made here, so that what `stop` removes can't be somebody else's. */
async function makeFolder(wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return mkdtemp(join(tmpdir(), 'aegis-xc-bench-'));
  await mkdir(dirname(wanted), { recursive: true });
  await mkdir(wanted, { mode: 0o700 });
  return wanted;
}

async function planClusters(
  dir: string,
  kubeconfig: string,
  { names, ports = {}, controllers = [], tools }: RunOptions,
): Promise<ClusterPlan[]> {
  const free = await freePorts(names.length);
  return names.map((name, index) => ({
    name,
    port: ports[name] ?? free[index] ?? 0,
    folder: join(dir, name),
    benchFolder: dir,
    kubeconfig,
    tools,
    controllers,
  }));
}

/** The certificates of all clusters, and the kubeconfig of their administrator. */
async function writeCredentials(kb: string, kubeconfig: string, plans: readonly ClusterPlan[]): Promise<void> {
  await promisify(execFile)(kb, ['pki', ...plans.map(pkiOf)]);
  await writeKubeconfig(
    kubeconfig,
    plans.map((plan) => ({ name: plan.name, server: serverOf(plan), pki: pkiOf(plan), user: 'admin' })),
  );
}
