import { describe, expect, test } from 'vitest';
import { judge, type Verdict, waitBefore } from '../../src/clusters/retry.ts';
import type { HttpAnswer } from '../../src/clusters/transport.ts';
import { statusBody } from '../support/api-server.ts';

const answer = (status: number, body: unknown = '', headers: HttpAnswer['headers'] = {}): HttpAnswer => ({
  status,
  headers,
  text: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('what an answer means for going on', () => {
  test.each<[string, HttpAnswer, Verdict]>([
    ['200', answer(200), 'final'],
    ['401', answer(401, statusBody(401, 'Unauthorized', 'Unauthorized')), 'final'],
    ['409', answer(409, statusBody(409, 'Conflict', 'the object has been modified')), 'final'],
    [
      'a webhook that denies, without a reason',
      answer(400, statusBody(400, '', 'admission webhook "v" denied the request: no')),
      'final',
    ],
    ['429', answer(429, 'slow down'), 'again'],
    ['503', answer(503, statusBody(503, 'ServiceUnavailable', 'shutting down')), 'again'],
    ['500 with InternalError', answer(500, statusBody(500, 'InternalError', 'failed calling webhook "v"')), 'again'],
    ['500 that is no Status', answer(500, '<html>oops</html>'), 'again'],
    [
      '500 without a reason: our own mistake',
      answer(500, statusBody(500, '', '.spec.adress: field not declared in schema')),
      'final',
    ],
    ['500 of an etcd that timed out', answer(500, statusBody(500, '', 'etcdserver: request timed out')), 'unsure'],
    ['502', answer(502, '<html>bad gateway</html>'), 'unsure'],
    [
      '504, which has no kind',
      answer(504, { metadata: {}, status: 'Failure', reason: 'Timeout', code: 504 }),
      'unsure',
    ],
  ])('%s', (_, given, verdict) => {
    expect(judge(given)).toBe(verdict);
  });
});

describe('how long to wait', () => {
  const most = () => 1;

  test.each([
    [2, 200],
    [3, 400],
    [4, 800],
    [5, 1600],
    [9, 5000],
  ])('before try %i: at most %i ms', (nextTry, milliseconds) => {
    expect(waitBefore(nextTry, answer(503), most)).toBe(milliseconds);
    expect(waitBefore(nextTry, answer(503), () => 0)).toBe(0);
  });

  test.each<[string, HttpAnswer, number]>([
    ['Retry-After in seconds', answer(429, '', { 'retry-after': '7' }), 7000],
    ['Retry-After: 0', answer(429, '', { 'retry-after': '0' }), 0],
    [
      'retryAfterSeconds of the Status',
      answer(429, statusBody(429, 'TooManyRequests', 'wait', { retryAfterSeconds: 2 })),
      2000,
    ],
    [
      'Retry-After before the Status',
      answer(429, statusBody(429, '', '', { retryAfterSeconds: 2 }), { 'retry-after': '1' }),
      1000,
    ],
    ['nonsense in Retry-After', answer(503, '', { 'retry-after': 'soon' }), 200],
  ])('%s', (_, given, milliseconds) => {
    expect(waitBefore(2, given, most)).toBe(milliseconds);
  });

  test('Retry-After as a date', () => {
    const inTenSeconds = new Date(Date.now() + 10_000).toUTCString();
    const wait = waitBefore(2, answer(503, '', { 'retry-after': inTenSeconds }), most);
    expect(wait).toBeGreaterThan(8_000);
    expect(wait).toBeLessThanOrEqual(10_000);
  });
});
