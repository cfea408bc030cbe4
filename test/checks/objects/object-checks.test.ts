import { describe, expect, test } from 'vitest';
import { objectChecks } from '../../../src/checks/objects/index.ts';
import { checkObjects } from '../../../src/checks/objects/run.ts';
import { objectText } from '../../../src/cli/ui/diagnostics.ts';
import type { Code } from '../../../src/codes.ts';
import { objectSet } from '../../support/object-set.ts';
import { edges } from './edges.examples.ts';
import type { ObjectExamplesByCode } from './examples.ts';
import { identity } from './identity.examples.ts';
import { pageExamples } from './pages.ts';
import { places } from './places.ts';
import { schema } from './schema.examples.ts';
import { webhooks } from './webhooks.examples.ts';

/** Each page of docs/checks.md is an example itself: what it calls wrong is found, and what it calls right is not. */
const examples: ObjectExamplesByCode = { ...edges, ...identity, ...schema, ...webhooks };
for (const check of objectChecks) {
  for (const code of check.codes) {
    const page = pageExamples(code);
    const { wrong = [], right = [] } = examples[code] ?? {};
    const at = places[code];
    if (!page || at === undefined) continue;
    examples[code] = {
      wrong: [{ title: 'the wrong example of its page', yaml: page.wrong, at }, ...wrong],
      right: [{ title: 'the right example of its page', yaml: page.right }, ...right],
    };
  }
}
// The keys of a record of codes are codes.
const codes = Object.keys(examples) as Code[];

describe.each(codes)('%s', (code) => {
  const { wrong, right } = examples[code] ?? { wrong: [], right: [] };

  test.each(wrong)('is found in $title', ({ yaml, at, says }) => {
    const found = findings(yaml).filter((finding) => finding.code === code);
    expect(found.map(({ object }) => object && objectText(object))).toEqual([at].flat());
    expect(`${found[0]?.message}\n${found[0]?.hint}`).toContain(says ?? '');
    expect(found.filter(({ position }) => position === undefined)).toEqual([]);
  });

  test.each(right)('is not found in $title', ({ yaml }) => {
    expect(findings(yaml).filter((finding) => finding.code === code)).toEqual([]);
  });
});

describe('the list of checks', () => {
  test('every code of every check is seen failing and seen silent', () => {
    const unseen = objectChecks.flatMap((check) => check.codes).filter((code) => !isSeen(code));
    expect(unseen).toEqual([]);
  });

  test('a check finds only what it declares', () => {
    const sets = Object.values(examples).flatMap(({ wrong, right }) =>
      [...wrong, ...right].map(({ yaml }) => objectSet(yaml)),
    );
    for (const check of objectChecks) {
      const found = sets.flatMap((set) => [...check.find(set)].map(({ code }) => code));
      expect(check.codes).toEqual(expect.arrayContaining([...new Set(found)]));
    }
  });

  test('a code belongs to one check', () => {
    const declared = objectChecks.flatMap((check) => check.codes);
    expect(declared.toSorted()).toEqual([...new Set(declared)].toSorted());
  });
});

const findings = (yaml: string | Readonly<Record<string, string>>) => checkObjects(objectSet(yaml)).diagnostics;

const isSeen = (code: Code): boolean =>
  (examples[code]?.wrong.length ?? 0) > 0 && (examples[code]?.right.length ?? 0) > 0;
