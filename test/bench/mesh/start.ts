import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bench, startBench } from '../bench.ts';
import { freePorts } from '../ports.ts';
import type { OnProgress } from '../progress.ts';
import { standGuard, tidyAfterOthers } from './guard.ts';
import type { Trust } from './istio/mesh-config.ts';
import { type ClusterStart, startCluster } from './istio/start-cluster.ts';
import { type Mesh, openMesh } from './mesh.ts';
import { layNetwork } from './network.ts';
import { prepareMachine } from './requirements.ts';
import { must } from './shell.ts';
import { buildMeshTools, type MeshTools } from './tools.ts';
import { type Ground, planGround } from './topology.ts';

export interface MeshOptions {
  /** Default `cluster-a` and `cluster-b`. */
  readonly clusters?: readonly string[];
  /** Default `split`. */
  readonly trust?: Trust;
  /** Of the build, the first time on a machine. */
  readonly onProgress?: OnProgress;
  /** Hears of each step when it is done, with the seconds since the start. */
  readonly onStep?: (step: string, seconds: number) => void;
}

/** A mesh bench with the power to end it. */
export interface OwnMesh extends Mesh {
  /** Ends every process and removes every file and network namespace. */
  stop(): Promise<void>;
}

/**
 * Starts a real mesh for each cluster: API server, istiod, injection, an east-west gateway, and a node agent that runs
 * pods. Goes away with this process, however that ends. Throws `CannotRun` where the machine can't carry it.
 */
export async function startMesh(options: MeshOptions = {}): Promise<OwnMesh> {
  const { clusters = ['cluster-a', 'cluster-b'], trust = 'split', onProgress, onStep = () => {} } = options;
  const begin = performance.now();
  const step = (text: string) => onStep(text, (performance.now() - begin) / 1000);

  await prepareMachine(step);
  const tools = await buildMeshTools(onProgress);
  await tidyAfterOthers();
  step('tools');
  const ground = planGround(clusters);
  const guard = await standGuard(ground);
  let bench: Bench<string> | undefined;
  const running: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    await Promise.allSettled(running.map((cluster) => cluster.stop()));
    await bench?.stop();
    await guard.tidyUp();
  };
  try {
    const folder = join(ground.folder, 'bench');
    [bench] = await Promise.all([
      startBench({ clusters, dir: folder, controllers, ...(onProgress ? { onProgress } : {}) }),
      layNetwork(ground),
      makeFiles(ground, tools, trust),
    ]);
    step('API servers');
    const plans = await planClusters({ ground, tools, trust, bench });
    await Promise.all(plans.map(async (plan) => running.push(await startCluster(plan))));
    step('istiods, webhooks');
    const mesh = await describe({ ground, tools, bench, plans });
    await Promise.all(clusters.map((name) => mesh.waitReady(name, 'istio-system', 'observability')));
    step('gateways');
    return { ...mesh, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** That make pods out of what the examples hold. */
const controllers = ['deployment-controller', 'replicaset-controller', 'statefulset-controller', 'job-controller'];

/** One root for all, or one for each. */
async function makeFiles({ folder, sites }: Ground, tools: MeshTools, trust: Trust): Promise<void> {
  const names = sites.map(({ name }) => name);
  const groups = trust === 'split' ? [names] : names.map((name) => [name]);
  for (const group of groups) await must([tools.box, 'pki', join(folder, 'pki'), ...group]);
  await mkdir(join(folder, 'bin'));
  await symlink(tools.nats, join(folder, 'bin', 'nats'));
  await symlink(tools.echoClient, join(folder, 'bin', 'echo-client'));
}

async function planClusters({
  ground,
  tools,
  trust,
  bench,
}: {
  ground: Ground;
  tools: MeshTools;
  trust: Trust;
  bench: Bench<string>;
}): Promise<ClusterStart[]> {
  const ports = await freePorts(ground.sites.length * 5);
  return ground.sites.map((site, index) => {
    const access = bench.clusters[site.name];
    if (access === undefined) throw new Error(`no cluster ${site.name}`);
    const [http = 0, webhooks = 0, xds = 0, monitoring = 0, introspection = 0] = ports.slice(index * 5);
    return {
      ground,
      site,
      access,
      tools,
      trust,
      ports: { http, webhooks, xds, monitoring, introspection },
      pki: (cluster: string) => join(ground.folder, 'pki', cluster),
    };
  });
}

/** Writes what another process needs to find its way, and opens it as such a one would. */
async function describe({
  ground,
  tools,
  bench,
  plans,
}: {
  ground: Ground;
  tools: MeshTools;
  bench: Bench<string>;
  plans: readonly ClusterStart[];
}): Promise<Mesh> {
  const clusters = plans.map(({ site, ports }) => ({ site, ports }));
  const { kubeconfig, kubectl } = bench;
  await writeFile(join(ground.folder, 'mesh.json'), JSON.stringify({ ground, tools, kubeconfig, kubectl, clusters }));
  return openMesh(ground.folder);
}
