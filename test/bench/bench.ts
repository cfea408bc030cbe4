import { buildBench } from './build.ts';
import type { BenchCluster } from './cluster.ts';
import { untilServed } from './install-crds.ts';
import type { OnProgress } from './progress.ts';
import { runClusters } from './run.ts';
import { readSeeds } from './seeds.ts';

/** Real API servers with the definitions of Istio and cert-manager. No kubelet: a Pod is an object and never runs. */
export interface Bench<Name extends string = DefaultName> {
  /** Has one context per cluster, of the same name. */
  readonly kubeconfig: string;
  /** Path of a kubectl of the same version. */
  readonly kubectl: string;
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
  /** Controllers to run beside those without which a cluster looks broken, such as `deployment-controller`. */
  readonly controllers?: readonly string[];
  /** Of the build, the first time on a machine. */
  readonly onProgress?: OnProgress;
}

/**
 * Starts `cluster-a` and `cluster-b`, or the clusters named. What it starts goes away with this process, however that
 * ends.
 */
export function startBench(options?: BenchOptions): Promise<Bench>;
export function startBench<const Name extends string>(
  options: BenchOptions<Name> & { readonly clusters: readonly Name[] },
): Promise<Bench<Name>>;
export async function startBench(options: BenchOptions<string> = {}): Promise<Bench<string>> {
  const { clusters: names = ['cluster-a', 'cluster-b'], dir, ports, controllers, onProgress } = options;
  const tools = await buildBench({ onProgress });
  const crds = await readSeeds(tools.seeds);
  const { kubeconfig, clusters, stop } = await runClusters({ names, tools, dir, ports, controllers });
  try {
    await Promise.all(clusters.map((cluster) => untilServed(cluster, crds)));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    kubeconfig,
    kubectl: tools.kubectl,
    clusters: Object.fromEntries(clusters.map((cluster) => [cluster.context, cluster])),
    stop,
  };
}
