import { type Measurement, spread } from './measure.ts';
import type { Goal } from './suite.ts';

export interface Verdict {
  readonly what: string;
  /** Absent where there is no goal, or nothing to hold it against. */
  readonly reached?: boolean;
  readonly text: string;
}

/** Medians are held against each other; in brackets the least and the most of the rounds, each of which compares its neighbours. */
export function judge({ what, contender, against, atMost }: Goal, measurements: readonly Measurement[]): Verdict {
  const named = (name: string | undefined) => measurements.find((one) => one.name === name);
  const own = named(contender);
  if (own === undefined) return { what, text: 'NOT RUN' };
  if (atMost !== undefined && 'mebibytes' in atMost) {
    const text = `${Math.round(own.mebibytes)} MiB, goal ≤ ${atMost.mebibytes} MiB`;
    return { what, reached: own.mebibytes <= atMost.mebibytes, text };
  }
  const other = named(against);
  if (other === undefined) return { what, text: `NOT RUN: no ${against}` };
  const [mine, theirs] = [spread(own.milliseconds).median, spread(other.milliseconds).median];
  const rounds = (compare: (mine: number, theirs: number) => number) =>
    spread(own.milliseconds.map((value, round) => compare(value, other.milliseconds[round] ?? Number.NaN)));
  if (atMost !== undefined && 'plusMilliseconds' in atMost) {
    const { min, max } = rounds((a, b) => a - b);
    const text = `${against} + ${Math.round(mine - theirs)} ms (${Math.round(min)} to ${Math.round(max)}), goal ≤ ${atMost.plusMilliseconds} ms`;
    return { what, reached: mine - theirs <= atMost.plusMilliseconds, text };
  }
  const { min, max } = rounds((a, b) => a / b);
  const ratio = `${(mine / theirs).toFixed(2)} × ${against} (${min.toFixed(2)} to ${max.toFixed(2)})`;
  if (atMost === undefined) return { what, text: ratio };
  return { what, reached: mine / theirs <= atMost.times, text: `${ratio}, goal ≤ ${Number(atMost.times.toFixed(2))}` };
}
