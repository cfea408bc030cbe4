import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildBench } from './build.ts';
import { type BenchCluster, type ClusterPlan, createCluster, type OwnedCluster, pkiOf, serverOf } from './cluster.ts';
import { readCrds } from './crds.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { freePorts } from './ports.ts';
import type { OnProgress } from './progress.ts';

/** Real API servers with the definitions of Istio and cert-manager. No kubelet: a Pod is an object and never runs. */
export interface Bench<Name extends string = DefaultName> {
  /** Has one context per cluster, of the same name. */
  readonly kubeconfig: string;
  readonly kb: string;
  readonly clusters: Readonly<Record<Name, BenchCluster>>;
  /** Ends every process and removes every file. */
  stop(): Promise<void>;
}

export type DefaultName = 'cluster-a' | 'cluster-b';

export interface BenchOptions<Name extends string = DefaultName> {
  readonly clusters?: readonly Name[];
  /** Made for this bench and removed with it; default a new folder for temporary files. */
  readonly dir?: string;
  /** Default free ones, so that any number of benches can run side by side. */
  readonly ports?: Readonly<Record<Name, number>>;
  /** Of the build, the first time on a machine. */
  readonly onProgress?: OnProgress;
}

export function startBench(options?: BenchOptions): Promise<Bench>;
export function startBench<const Name extends string>(
  options: BenchOptions<Name> & { readonly clusters: readonly Name[] },
): Promise<Bench<Name>>;
export async function startBench({
  clusters: names = ['cluster-a', 'cluster-b'],
  dir: wantedDir,
  ports = {},
  onProgress = () => {},
}: BenchOptions<string> = {}): Promise<Bench<string>> {
  const tools = await buildBench({ onProgress });
  const dir = await makeFolder(wantedDir);
  const plans = await planClusters(names, ports, { dir, kb: tools.kb });
  const clusters: OwnedCluster[] = [];
  const stop = async () => {
    await Promise.all(clusters.map((cluster) => cluster.shutDown()));
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await writeCredentials(plans);
    clusters.push(...plans.map(createCluster));
    const crds = await readCrds(tools.crds);
    await Promise.all(clusters.map((cluster) => cluster.boot(crds)));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    kubeconfig: kubeconfigIn(dir),
    kb: tools.kb,
    clusters: Object.fromEntries(clusters.map((cluster) => [cluster.context, cluster])),
    stop,
  };
}

/** Made here, so that what `stop` removes can't be somebody else's. */
async function makeFolder(wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return mkdtemp(join(tmpdir(), 'aegis-xc-bench-'));
  await mkdir(dirname(wanted), { recursive: true });
  await mkdir(wanted, { mode: 0o700 });
  return wanted;
}

async function planClusters(
  names: readonly string[],
  ports: Readonly<Record<string, number>>,
  { dir, kb }: { dir: string; kb: string },
): Promise<ClusterPlan[]> {
  const free = await freePorts(names.length);
  return names.map((name, index) => ({
    name,
    port: ports[name] ?? free[index] ?? 0,
    folder: join(dir, name),
    benchFolder: dir,
    kubeconfig: kubeconfigIn(dir),
    kb,
  }));
}

const kubeconfigIn = (dir: string): string => join(dir, 'kubeconfig');

/** The certificates of all clusters, and the kubeconfig of their administrator. */
async function writeCredentials(plans: readonly ClusterPlan[]): Promise<void> {
  const [first] = plans;
  if (first === undefined) throw new Error('a bench has at least one cluster');
  await promisify(execFile)(first.kb, ['pki', ...plans.map(pkiOf)]);
  await writeKubeconfig(
    first.kubeconfig,
    plans.map((plan) => ({ name: plan.name, server: serverOf(plan), pki: pkiOf(plan), user: 'admin' })),
  );
}
