import { spawnSync } from 'node:child_process';

/**
 * Before the tests: the program that some of them run is built, unless it is fresh. When it can't be built, those fail, and
 * the others still say what they have to say.
 */
export default function setup(): void {
  spawnSync(process.execPath, ['scripts/build.mjs', '--if-stale'], { stdio: 'inherit' });
}
