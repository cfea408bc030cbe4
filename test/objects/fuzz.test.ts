import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkObjects } from '../../src/checks/objects/run.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { isJsonObject, type Json } from '../../src/json.ts';
import { objectSetOf, type SourcedObject } from '../../src/objects/object-set.ts';
import { readObjects } from '../../src/objects/read-objects.ts';
import { seeded } from '../support/random.ts';
import { corpusObjects } from './corpus.ts';

/**
 * Whatever is done to real files and objects, the answer is a list of findings, each at a place that is there. The random numbers are the
 * same in every run; a failure prints what went wrong with what.
 */
const golden = new URL('../golden/', import.meta.url);
const texts = readdirSync(golden, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .map((path) => readFileSync(new URL(path, golden), 'utf8'));
const byHand = corpusObjects.map(({ yaml }) => yaml);

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
    '\0',
    '\ufeff',
    '\ud800',
    '\u202e',
    '😀',
    '~',
    'on',
    '0755',
  ],
  ...[
    '1e3',
    '.inf',
    '-1',
    '__proto__: 1\n',
    'constructor: 1\n',
    '../..',
    '*',
    '::1',
    'kind: List\nitems:\n',
    'x'.repeat(300),
  ],
];
const values: readonly Json[] = [
  ...[null, true, 0, -1, 1.5, 1e300, '', '*', '.', '/', '%', 'a.b', '*.a', 'unix://', 'a/b/c', '\n', 'x'.repeat(300)],
  ...[[], {}, [null], [[]], [{}], { a: {} }, ['*'], { '': '' }, { 'a/b': null }],
];

test('no change of a file makes lint throw or lose a place', () => {
  const random = seeded(20261123);
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  const found = repeated(300, () => {
    const text = mutated([pick(texts), pick(byHand), pick(texts)].join('---\n'), random);
    const diagnostics = tried(text, () => lint(readObjects({ file: 'objects.yaml', text })));
    expect(diagnostics.filter((one) => !isLocated(one, text)).map((one) => [one, text])).toEqual([]);
    return diagnostics.length;
  });
  expect(found).toBeGreaterThan(100);
});

test('no value in any field of any kind makes a check throw', () => {
  const random = seeded(42);
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  const found = repeated(1500, () => {
    const { objects } = readObjects({
      file: 'objects.yaml',
      text: `${pick(byHand)}---\n${pick(byHand)}---\n${pick(texts)}`,
    });
    const changed = objects.map((one) => ({ ...one, object: withOddValue(one.object, pick(values) ?? null, random) }));
    return tried(JSON.stringify(changed), () => lint({ objects: changed, diagnostics: [] })).length;
  });
  // On a busy machine only a tenth of the runs are made.
  expect(found).toBeGreaterThan(100);
});

/** How often something was found. Where the machine is busy, fewer runs will do. */
function repeated(runs: number, once: () => number): number {
  const until = performance.now() + 5000;
  let found = 0;
  for (let run = 0; run < runs && (run < runs / 10 || performance.now() < until); run++) found += once();
  return found;
}

interface Read {
  readonly objects: readonly SourcedObject[];
  readonly diagnostics: readonly Diagnostic[];
}

const lint = ({ objects, diagnostics }: Read): readonly Diagnostic[] => [
  ...diagnostics,
  ...checkObjects(objectSetOf(objects)).diagnostics,
];

function tried<Result>(input: string, task: () => Result): Result {
  try {
    return task();
  } catch (error) {
    throw new Error(`lint threw at:\n${JSON.stringify(input)}`, { cause: error });
  }
}

/** One to four pieces are taken out, doubled, or replaced by something odd. */
function mutated(text: string, random: () => number): string {
  let result = text;
  for (let changes = 1 + Math.floor(random() * 4); changes > 0; changes--) {
    const start = Math.floor(random() * (result.length + 1));
    const end = start + Math.floor(random() * (random() < 0.25 ? 200 : 8));
    const piece = result.slice(start, end);
    const instead = [odd[Math.floor(random() * odd.length)] ?? '', '', piece + piece][Math.floor(random() * 3)] ?? '';
    result = result.slice(0, start) + instead + result.slice(end);
  }
  return result;
}

/** The same object with another value somewhere in it. */
function withOddValue(value: Json, odd: Json, random: () => number): never {
  const replaced = (inner: Json): Json => {
    if (random() < 0.15) return odd;
    if (Array.isArray(inner) && inner.length > 0) {
      const index = Math.floor(random() * inner.length);
      return inner.map((item: Json, at) => (at === index ? replaced(item) : item));
    }
    if (!isJsonObject(inner) || Object.keys(inner).length === 0) return odd;
    const keys = Object.keys(inner);
    const key = keys[Math.floor(random() * keys.length)] ?? '';
    return { ...inner, [key]: replaced(inner[key] ?? null) };
  };
  const changed = isJsonObject(value) ? { ...value, spec: replaced(value.spec ?? {}) } : value;
  return changed as never; // the objects of a set may hold anything
}

function isLocated({ position, message }: Diagnostic, text: string): boolean {
  if (!position || message === '') return false;
  const { line, column, length, text: shown } = position;
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  const width = lines[line - 1]?.length ?? -1;
  return column >= 1 && column <= width + 1 && length >= 1 && shown.length === width;
}
