// `npm test`: everything that has to hold, in one run. `npm run check` leaves the tests out.
// The last line has the numbers of the tests; the exit code is 0 only when every step succeeded.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
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
// Before the tiers, which run at the same time: a build takes both processors for minutes.
console.log('What API servers and meshes are made of is built once; the first time that takes 11 minutes.');
if (spawnSync(bin('tsx'), ['test/bench/prepare.ts'], { stdio: 'inherit' }).status !== 0) failed.push('test bench');
const tiers = await runTiers();
failed.push(...tiers.filter(({ ok }) => !ok).map(({ name }) => `${name} tests`));
if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`);
const notRun = tiers.flatMap((tier) => tier.notRun);
console.log(
  `\n${[...tiers.map(summary), ...notRun.map((what) => `NOT RUN: ${what}`)].join('\n')}\n${summary(sum(tiers))}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

/**
 * Tests of meshes wait for most of their time, for proxies and their time-outs. So the other tiers run beside them, one after the other,
 * and step back when both want the processors. Where there is no memory for that, all run one after the other.
 */
async function runTiers() {
  const beside = process.platform === 'linux' && totalmem() > 12e9;
  if (!beside) return inTurn(['unit', 'cluster', 'mesh']);
  console.log('The mesh tests run beside the others; what they say is shown after that.');
  const others = inTurn(['unit', 'cluster'], { behind: true });
  const mesh = runTier('mesh', { silentUntil: others });
  return [...(await others), await mesh];
}

async function inTurn(names, options) {
  const done = [];
  for (const name of names) done.push(await runTier(name, options));
  return done;
}

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

/** The tests of one project of vitest.config.ts. `behind`: other programs come first. `silentUntil`: what it says is held back until then. */
async function runTier(name, { behind = false, silentUntil } = {}) {
  const start = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-test-'));
  const [report, notRun] = ['report.json', 'not-run'].map((file) => join(folder, file));
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const vitest = [bin('vitest'), 'run', '--project', name, ...reporters];
  const [program, ...args] = behind ? ['nice', '-n', '5', ...vitest] : vitest;
  const out = silentUntil ? 'pipe' : 'inherit';
  const env = { ...process.env, AEGIS_XC_NOT_RUN: notRun };
  const status = await new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', out, out], env });
    child.on('close', resolve).on('error', resolve);
    if (silentUntil) holdBack([child.stdout, child.stderr], silentUntil);
  });
  const seconds = (performance.now() - start) / 1000;
  await silentUntil;
  const numbers = readNumbers(report);
  const tier = { name, ok: status === 0 && numbers.broken === 0, seconds, notRun: readLines(notRun), ...numbers };
  rmSync(folder, { recursive: true });
  return tier;
}

function holdBack(streams, until) {
  let held = [];
  const show = (chunk) => void (held ? held.push(chunk) : process.stdout.write(chunk));
  for (const stream of streams) stream.on('data', show);
  until.then(() => {
    for (const chunk of held) process.stdout.write(chunk);
    held = undefined;
  });
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
