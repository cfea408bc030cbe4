import { describe, expect, test } from 'vitest';
import { runChecks, specChecks } from '../../src/checks/index.ts';
import { validateSpec } from '../../src/checks/validate.ts';
import type { Code } from '../../src/codes.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { pathText } from '../../src/spec/paths.ts';
import { federationSpec } from '../../src/spec/schema.ts';
import { type FederationInput, federation, specText } from '../support/federation.ts';
import type { ExamplesByCode } from './examples.ts';
import { references } from './references.examples.ts';
import { security } from './security.examples.ts';

const examples: ExamplesByCode = { ...references, ...security };
// The keys of a record of codes are codes.
const codes = Object.keys(examples) as Code[];

describe.each(codes)('%s', (code) => {
  const { wrong, right } = examples[code] ?? { wrong: [], right: [] };

  test.each(wrong)('is found in $title', ({ spec, at, says }) => {
    const [finding, ...more] = findings(spec, code);
    expect(more).toEqual([]);
    expect(pathText(finding?.at ?? [])).toBe(at);
    expect(`${finding?.message}\n${finding?.hint}`).toContain(says ?? '');
    expect(located(spec, code).map(({ position }) => position?.line)).toEqual([expect.any(Number)]);
  });

  test.each(right)('is not found in $title', ({ spec }) => {
    expect(findings(spec, code)).toEqual([]);
  });
});

describe('the list of checks', () => {
  test('the builder makes a spec without findings', () => {
    expect(runChecks(specChecks, federationSpec.parse(federation()))).toEqual([]);
  });

  test('every code of every check is seen failing and seen silent', () => {
    const unseen = specChecks.flatMap((check) => check.codes).filter((code) => !isSeen(code));
    expect(unseen).toEqual([]);
  });

  test('a check finds only what it declares', () => {
    for (const check of specChecks) {
      const found = allSpecs().flatMap((spec) => [...check.find(federationSpec.parse(spec))].map(({ code }) => code));
      expect(check.codes).toEqual(expect.arrayContaining([...new Set(found)]));
    }
  });

  test('a code belongs to one check', () => {
    const declared = specChecks.flatMap((check) => check.codes);
    expect(declared.toSorted()).toEqual([...new Set(declared)].toSorted());
  });
});

const findings = (spec: FederationInput, code: Code): Diagnostic[] =>
  runChecks(specChecks, federationSpec.parse(spec)).filter((finding) => finding.code === code);

/** The same from the text: nothing on the way from there loses a finding or its place. */
const located = (spec: FederationInput, code: Code): Diagnostic[] =>
  validateSpec({ file: 'federation.yaml', text: specText(spec) }).diagnostics.filter(
    (finding) => finding.code === code,
  );

const isSeen = (code: Code): boolean =>
  (examples[code]?.wrong.length ?? 0) > 0 && (examples[code]?.right.length ?? 0) > 0;

const allSpecs = (): FederationInput[] =>
  Object.values(examples).flatMap(({ wrong, right }) => [...wrong, ...right].map(({ spec }) => spec));
