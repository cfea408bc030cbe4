import { expect, test } from 'vitest';
import { checkObjects } from '../../src/checks/objects/run.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { objectSet } from '../support/object-set.ts';
import { corpusObjects } from './corpus.ts';

const cases = corpusObjects.map((one) => [one.kind, one.verdict, one.spec, one] as const);

test('the corpus has right and wrong objects of every kind, and enough of them', () => {
  expect(corpusObjects.length).toBeGreaterThan(150);
});

test.each(cases)('%s is %s: %s', (_kind, verdict, _spec, { yaml, says, code }) => {
  const all = checkObjects(objectSet(yaml)).diagnostics;
  const found = all.filter((one) => one.code === code || one.code.startsWith('AXC20'));
  const errors = found.filter(({ severity }) => severity === 'error').map(textOf);
  const warnings = found.filter(({ severity }) => severity === 'warning').map(textOf);
  if (verdict === 'unfit') expect(errors.join()).toMatch(/AXC200\d/);
  else if (verdict === 'wrong') expect(errors.join()).toMatch(/AXC20[2-9]\d/);
  else expect(errors).toEqual([]);
  if (verdict === 'wrong') expect(errors.join()).toContain(says);
  if (verdict === 'warned') expect(warnings.join()).toContain(code ?? says);
  if (verdict === 'right') expect(warnings).toEqual([]);
});

const textOf = ({ code, message, object }: Diagnostic): string => `${code} ${object?.field}: ${message}`;
