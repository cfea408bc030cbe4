import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkObjects } from '../../src/checks/objects/run.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { isJsonObject, type Json } from '../../src/json.ts';
import { objectSetOf, type SourcedObject } from '../../src/objects/object-set.ts';
import { readObjects } from '../../src/objects/read-objects.ts';
import { expectLocated, explored, mutated } from '../support/mutations.ts';
import { corpusObjects } from './corpus.ts';

/** Whatever is done to real files and objects, the answer is a list of findings, each at a place that is there. */

const golden = new URL('../golden/', import.meta.url);
const rendered = fc.constantFrom(
  ...readdirSync(golden, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => readFileSync(new URL(path, golden), 'utf8')),
);
const byHand = fc.constantFrom(...corpusObjects.map(({ yaml }) => yaml));
const streamOf = (...texts: fc.Arbitrary<string>[]) => fc.tuple(...texts).map((all) => all.join('---\n'));

const values: readonly Json[] = [
  ...[null, true, 0, -1, 1.5, 1e300, '', '*', '.', '/', '%', 'a.b', '*.a', 'unix://', 'a/b/c', '\n', 'x'.repeat(300)],
  ...[[], {}, [null], [[]], [{}], { a: {} }, ['*'], { '': '' }, { 'a/b': null }],
];

test('no change of a file makes lint throw or lose a place', () => {
  const { found } = explored(mutated(streamOf(rendered, byHand, rendered)), 300, (text) => {
    const diagnostics = lint(readObjects({ file: 'objects.yaml', text }));
    expectLocated(diagnostics, text);
    return diagnostics.length;
  });
  expect(found).toBeGreaterThan(100);
});

test('no value in any field of any kind makes a check throw or lose a place', () => {
  const cases = fc.tuple(streamOf(byHand, byHand, rendered), fc.array(change, { minLength: 1, maxLength: 6 }));
  const { found } = explored(cases, 1500, ([text, changes]) => {
    const objects = readObjects({ file: 'objects.yaml', text }).objects.map((one, index) => {
      const change = changes[index % changes.length];
      return change ? { ...one, object: withOddValue(one.object, change) } : one;
    });
    const diagnostics = lint({ objects, diagnostics: [] });
    expectLocated(diagnostics, text);
    return diagnostics.length;
  });
  // On a busy machine far fewer runs are made.
  expect(found).toBeGreaterThan(100);
});

interface Read {
  readonly objects: readonly SourcedObject[];
  readonly diagnostics: readonly Diagnostic[];
}

const lint = ({ objects, diagnostics }: Read): readonly Diagnostic[] => [
  ...diagnostics,
  ...checkObjects(objectSetOf(objects)).diagnostics,
];

/** A value, and which entry to take on the way to its place: as far as the way leads. */
interface Change {
  readonly value: Json;
  readonly way: readonly number[];
}

const change: fc.Arbitrary<Change> = fc.record({
  value: fc.constantFrom(...values),
  way: fc.array(fc.noBias(fc.nat({ max: 1000 })), { maxLength: 10, size: 'max' }),
});

/** The same object with another value somewhere in it. */
function withOddValue(value: Json, { value: odd, way }: Change): never {
  const replaced = (inner: Json, [step, ...further]: readonly number[]): Json => {
    if (step === undefined) return odd;
    if (Array.isArray(inner) && inner.length > 0) {
      return inner.map((item: Json, at) => (at === step % inner.length ? replaced(item, further) : item));
    }
    if (!isJsonObject(inner) || Object.keys(inner).length === 0) return odd;
    const keys = Object.keys(inner);
    const key = keys[step % keys.length] ?? '';
    return { ...inner, [key]: replaced(inner[key] ?? null, further) };
  };
  const changed = isJsonObject(value) ? { ...value, spec: replaced(value.spec ?? {}, way) } : value;
  return changed as never; // the objects of a set may hold anything
}
