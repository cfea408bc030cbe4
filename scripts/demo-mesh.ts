import { fileURLToPath } from 'node:url';
import { startMesh } from '../test/bench/mesh/start.ts';
import { printProgress } from '../test/bench/progress.ts';
import { heading, showCalls } from './demo-calls.ts';

/**
 * `npm run demo:mesh`: two real meshes, one call that is allowed and one that is refused, and what each proxy says of them.
 * Needs Linux and root, for network namespaces.
 */
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const folder = 'examples/service-to-service';

say(
  'Two meshes: API server, istiod, an east-west gateway and sidecars in each. The first time they are built, for about twenty minutes.',
);
const mesh = await startMesh({
  onProgress: printProgress(),
  onStep: (text, seconds) => say(`  ${seconds.toFixed(1).padStart(5)}s  ${text}`),
});
try {
  say(heading('The workloads of the example, as on any cluster'));
  for (const cluster of ['cluster-a', 'cluster-b']) await mesh.apply(`${folder}/workloads/${cluster}.yaml`, cluster);
  await Promise.all([mesh.waitReady('cluster-a', 'shop'), mesh.waitReady('cluster-b', 'backend')]);
  say('frontend and reporting run in cluster-a, backend-api in cluster-b. No route leads from one to the other.');

  say(heading('The federation'));
  const args = ['apply', '-f', `${folder}/federation.yaml`, '--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b'];
  say(`$ aegis-xc ${args.join(' ')}`);
  const { code, stderr } = await mesh.cli(args);
  say(stderr.trim());
  if (code !== 0) throw new Error(`apply ended with ${code}`);
  await mesh.restart('cluster-a', 'shop', 'frontend', 'reporting');

  await showCalls(mesh, say);
} finally {
  await mesh.stop();
  say('\nEverything is stopped, nothing is left of it.');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
