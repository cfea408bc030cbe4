import { execFileSync } from 'node:child_process';

/** Before the tests: the program that some of them run is built, unless it is fresh. */
export default function setup(): void {
  execFileSync(process.execPath, ['scripts/build.mjs', '--if-stale'], { stdio: 'inherit' });
}
