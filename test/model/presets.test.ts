import { expect, test } from 'vitest';
import { limitsOf, presets } from '../../src/model/presets.ts';
import { presetNames } from '../../src/spec/schema.ts';

test.each(['postgres', 'mysql', 'redis', 'mongodb'] as const)('%s may be idle longer than an hour', (name) => {
  expect(presets[name].idleTimeout).toBe('8h');
});

test.each(['mysql', 'nats'] as const)('%s speaks first, and its user is told what that means', (name) => {
  expect(limitsOf(name).join(' ')).toMatch(/a caller that is refused still reads its greeting/);
});

test('only reads are repeated by default, and only over HTTP', () => {
  const repeated = presetNames.filter((name) => presets[name].retries.attempts > 0);
  expect(repeated).toEqual(['http', 'http2', 'grpc']);
});

test('every limit is a sentence', () => {
  for (const name of presetNames) for (const limit of limitsOf(name)) expect(limit).toMatch(/^[A-Z].*\.$/);
});
