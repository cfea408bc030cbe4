import { fileURLToPath } from 'node:url';
import type { AccessLogEntry } from '../test/bench/mesh/access-log.ts';
import { eventually } from '../test/bench/mesh/eventually.ts';
import type { Mesh } from '../test/bench/mesh/mesh.ts';

import { startMesh } from '../test/bench/mesh/start.ts';
import { printProgress } from '../test/bench/progress.ts';

/**
 * `npm run demo:mesh`: two real meshes, one call that is allowed and one that is refused, and what each proxy says of them.
 * Needs Linux and root, for network namespaces.
 */
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const folder = 'examples/service-to-service';
const url = 'http://backend-api.cluster-b.local/api/health';
const frontend = { namespace: 'shop', app: 'frontend' };
const reporting = { namespace: 'shop', app: 'reporting' };
const backend = { namespace: 'backend', app: 'backend-api' };

say(
  'Two meshes: API server, istiod, an east-west gateway and sidecars in each. The first time they are built, for about twenty minutes.',
);
const mesh = await startMesh({
  onProgress: printProgress(),
  onStep: (text, seconds) => say(`  ${seconds.toFixed(1).padStart(5)}s  ${text}`),
});
try {
  heading('The workloads of the example, as on any cluster');
  for (const cluster of ['cluster-a', 'cluster-b']) await mesh.apply(`${folder}/workloads/${cluster}.yaml`, cluster);
  await Promise.all([mesh.waitReady('cluster-a', 'shop'), mesh.waitReady('cluster-b', 'backend')]);
  say('frontend and reporting run in cluster-a, backend-api in cluster-b. No route leads from one to the other.');

  heading('The federation');
  const args = ['apply', '-f', `${folder}/federation.yaml`, '--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b'];
  say(`$ aegis-xc ${args.join(' ')}`);
  const { code, stderr } = await mesh.cli(args);
  say(stderr.trim());
  if (code !== 0) throw new Error(`apply ended with ${code}`);
  await mesh.restart('cluster-a', 'shop', 'frontend', 'reporting');

  heading('A call that is allowed');
  await call(mesh, frontend, 200);
  heading('A call that is refused: another service account of the same namespace');
  await call(mesh, reporting, 403);
} finally {
  await mesh.stop();
  say('\nEverything is stopped, nothing is left of it.');
}

interface Caller {
  readonly namespace: string;
  readonly app: string;
}

/** Makes the call until it has the status that the example's README promises, and shows what both proxies logged. */
async function call(meshes: Mesh, from: Caller, wanted: number): Promise<void> {
  say(`$ kubectl --context cluster-a -n ${from.namespace} exec deploy/${from.app} -- curl -si ${url}`);
  const answer = await eventually(async () => {
    const since = new Date();
    const { status, body } = await meshes.request('cluster-a', from, url);
    if (status !== wanted) throw new Error(`${from.app} got ${status}, not ${wanted}`);
    return { since, status, body };
  });
  say(`HTTP ${answer.status}   ${answer.body.trim().split('\n')[0]?.slice(0, 140)}`);
  await eventually(() => {
    const near = last(meshes.accessLog('cluster-a', from, { since: answer.since }));
    const far = last(meshes.accessLog('cluster-b', backend, { since: answer.since }));
    say(`\n  sidecar of ${from.app}: ${near.status} ${near.upstream}, the server is ${near.server}`);
    say(
      `  sidecar of backend-api: ${far.status} ${far.method} ${far.path}, the caller is ${far.peer} ${far.details ?? ''}`,
    );
  });
}

function last(entries: readonly AccessLogEntry[]): AccessLogEntry {
  const entry = entries.at(-1);
  if (entry === undefined) throw new Error('not logged yet');
  return entry;
}

function heading(text: string): void {
  say(`\n── ${text} ${'─'.repeat(Math.max(0, 90 - text.length))}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
