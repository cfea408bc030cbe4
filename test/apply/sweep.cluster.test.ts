import { describe, expect } from 'vitest';
import { test as base } from '../bench/fixtures.ts';
import { type Case, casesOf, type Pair, pairs, ways } from '../support/sweep-cases.ts';
import { openLane, writeStatuses } from '../support/sweep-lane.ts';

/**
 * A run is broken at each of its writes, in each of the ways of `sweep-cases.ts`, while somebody else writes statuses. Then
 * the clusters must be in a safe state, and from there `resume` or `rollback` must lead to a whole one. `npm run test:sweep`
 * does all cases; without it a sample has to do, for about a minute.
 */
const everything = process.env.SWEEP === 'all';
const seed = Number(process.env.SWEEP_SEED ?? 20_261_123);
const budget = Number(process.env.SWEEP_SECONDS ?? (everything ? 14_000 : 60)) * 1000;
const only = process.env.SWEEP_WAYS?.split(',') ?? ways;
/** Federations that are broken side by side, in the same clusters. */
const lanes = Number(process.env.SWEEP_LANES ?? 3);

describe.sequential('a run that breaks', () => {
  base(
    'anywhere leaves a safe state, and resume and rollback lead to a whole one',
    async ({ bench, third }) => {
      const clusters = { ...bench.clusters, ...third.clusters };
      const stop = writeStatuses(Object.values(clusters));
      const begun = performance.now();
      const results: Awaited<ReturnType<typeof sweepPair>>[] = [];
      const progress = everything ? printEveryMinute() : undefined;
      const queue = [...pairs.entries()];
      const work = async (n: number): Promise<void> => {
        const lane = await openLane({ bench, third, name: `sweep-${n}` });
        try {
          for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
            const [index, pair] = next;
            // What is left of the time, shared by the pairs that are left.
            const share = ((budget - (performance.now() - begun)) * lanes) / (queue.length + lanes);
            results.push(await sweepPair(lane, pair, { seed: seed + index, share, onCase: () => progress?.count() }));
          }
        } finally {
          await lane.close();
        }
      };
      try {
        await Promise.all(Array.from({ length: lanes }, (_, n) => work(n)));
      } finally {
        progress?.stop();
        stop();
      }
      const wrong = results.flatMap((one) => one.wrong);
      report(results, Math.round((performance.now() - begun) / 1000));
      expect(wrong).toEqual([]);
      expect(results.every(({ done }) => done > 0)).toBe(true);
      if (everything) expect(results.map(({ done }) => done)).toEqual(results.map(({ all }) => all));
    },
    budget + 180_000,
  );
});

interface Swept {
  readonly name: string;
  /** Of the cases that were tried, as many leave and lead to what they must. */
  readonly held: number;
  readonly done: number;
  readonly all: number;
  readonly wrong: readonly string[];
  readonly ends: ReadonlyMap<string, number>;
}

/** There and back again, as often as there are cases; each begins where the one before it has ended. */
async function sweepPair(
  lane: Awaited<ReturnType<typeof openLane>>,
  pair: Pair,
  { seed, share, onCase }: { readonly seed: number; readonly share: number; readonly onCase: () => void },
): Promise<Swept> {
  const begun = performance.now();
  const wrong: string[] = [];
  const ends = new Map<string, number>();
  const swept = { name: pair.name, held: 0, done: 0, all: 0, wrong, ends };
  const complain = (text: string): void => {
    wrong.push(`${pair.name}: ${text}`);
    // at once, for whatever else may go wrong in a run of more than an hour
    process.stderr.write(`kill-point sweep: ${pair.name}: ${text}\n`);
  };
  /** How often a run has ended before the write of a case came, as when the machine is too busy to answer in time. */
  const missed = new Map<Case, number>();
  try {
    const queues = casesOf(await lane.begin(pair, { settled: everything }), { seed, only });
    swept.all = queues.flat().length;
    while (queues.flat().length > 0 && performance.now() - begun < share && wrong.length < 5) {
      const { side } = lane;
      const next = queues[side]?.pop();
      if (next === undefined) {
        await lane.cross();
        continue;
      }
      const result = await lane.tryCase(next);
      for (const text of result.wrong) complain(`${JSON.stringify(next)}: ${text}`);
      if (!result.reached) {
        const times = (missed.get(next) ?? 0) + 1;
        missed.set(next, times);
        if (times < 20) queues[side]?.unshift(next);
        else complain(`${JSON.stringify(next)}: ${times} runs ended before their write came`);
        continue;
      }
      ends.set(`${next.how}: ${result.end}`, (ends.get(`${next.how}: ${result.end}`) ?? 0) + 1);
      swept.done++;
      if (result.wrong.length === 0) swept.held++;
      onCase();
    }
    await lane.end();
  } catch (error) {
    complain(`no case could be tried any more: ${error instanceof Error ? error.stack : error}`);
  }
  return swept;
}

/** All cases take more than an hour: whoever waits sees that it goes on. */
function printEveryMinute(): { count(): void; stop(): void } {
  let done = 0;
  let minutes = 0;
  const timer = setInterval(() => {
    process.stderr.write(`kill-point sweep: ${done} cases in ${++minutes} min\n`);
  }, 60_000);
  return { count: () => void done++, stop: () => clearInterval(timer) };
}

function report(results: readonly Swept[], seconds: number): void {
  const sum = (count: (one: Swept) => number): number => results.reduce((total, one) => total + count(one), 0);
  const done = sum((one) => one.done);
  const ends = new Map<string, number>();
  for (const one of results) for (const [end, number] of one.ends) ends.set(end, (ends.get(end) ?? 0) + number);
  process.stdout.write(
    [
      `kill-point sweep, seed ${seed}: ${sum((one) => one.held)} of ${done} hold, of ${sum((one) => one.all)} in all, in ${seconds} s`,
      ...results.map(({ name, done, all }) => `  ${name}: ${done} of ${all}`),
      ...[...ends].sort().map(([end, number]) => `  ${end}: ${number}`),
      '',
    ].join('\n'),
  );
}
