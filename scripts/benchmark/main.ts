import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { table } from '../../src/cli/ui/table.ts';
import { apply } from './apply.ts';
import { judge, type Verdict } from './judge.ts';
import { lint } from './lint.ts';
import { type Measurement, type Summary, summaryOf } from './measure.ts';
import { render } from './render.ts';
import { specOf } from './specs.ts';
import { startup } from './startup.ts';
import type { Suite } from './suite.ts';

/**
 * `npm run bench`: side by side with what one would use instead, in one run. Ratios are what counts; a time says more about
 * the machine. `--json FILE` keeps the figures, `--baseline FILE` compares with kept ones.
 */
process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const suites: readonly Suite[] = [startup, render, lint, apply];
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    baseline: { type: 'string' },
  },
});

const keptResults = z.object({
  results: z.array(
    z.object({
      measurements: z.array(z.object({ name: z.string(), milliseconds: z.object({ median: z.number() }) })),
    }),
  ),
});
const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-benchmark-'));
try {
  const results = [];
  for (const suite of suites.filter(({ name }) => values.only === undefined || values.only === name)) {
    say(`\n${suite.name}`);
    const measurements = await suite.run({ rounds: Number(values.rounds), folder, specFile, say });
    const goals = suite.goals.map((goal) => judge(goal, measurements));
    results.push({ suite: suite.name, measurements: measurements.map(summaryOf), goals });
    print(measurements, goals);
  }
  if (values.baseline)
    printComparison(
      results.flatMap(({ measurements }) => measurements),
      values.baseline,
    );
  const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model, platform: process.platform };
  if (values.json)
    writeFileSync(values.json, `${JSON.stringify({ schemaVersion: 1, machine, results }, undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function specFile(services: number): string {
  const file = join(folder, `${services}.yaml`);
  writeFileSync(file, specOf(services));
  return file;
}

function print(measurements: readonly Measurement[], verdicts: readonly Verdict[]): void {
  const rows = measurements
    .map(summaryOf)
    .map(({ name, milliseconds: { median, min, max }, mebibytes }) => [
      `  ${name}`,
      ...[median, min, max].map((value) => `${Math.round(value)} ms`),
      `${Math.round(mebibytes)} MiB`,
    ]);
  say(table(['  WHAT', 'MEDIAN', 'MIN', 'MAX', 'PEAK'], rows));
  for (const { what, reached, text } of verdicts)
    say(`  ${reached === undefined ? '–' : reached ? '✔' : '✖'} ${what}: ${text}`);
}

/** Another machine, or another hour, has other times: a look, not a verdict. */
function printComparison(measurements: readonly Summary[], file: string): void {
  const { results } = keptResults.parse(JSON.parse(readFileSync(file, 'utf8')));
  const before = new Map(results.flatMap((one) => one.measurements).map((one) => [one.name, one.milliseconds.median]));
  const rows = measurements.map(({ name, milliseconds: { median } }) => {
    const then = before.get(name);
    return [
      `  ${name}`,
      then ? `${Math.round(then)} ms` : '-',
      `${Math.round(median)} ms`,
      then ? `${(median / then).toFixed(2)}` : '-',
    ];
  });
  say(`\nagainst ${file}`);
  say(table(['  WHAT', 'THEN', 'NOW', 'RATIO'], rows));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
