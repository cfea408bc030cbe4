import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bench, startBench } from '../test/bench/bench.ts';
import { printProgress } from '../test/bench/progress.ts';

/**
 * The whole road on throw-away API servers: `npm run demo`. What it shows is what the program prints; an exit code that is
 * not the expected one ends it.
 */
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const cli = 'bin/aegis-xc.js';
const examples = 'examples';
const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-demo-'));
const spec = join(folder, 'federation.yaml');
const scenario = 'service-to-service';

try {
  validateAndRender();
  say('\nTwo throw-away API servers, real ones. The first time on a machine they are built, which takes minutes.');
  const begin = performance.now();
  const bench = await startBench({ onProgress: printProgress() });
  say(`They are ready after ${((performance.now() - begin) / 1000).toFixed(1)}s.`);
  try {
    await useClusters(bench);
  } finally {
    await bench.stop();
    say('\nThe API servers are stopped, nothing is left of them.');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function validateAndRender(): void {
  heading('Every scenario is valid, and renders without a cluster');
  for (const name of readdirSync(examples).filter((entry) => entry !== 'ci')) {
    const file = join(examples, name, 'federation.yaml');
    run(['validate', '-f', file]);
    const { stdout } = run(['render', '-f', file], { show: false });
    say(`  ${stdout.split('\n---\n').length} objects`);
  }
}

async function useClusters(bench: Bench): Promise<void> {
  for (const cluster of Object.values(bench.clusters)) {
    await cluster.kubectl(['create', 'namespace', 'istio-system']);
    await cluster.kubectl(['apply', '-f', join(examples, scenario, 'workloads', `${cluster.context}.yaml`)]);
  }
  writeFileSync(spec, readFileSync(join(examples, scenario, 'federation.yaml')));
  const clusters = ['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b', '--kubeconfig', bench.kubeconfig];
  const withClusters = (...args: string[]) => [...args, '-f', spec, ...clusters];

  heading('What would be done');
  run(withClusters('plan'));
  heading('Do it');
  run(withClusters('apply', '--settle', '0', '--quiet'));
  run(withClusters('status'));
  heading('Again: nothing to write');
  run(withClusters('apply', '--settle', '0', '--quiet'));
  heading('Another caller: what changes');
  writeFileSync(spec, readFileSync(spec, 'utf8').replace('serviceAccount: frontend', 'serviceAccount: storefront'));
  run(withClusters('plan', '--exit-code'), { exit: 1 });
  heading('Remove everything');
  run(withClusters('delete', '--yes', '--settle', '0', '--quiet'));
}

interface RunOptions {
  readonly exit?: number;
  readonly show?: boolean;
}

function run(args: readonly string[], { exit = 0, show = true }: RunOptions = {}): { stdout: string } {
  say(`\n$ aegis-xc ${args.map(shortened).join(' ')}`);
  const { status, stdout } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', show ? 'inherit' : 'pipe', 'inherit'],
  });
  if (status !== exit) throw new Error(`aegis-xc ${args[0]} ended with ${status}, expected ${exit}`);
  return { stdout: stdout ?? '' };
}

/** Paths as a reader would type them. */
function shortened(arg: string): string {
  return arg.replace(`${folder}/`, '').replace(/^\/.*\/kubeconfig$/, 'kubeconfig');
}

function heading(text: string): void {
  say(`\n── ${text} ${'─'.repeat(Math.max(0, 90 - text.length))}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
