import { expect, test } from 'vitest';
import { didYouMean, isSlip, nearest } from '../src/nearest.ts';

const words = ['providers', 'consumers', 'port', 'ports', 'preset', 'localCallers'];

test.each([
  ['provders', 'providers'],
  ['provdiers', 'providers'],
  ['PROVIDERS', 'providers'],
  ['consumer', 'consumers'],
  ['local-callers', 'localCallers'],
  ['localcallers', 'localCallers'],
  ['prot', 'port'],
  ['presets', 'preset'],
  ['portz', 'port'],
  ['Callers', 'localCallers'],
  ['consumersList', 'consumers'],
])('%s is taken for %s', (word, meant) => {
  expect(nearest(word, words)).toBe(meant);
});

test.each(['xyzzy', 'services', 'p', ''])('%j is taken for nothing', (word) => {
  expect(nearest(word, words)).toBeUndefined();
});

test('of two that it begins like the one with less to add is taken', () => {
  expect(nearest('serviceAccount', ['service', 'serviceAccounts'])).toBe('serviceAccounts');
});

test('of two that are equally near the first is taken', () => {
  expect(nearest('cluster-c', ['cluster-a', 'cluster-b'])).toBe('cluster-a');
});

test('a hint asks; without a near word there is none', () => {
  expect(didYouMean('provders', words)).toBe('did you mean "providers"?');
  expect(didYouMean('xyzzy', words)).toBeUndefined();
});

test.each([
  ['review', 'reviews', true],
  ['reviwes', 'reviews', true],
  ['Reviews', 'reviews', true],
  ['backend_api', 'backend-api', true],
  ['reviews', 'reviews', false],
  ['reviews-v1', 'reviews-v2', false],
  ['reviews1', 'reviews', false],
  ['catalog', 'catalog-api', false],
  ['catalog-web', 'catalog-api', false],
  ['web', 'wep', false],
])('%s for %s is a slip of the pen: %s', (word, other, is) => {
  expect(isSlip(word, other)).toBe(is);
});
