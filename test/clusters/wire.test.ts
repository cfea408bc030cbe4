import { describe, expect, test } from 'vitest';
import { warningsIn } from '../../src/clusters/warnings.ts';
import { collectionPath, objectPath, query, toBody } from '../../src/clusters/wire.ts';
import { namespaces, serviceEntries } from '../support/objects.ts';

describe('paths', () => {
  test.each([
    [
      'of an object of a group',
      objectPath({ resource: serviceEntries, namespace: 'shop', name: 'backend-api' }),
      '/apis/networking.istio.io/v1/namespaces/shop/serviceentries/backend-api',
    ],
    ['of an object of the core', objectPath({ resource: namespaces, name: 'shop' }), '/api/v1/namespaces/shop'],
    [
      'of all objects in a namespace',
      collectionPath(serviceEntries, 'shop'),
      '/apis/networking.istio.io/v1/namespaces/shop/serviceentries',
    ],
    ['of all objects', collectionPath(serviceEntries, undefined), '/apis/networking.istio.io/v1/serviceentries'],
    [
      'of a name with capitals and colons, which stays as it is',
      objectPath({ resource: namespaces, name: 'Aegis:x/..' }),
      '/api/v1/namespaces/Aegis%3Ax%2F..',
    ],
  ])('%s', (_, path, expected) => {
    expect(path).toBe(expected);
  });

  test('a query leaves out what is not there', () => {
    expect(query({ limit: 500, continue: undefined, labelSelector: 'a=b,c' })).toBe(
      '?limit=500&labelSelector=a%3Db%2Cc',
    );
    expect(query({ dryRun: undefined, watch: false })).toBe('');
  });
});

describe('a body', () => {
  test.each([
    ['DEL and C1 controls', '\u007f\u0080\u0085\u009f', '\\u007f\\u0080\\u0085\\u009f'],
    ['U+FFFE and U+FFFF', '\ufffe\uffff', '\\ufffe\\uffff'],
    ['C0 controls, as JSON has them', '\u0001\n', '\\u0001\\n'],
    ['letters, a slash and an emoji stay raw', 'ä/😀', 'ä/😀'],
  ])('%s', (_, text, expected) => {
    const body = toBody({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { text } });
    expect(body).toContain(`"text":"${expected}"`);
    expect(JSON.parse(body).data.text).toBe(text);
  });
});

describe('Warning headers', () => {
  test.each<[string, string | string[] | undefined, string[]]>([
    ['none', undefined, []],
    ['one', '299 - "line 1: key \\"hosts\\" already set in map"', ['line 1: key "hosts" already set in map']],
    ['several in one', '299 - "a, b", 299 kube "c"', ['a, b', 'c']],
    ['several', ['299 - "a"', '299 - "b" "Wed, 21 Oct 2015 07:28:00 GMT"'], ['a', 'b']],
    ['nonsense', 'beware', []],
  ])('%s', (_, header, texts) => {
    expect(warningsIn(header)).toEqual(texts);
  });
});
