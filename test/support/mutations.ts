import fc from 'fast-check';
import { expect } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics.ts';

/** What YAML, names, numbers and terminals have their troubles with. */
const odd = [
  ...['', ' ', '\t', '\n', '\r', ':', '- ', '? ', '{', '}', '[', ']', ',', '#', '&a ', '*a', '!x ', '|', '>', '"', "'"],
  ...[
    '%',
    '@',
    '`',
    '---\n',
    '...\n',
    '<<: *a\n',
    '{{ .a }}',
    '{{',
    '${',
    '\0',
    '\ufeff',
    '\ud800',
    '\u202e',
    'ä',
    '😀',
  ],
  ...[
    '~',
    'on',
    'true',
    'null',
    '0755',
    '1e3',
    '.inf',
    '-1',
    '99999999999999999999',
    '127.0.0.1',
    '::1',
    'any',
    '*',
    '../..',
  ],
  ...[
    '__proto__: 1\n',
    'constructor: 1\n',
    'constructor',
    'kind: Secret\n',
    'kind: List\nitems:\n',
    '-----BEGIN X-----',
  ],
  ...['password: x\n', 'x'.repeat(300)],
];

/** One to four pieces are taken out, doubled, or replaced by something odd or by another piece of the text. */
export const mutated = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(texts, fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([text, changes]) => changes.reduce(changed, text));

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

/** Anywhere with the same probability: fast-check would rather have the beginning and the end. */
const place = fc.noBias(fc.nat({ max: 1_000_000 }));
const change = fc.record({
  start: place,
  length: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 7 }) }, fc.nat({ max: 200 })),
  instead: fc.oneof(
    fc.constantFrom(...odd).map((text) => () => text),
    fc.constant((piece: string) => piece + piece),
    fc.constant(() => ''),
    place.map((from) => (_: string, all: string) => all.slice(from % (all.length + 1)).slice(0, 30)),
  ),
});

function changed(text: string, { start, length, instead }: Change): string {
  const begin = start % (text.length + 1);
  const piece = text.slice(begin, begin + length);
  return text.slice(0, begin) + instead(piece, text) + text.slice(begin + length);
}

/** The same in every run, so that a change is judged by itself; `FUZZ_SEED` looks elsewhere. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_128);

/**
 * Tries many of them for some seconds, each of which has to take less than two, and gives the sum of what `once` makes of them.
 * What fails is made as small as possible, and printed with the seed that finds it again.
 */
export function explored<Value>(values: fc.Arbitrary<Value>, runs: number, once: (value: Value) => number) {
  const made = { runs: 0, found: 0 };
  const property = fc.property(values, (value) => {
    const start = process.cpuUsage(); // others may be at work on this machine
    made.found += once(value);
    made.runs++;
    const { user, system } = process.cpuUsage(start);
    expect(user + system).toBeLessThan(2_000_000);
  });
  fc.assert(property, { seed, numRuns: runs, interruptAfterTimeLimit: 5000, markInterruptAsFailure: false });
  return made;
}

/** Each says something about a place that is there. */
export function expectLocated(diagnostics: readonly Diagnostic[], text: string): void {
  expect(diagnostics.filter((one) => !isLocated(one, text))).toEqual([]);
}

function isLocated({ position, message }: Diagnostic, text: string): boolean {
  if (!position || message === '') return false;
  const { line, column, length, text: shown } = position;
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  const width = lines[line - 1]?.length ?? -1;
  return column >= 1 && column <= width + 1 && length >= 1 && shown.length === width;
}
