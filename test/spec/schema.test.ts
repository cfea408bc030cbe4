import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { specPage, writtenPage } from '../../scripts/docs.ts';
import { specJsonSchema } from '../../src/spec/json-schema.ts';
import { pathText } from '../../src/spec/paths.ts';
import { federationSpec } from '../../src/spec/schema.ts';
import { bare, descriptionOf, type Schema, sample } from '../../src/spec/shape.ts';

interface Key {
  readonly path: readonly string[];
  readonly schema: Schema;
}

const keys = keysBelow(federationSpec, []);

test('every key has a description', () => {
  expect(keys.length).toBeGreaterThan(60);
  const without = keys.filter(({ schema }) => !/^.{8,}\.$/.test(descriptionOf(schema) ?? ''));
  expect(without.map(({ path }) => pathText(path))).toEqual([]);
});

test('for every key there is a value that stands in for one which can’t be used', () => {
  const without = keys.filter(({ schema }) => !z.safeParse(bare(schema), sample(schema)).success);
  expect(without.map(({ path }) => pathText(path))).toEqual([]);
});

test('docs/spec.md is up to date; `npm run docs` makes it so', () => {
  expect(writtenPage('spec.md')).toBe(specPage());
});

describe('the JSON Schema', () => {
  const schema = specJsonSchema();

  test('is draft 7 with a name', () => {
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: expect.any(String),
      additionalProperties: false,
      required: ['apiVersion', 'kind', 'metadata', 'clusters', 'services'],
    });
  });

  test('has what an editor shows: descriptions, defaults, choices', () => {
    const text = JSON.stringify(schema);
    expect(text).toContain('The kubeconfig context of this cluster.');
    expect(text).toContain('"default":15443');
    expect(text).toContain('"enum":["http","http2"');
  });

  test('is the same every time', () => {
    expect(specJsonSchema()).toEqual(schema);
  });
});

function keysBelow(schema: Schema, path: readonly string[]): Key[] {
  const content = bare(schema);
  if (content instanceof z.ZodObject) {
    return Object.entries(content.shape).flatMap(([key, value]) => [
      { path: [...path, key], schema: value },
      ...keysBelow(value, [...path, key]),
    ]);
  }
  if (content instanceof z.ZodArray) return keysBelow(content.element, path);
  if (content instanceof z.ZodRecord) return keysBelow(content.valueType, path);
  return content instanceof z.ZodUnion ? content.options.flatMap((option) => keysBelow(option, path)) : [];
}
