import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/json.ts';
import { compileTemplate, placeholders, type Values } from '../../src/manifests/bind.ts';

describe('a template', () => {
  test.each<[string, Json, Values, Json | undefined]>([
    ['takes a whole value of any type', '${hosts}', { hosts: ['a.example'] }, ['a.example']],
    ['takes a number as a number', '${port}', { port: 80 }, 80],
    ['loses a field without a value', '${address}', { address: undefined }, undefined],
    ['takes a value inside text', 'tls-${name}-${n}', { name: 'orders-db', n: 3 }, 'tls-orders-db-3'],
    ['keeps an escaped brace', 'cost is $${amount}', {}, 'cost is ${amount}'],
    ['never looks at a value again', '${name}', { name: '${secret}' }, '${secret}'],
    ['keeps what is no placeholder', 'a: $x {y}', {}, 'a: $x {y}'],
    ['fills lists', ['${one}', 'two', '${gone}'], { one: 1, gone: undefined }, [1, 'two']],
    ['keeps an empty value', '${rules}', { rules: [] }, []],
  ])('%s', (_, node, values, bound) => {
    expect(compileTemplate({ field: node })(values)).toEqual(bound === undefined ? {} : { field: bound });
  });

  test.each<[string, Json, Values, RegExp]>([
    ['a value that is missing', '${host}', {}, /no value for \$\{host\}/],
    ['a list inside text', 'x-${hosts}', { hosts: ['a'] }, /takes a one-line string/],
    ['a line break inside text', 'x-${name}', { name: 'a\nkind: Secret' }, /takes a one-line string/],
    ['a value that is inherited by every object', '${constructor}', {}, /no value for/],
  ])('refuses %s', (_, node, values, message) => {
    expect(() => compileTemplate({ field: node })(values)).toThrow(message);
  });

  test('has no placeholders in keys', () => {
    expect(() => compileTemplate({ '${key}': 1 })({ key: 'a' })).toThrow(/placeholder in the key/);
  });

  test('names its placeholders, escaped ones not', () => {
    expect(placeholders({ a: '${x}', b: ['y-${y}', '$${z}'], c: { d: '${x}' } })).toEqual(new Set(['x', 'y']));
  });
});
