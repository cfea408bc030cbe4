import { expect, test } from 'vitest';
import { contextsOf } from '../../src/cli/contexts.ts';

const named = (...names: string[]) => names.map((name) => ({ name, context: undefined }));
const requestTimeout = 1000;

test('one context said in two ways is one', () => {
  const context = new Map([['cluster-a', 'x']]);
  const contexts = contextsOf(named('cluster-a', 'cluster-b'), {
    clusterA: 'x',
    clusterB: 'y',
    context,
    requestTimeout,
  });
  expect(Object.fromEntries(contexts)).toEqual({ 'cluster-a': 'x', 'cluster-b': 'y' });
});

test('a flag that means a place and one that means a name may be about one cluster', () => {
  const clusters = named('cluster-b', 'cluster-c');
  expect(() => contextsOf(clusters, { clusterA: 'x', clusterB: 'y', requestTimeout })).toThrow(
    'cluster-b has two contexts: x by --cluster-a, and y by --cluster-b.',
  );
});
