/**
 * `npm run mesh -- …` for developers: one mesh per user at a time, in the background until `down`.
 */
import { fork, spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { searchPath } from '../../support/debian.ts';
import { buildBench } from '../build.ts';
import { cacheRoot } from '../cache.ts';
import { printProgress } from '../progress.ts';
import { isOwned } from './guard.ts';
import type { Trust } from './istio/mesh-config.ts';
import { type Mesh, openMesh } from './mesh.ts';
import { findPods, type PodPlace } from './pods.ts';
import { startMesh } from './start.ts';
import { buildMeshTools } from './tools.ts';

const usage = `usage: npm run mesh -- COMMAND
  up [--clusters cluster-a,cluster-b] [--trust split|roots|strangers]
  down
  status                                      pods, and how to get at the clusters
  exec CLUSTER NAMESPACE/POD CMD...           POD: its name, its label app, or deploy/NAME
  curl CLUSTER NAMESPACE/POD ARGS...          curl in a pod
  kubectl CLUSTER ARGS...
  istioctl CLUSTER ARGS...
  logs CLUSTER NAMESPACE/POD [CONTAINER]      default: the proxy, with its access log
  config-dump CLUSTER NAMESPACE/POD [PATH]    Envoy's admin port; default /config_dump
`;

const commands: Readonly<Record<string, (args: string[]) => Promise<void> | void>> = {
  up,
  down,
  serve,
  status: () => showStatus(current()),
  exec: ([cluster = '', pod = '', ...argv]) => exec(current(), cluster, pod, argv),
  curl: ([cluster = '', pod = '', ...args]) => exec(current(), cluster, pod, ['curl', ...args]),
  kubectl: ([cluster = '', ...args]) => {
    const { kubectlPath, kubeconfig } = current();
    hand([kubectlPath, '--kubeconfig', kubeconfig, '--context', cluster, ...args]);
  },
  istioctl: ([cluster = '', ...args]) => {
    const { istioctl, kubeconfig } = current();
    hand([istioctl, '--kubeconfig', kubeconfig, '--context', cluster, ...args]);
  },
  logs: ([cluster = '', pod = '', container = 'istio-proxy']) => {
    say(readFileSync(join(find(current(), cluster, pod).folder, `${container}.log`), 'utf8'));
  },
  'config-dump': ([cluster = '', pod = '', path = '/config_dump']) =>
    exec(current(), cluster, pod, ['curl', '-s', `http://127.0.0.1:15000${path}`]),
};

const state = join(cacheRoot(), 'mesh-up');
const [command = '', ...args] = process.argv.slice(2);
const work = commands[command];
if (work === undefined) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  await work(args);
}

/** The build happens here, where its progress is seen. */
async function up(options: string[]): Promise<void> {
  if (folderInUse() !== undefined) {
    say('A mesh is up already; `npm run mesh -- down` ends it.\n');
    return;
  }
  await buildBench({ onProgress: printProgress() });
  await buildMeshTools(printProgress());
  await mkdir(cacheRoot(), { recursive: true });
  const log = openSync(`${state}.log`, 'w');
  const child = fork(import.meta.filename, ['serve', ...options], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  child.on('message', (text) => say(`${String(text)}\n`));
  await new Promise((resolve) => child.once('disconnect', resolve));
  child.unref();
  const folder = folderInUse();
  if (folder === undefined) {
    process.stderr.write(await readFile(`${state}.log`, 'utf8'));
    process.exitCode = 1;
  } else {
    showStatus(openMesh(folder));
  }
}

/** What `up` leaves in the background. */
async function serve(options: string[]): Promise<void> {
  const option = (name: string) => (options.includes(name) ? options[options.indexOf(name) + 1] : undefined);
  const clusters = option('--clusters')?.split(',');
  const mesh = await startMesh({
    trust: (option('--trust') ?? 'split') as Trust, // from the command line
    ...(clusters ? { clusters } : {}),
    onStep: (step, seconds) => process.send?.(`${seconds.toFixed(1).padStart(6)} s  ${step}`),
  });
  await writeFile(state, mesh.folder);
  if (process.connected) process.disconnect();
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      asked = true;
    });
  }
  while (!asked) await sleep(200);
  await mesh.stop();
  await rm(state, { force: true });
}

async function down(): Promise<void> {
  const folder = folderInUse();
  if (folder === undefined) {
    say('No mesh is up.\n');
    return;
  }
  const begin = performance.now();
  process.kill(Number(readFileSync(join(folder, 'owner'), 'utf8').split(' ')[0]), 'SIGTERM');
  while (existsSync(folder)) await sleep(100);
  say(`down after ${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
}

function folderInUse(): string | undefined {
  if (!existsSync(state)) return undefined;
  const folder = readFileSync(state, 'utf8');
  return existsSync(folder) && isOwned(folder) ? folder : undefined;
}

function current(): Mesh {
  const folder = folderInUse();
  if (folder !== undefined) return openMesh(folder);
  process.stderr.write('No mesh is up; `npm run mesh -- up` starts one.\n');
  process.exit(2);
}

function showStatus(mesh: Mesh): void {
  say(`export KUBECONFIG=${mesh.kubeconfig}\nalias kubectl=${mesh.kubectlPath}    # where none is installed\n`);
  for (const name of mesh.names) {
    const { gateway, trustDomain } = mesh.site(name);
    say(`\n${name}: trust domain ${trustDomain}, gateway ${gateway}:15443\n`);
    for (const pod of findPods(mesh.site(name)).reverse())
      say(`  ${pod.address.padEnd(12)} ${pod.namespace}/${pod.name}\n`);
  }
}

function find(mesh: Mesh, cluster: string, wanted: string): PodPlace {
  const [namespace = '', ...rest] = wanted.split('/');
  const name = rest.at(-1) ?? '';
  const pods = findPods(mesh.site(cluster)).filter((pod) => pod.namespace === namespace);
  const pod =
    pods.find((one) => one.name === name) ??
    pods.find(({ labels }) => labels.app === name) ??
    pods.find((one) => one.name.startsWith(`${name}-`));
  if (pod !== undefined) return pod;
  process.stderr.write(`no pod ${wanted} in ${cluster}\n`);
  process.exit(2);
}

function exec(mesh: Mesh, cluster: string, wanted: string, argv: readonly string[]): void {
  const pod = find(mesh, cluster, wanted);
  hand(['ip', 'netns', 'exec', pod.netns, ...argv], {
    ...process.env,
    PATH: `${join(mesh.folder, 'bin')}:${searchPath}`,
    HOSTNAME: pod.name,
  });
}

/** Gives the terminal to another program. */
function hand([program = '', ...rest]: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
  process.exitCode = spawnSync(program, rest, { stdio: 'inherit', env }).status ?? 1;
}

function say(text: string): void {
  process.stdout.write(text);
}
