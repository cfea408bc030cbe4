import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** A command that is timed as a whole process. */
export interface Contender {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** Brings about the state that a run begins with; not timed. */
  readonly before?: () => Promise<void>;
}

export interface Sample {
  readonly milliseconds: number;
  /** Largest resident set; 0 where the system does not tell. */
  readonly mebibytes: number;
}

export interface Measurement {
  readonly name: string;
  /** Of all rounds, in their order: contenders of one round ran beside each other. */
  readonly milliseconds: readonly number[];
  readonly mebibytes: number;
}

/** What is kept and shown of it. */
export interface Summary {
  readonly name: string;
  readonly rounds: number;
  readonly milliseconds: Spread;
  readonly mebibytes: number;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Runs all contenders one after the other, round after round, so that a busy machine is busy for all of them. */
export async function compare(rounds: number, contenders: readonly Contender[]): Promise<Measurement[]> {
  const samples = new Map<Contender, Sample[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [contender, taken] of samples) {
      await contender.before?.();
      taken.push(await runOnce(contender));
    }
  }
  return [...samples].map(([{ name }, taken]) => ({
    name,
    milliseconds: taken.map(({ milliseconds }) => milliseconds),
    mebibytes: Math.max(...taken.map(({ mebibytes }) => mebibytes)),
  }));
}

/** A command that fails has no time. */
function runOnce({ name, command: [program, ...args], env }: Contender): Promise<Sample> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
    let mebibytes = 0;
    let complaint = '';
    const watch = setInterval(() => (mebibytes = Math.max(mebibytes, peakOf(child.pid))), 20);
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      if (code === 0) resolve({ milliseconds: performance.now() - begin, mebibytes });
      else reject(new Error(`${name} ended with ${code}: ${complaint.slice(-2000)}`));
    });
  });
}

/** Linux keeps the largest resident set of every process. */
function peakOf(pid: number | undefined): number {
  try {
    const [, kibibytes = '0'] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) / 1024;
  } catch {
    return 0; // it has ended, or this is no Linux
  }
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) };
}

export const summaryOf = ({ name, milliseconds, mebibytes }: Measurement): Summary => ({
  name,
  rounds: milliseconds.length,
  milliseconds: spread(milliseconds),
  mebibytes,
});
