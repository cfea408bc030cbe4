/**
 * `npm run bench:up` for developers: one bench per user at a fixed place, in the foreground until Ctrl-C or
 * `npm run bench:down`; with `--detach` in the background.
 */
import { fork } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, startBench } from './bench.ts';
import { buildBench } from './build.ts';
import { isLocked, withLock } from './lock.ts';
import { printProgress } from './progress.ts';
import { places } from './up-places.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);

if (await isLocked(places.lock)) {
  say(`A bench is up already: export KUBECONFIG=${places.kubeconfig}\n\`npm run bench:down\` ends it.`);
} else if (process.argv.includes('--detach')) {
  await inBackground();
} else {
  await withLock(places.lock, inForeground);
}

async function inForeground(): Promise<void> {
  await rm(places.folder, { recursive: true, force: true }); // of a bench that could not tidy up, as after a power cut
  const bench = await startBench({ dir: places.folder, onProgress: printProgress() });
  say(howToUse(bench));
  if (process.connected) process.disconnect(); // tells the parent of a detached bench that it is ready
  await untilAskedToStop();
  await bench.stop();
}

/** The build happens here, where its progress is seen; what is left for the child takes seconds. */
async function inBackground(): Promise<void> {
  await buildBench({ onProgress: printProgress() });
  const log = openSync(places.log, 'w');
  const child = fork(import.meta.filename, [], { detached: true, stdio: ['ignore', log, log, 'ipc'] });
  await new Promise<void>((resolve, reject) => {
    child.once('disconnect', resolve);
    child.once('error', reject);
  });
  say(await readFile(places.log, 'utf8'));
  if (!(await isLocked(places.lock))) process.exitCode = 1;
  child.unref();
}

function howToUse({ kubeconfig, kubectl, clusters }: Bench): string {
  const servers = Object.values(clusters).map(({ context, server }) => `  ${context}  ${server}`);
  return `Two API servers are up; the contexts of their kubeconfig:
${servers.join('\n')}

  export KUBECONFIG=${kubeconfig}
  alias kubectl=${kubectl}    # where none is installed

Ctrl-C or \`npm run bench:down\` ends them.`;
}

async function untilAskedToStop(): Promise<void> {
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      asked = true;
    });
  }
  while (!asked && !existsSync(places.stop)) await sleep(200);
}
