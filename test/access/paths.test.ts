import { describe, expect, test } from 'vitest';
import { globFits } from '../../src/access/patterns.ts';
import { normalPath, templateFits } from '../../src/objects/request-paths.ts';

describe('a path, as policies see it', () => {
  // What Envoy makes of them is seen in test/mesh/can.mesh.test.ts.
  test.each([
    ['/api/x', '/api/x'],
    ['/api/x?to=/admin', '/api/x'],
    ['/api/../admin', '/admin'],
    ['/api/%2e%2E/admin', '/admin'],
    ['/x/..\\admin', '/admin'],
    ['/../../admin', '/admin'],
    ['/api/./x', '/api/x'],
    ['/api/..', '/'],
    ['/api/', '/api/'],
    ['/api//x', '/api//x'],
    ['//api/x', '//api/x'],
    ['/%61pi/x', '/api/x'],
    ['/api%2Fx', '/api%2Fx'],
    ['/API/x', '/API/x'],
    ['*', undefined],
  ])('%s is %s', (path, normal) => {
    expect(normalPath(path)).toBe(normal);
  });
});

describe('a template', () => {
  test.each([
    ['/api/{*}/y', '/api/a/y', true],
    ['/api/{*}/y', '/api/a/b/y', false],
    ['/api/{**}', '/api/a/b', true],
    ['/api.x/{*}', '/apiAx/y', false],
  ])('%s and %s: %s', (template, path, expected) => {
    expect(templateFits(template, path)).toBe(expected);
  });
});

describe('a pattern with stars anywhere', () => {
  test.each([
    ['*/ns/shop/*', 'spiffe://a/ns/shop/sa/frontend', true],
    ['*/ns/*b/*', 'spiffe://a/ns/web/sa/web', true],
    ['aa*aa', 'aaa', false],
    ['a*b*c', 'a-b-b-c', true],
    ['same', 'same', true],
    ['', 'something', false],
  ])('%s and %s: %s', (pattern, text, expected) => {
    expect(globFits(pattern, text)).toBe(expected);
  });

  test('takes no longer with many of them', () => {
    expect(globFits(`${'*a'.repeat(40)}b`, 'a'.repeat(5000))).toBe(false);
  });
});
