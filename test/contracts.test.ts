import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { placeholders } from '../src/manifests/bind.ts';
import { kinds } from '../src/manifests/kinds/index.ts';
import { buildStages } from '../src/manifests/manifest.ts';
import { templates } from '../src/manifests/templates.ts';
import { resolveFederation } from '../src/model/resolve.ts';
import { removalStage, stages, stageTitles } from '../src/plan/stages.ts';
import { federationSpec } from '../src/spec/schema.ts';
import { goldenSpecs } from './support/goldens.ts';

describe.each(kinds.map((kind) => [kind.summary, kind] as const))('%s', (_, kind) => {
  test('has a value for every placeholder of its template, and no other', () => {
    expect([...placeholders(kind.tree)].sort()).toEqual(Object.keys(shapeOf(kind.values)).sort());
  });

  test('fills its template with values of the declared types', () => {
    for (const { file } of goldenSpecs) {
      const federation = resolveFederation(federationSpec.parse(load(readFileSync(file, 'utf8'))));
      for (const { values } of kind.instances(federation)) expect(kind.values.safeParse(values).error).toBeUndefined();
    }
  });

  test('says in the first line of its template what it is for', () => {
    expect(readFileSync(`templates/${kind.template}`, 'utf8')).toMatch(/^# \S.{10,}\n/);
  });
});

test('every template belongs to a kind', () => {
  expect(Object.keys(templates).filter((path) => !kinds.some(({ template }) => template === path))).toEqual([]);
});

test('kinds are listed in the order of their stages', () => {
  const order = kinds.map(({ stage }) => buildStages.indexOf(stage));
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

test('removal is the mirror image of the build, and every stage has a title', () => {
  expect(stages.slice(buildStages.length)).toEqual([...buildStages].reverse().map(removalStage));
  expect(Object.keys(stageTitles).sort()).toEqual([...stages].sort());
});

const shapeOf = (values: z.ZodType): object => (values instanceof z.ZodObject ? values.shape : {});
