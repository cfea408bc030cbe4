// `npm test`: everything that has to hold, in one run. `npm run check` leaves the tests out.
// The last line has the numbers of the tests; the exit code is 0 only when every step succeeded.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const checks = [
  ['format and lint', 'biome', ['check', '--error-on-warnings']],
  ['types', 'tsc', ['--project', '.']],
  ['unused code', 'knip', ['--no-progress']],
];

const failed = checks.filter(([name, tool, args]) => !step(name, bin(tool), args)).map(([name]) => name);
if (process.argv[2] === 'check') process.exit(failed.length === 0 ? 0 : 1);

if (!step('build', process.execPath, ['scripts/build.mjs'])) failed.push('build');
console.log('What API servers and meshes are made of is built once; the first time that takes 11 minutes.');
if (spawnSync(bin('tsx'), ['test/bench/prepare.ts'], { stdio: 'inherit' }).status !== 0) failed.push('test bench');
// One after the other: each has both processors busy.
const tiers = ['unit', 'cluster', 'mesh'].map(runTier);
failed.push(...tiers.filter(({ ok }) => !ok).map(({ name }) => `${name} tests`));
if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`);
const notRun = tiers.flatMap((tier) => tier.notRun);
console.log(
  `\n${[...tiers.map(summary), ...notRun.map((what) => `NOT RUN: ${what}`)].join('\n')}\n${summary(sum(tiers))}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Runs one tool; its output is shown only when it fails. */
function step(name, command, args) {
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const ok = status === 0;
  console.log(`${ok ? '✔' : '✖'} ${name} (${seconds} s)`);
  if (!ok) console.log(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
  return ok;
}

/** The tests of one project of vitest.config.ts. */
function runTier(name) {
  const start = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-test-'));
  const [report, notRun] = ['report.json', 'not-run'].map((file) => join(folder, file));
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const stdio = ['ignore', 'inherit', 'inherit'];
  const env = { ...process.env, AEGIS_XC_NOT_RUN: notRun };
  const { status } = spawnSync(bin('vitest'), ['run', '--project', name, ...reporters], { stdio, env });
  const numbers = readNumbers(report);
  const seconds = (performance.now() - start) / 1000;
  const tier = { name, ok: status === 0 && numbers.broken === 0, seconds, notRun: readLines(notRun), ...numbers };
  rmSync(folder, { recursive: true });
  return tier;
}

/** What the set-up of a tier could not run (test/support/not-run.ts). */
function readLines(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

function summary({ name, passed, broken, skipped, seconds }) {
  const time = name ? ` (${name} tests, ${Math.round(seconds)} s)` : '';
  return `${passed} passed, ${broken} failed, ${skipped} skipped${time}`;
}

function sum(tiers) {
  const total = (key) => tiers.reduce((all, tier) => all + tier[key], 0);
  return { passed: total('passed'), broken: total('broken'), skipped: total('skipped') };
}

/** A test file that could not even be loaded counts as one failed test. No report: vitest itself has failed. */
function readNumbers(report) {
  try {
    const { testResults, ...total } = JSON.parse(readFileSync(report, 'utf8'));
    const unloaded = testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && !assertionResults.length,
    );
    return {
      passed: total.numPassedTests,
      broken: total.numFailedTests + unloaded.length,
      skipped: total.numPendingTests + total.numTodoTests,
    };
  } catch {
    return { passed: 0, broken: 1, skipped: 0 };
  }
}

function bin(tool) {
  return join('node_modules', '.bin', tool);
}
