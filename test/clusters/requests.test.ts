import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { RequestEvent } from '../../src/clusters/requests.ts';
import { type Answer, startApiServer, statusBody } from '../support/api-server.ts';
import { failureOf } from '../support/cluster-error.ts';
import { crowdOf } from '../support/crowd.ts';
import { clientOf } from '../support/kubeconfig.ts';
import { asLive, backendApi, namespaces, serviceEntries } from '../support/objects.ts';

const kubeSystem: Answer = { body: asLive({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } }) };
const created: Answer = { status: 201, body: asLive(backendApi) };
const how = { fieldManager: 'aegis-xc.shop' };

/** Answers one after the other; the last one stays. `reset` breaks the connection. */
async function serverWith(...answers: (Answer | 'reset' | 'cut')[]) {
  return startApiServer((_, response, count) => {
    const answer = answers[Math.min(count, answers.length) - 1] ?? {};
    if (answer === 'reset') return void response.destroy();
    if (answer === 'cut') {
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 })
        .write('{"kind":"Namespace"');
      return void setTimeout(() => response.destroy(), 20);
    }
    return answer;
  });
}

const now = { 'retry-after': '0' };
const busy: Answer = { status: 429, headers: now, body: statusBody(429, 'TooManyRequests', 'too many requests') };
const away: Answer = { status: 503, headers: now, body: statusBody(503, 'ServiceUnavailable', 'shutting down') };
const internal: Answer = {
  status: 500,
  headers: now,
  body: statusBody(500, 'InternalError', 'Internal error occurred: oops'),
};
const gatewayTimeout: Answer = {
  status: 504,
  headers: now,
  body: { metadata: {}, status: 'Failure', message: 'Timeout', reason: 'Timeout', code: 504 },
};
const badGateway: Answer = { status: 502, headers: now, body: '<html>' };

describe('a read is tried again', () => {
  test.each<[string, (Answer | 'reset' | 'cut')[], number]>([
    ['after 429', [busy, busy, kubeSystem], 3],
    ['after 503', [away, kubeSystem], 2],
    ['after 500 with InternalError', [internal, kubeSystem], 2],
    ['after 502', [badGateway, kubeSystem], 2],
    ['after 504', [gatewayTimeout, kubeSystem], 2],
    ['after a reset', ['reset', kubeSystem], 2],
    ['after a body that was cut', ['cut', kubeSystem], 2],
  ])('%s', async (_, answers, tries) => {
    const { url, requests } = await serverWith(...answers);
    const client = clientOf({ server: url });
    expect(await client.identity()).toBe('c0ffee');
    expect(requests).toHaveLength(tries);
    expect(client.requests).toEqual({ reads: tries, writes: 0, dryRuns: 0 });
  });

  test.each<[string, Answer, string, RegExp]>([
    ['429', busy, 'throttled', /cluster-b has too much to do/],
    ['503', away, 'server', /cluster-b failed \(503\) on the namespace kube-system: shutting down\./],
    ['502', badGateway, 'server', /cluster-b failed \(502\)/],
  ])('five times at most: %s', async (_, answer, reason, message) => {
    const { url, requests } = await serverWith(answer);
    const error = await failureOf(clientOf({ server: url }).identity());
    expect(error.reason).toBe(reason);
    expect(error.message).toMatch(message);
    expect(requests).toHaveLength(5);
  });

  test('by many at once, of which Node has nothing to warn', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const { url } = await serverWith(
      ...Array<Answer>(16).fill({ ...away, headers: { 'retry-after': '1' } }),
      kubeSystem,
    );
    const client = clientOf({ server: url }, { signal: new AbortController().signal });
    await Promise.all(Array.from({ length: 16 }, () => client.identity()));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  test('not when the server asks to wait for longer than a minute', async () => {
    const { url, requests } = await serverWith({ ...busy, headers: { 'retry-after': '61' } });
    expect((await failureOf(clientOf({ server: url }).identity())).reason).toBe('throttled');
    expect(requests).toHaveLength(1);
  });

  test.each([400, 403, 404, 409, 422])('never after %i', async (status) => {
    const { url, requests } = await serverWith({ status, body: statusBody(status, 'x', 'no') });
    await failureOf(clientOf({ server: url }).identity());
    expect(requests).toHaveLength(1);
  });

  test('when the connection is refused where one was had before', async () => {
    const server = await serverWith(kubeSystem);
    const client = clientOf({ server: server.url });
    await client.identity();
    await server.close();
    const error = await failureOf(client.identity());
    expect(error.reason).toBe('unreachable');
    expect(client.requests.reads).toBe(1 + 5);
  });
});

describe('a write', () => {
  test.each<[string, (Answer | 'reset' | 'cut')[], number]>([
    ['is tried again after 429', [busy, created], 2],
    ['is tried again after 503', [away, created], 2],
    ['is tried again after 500 with InternalError', [internal, created], 2],
  ])('%s', async (_, answers, tries) => {
    const { url } = await serverWith(...answers);
    const client = clientOf({ server: url });
    const live = await client.create(backendApi, serviceEntries, how);
    expect(live.metadata.uid).toBe('c0ffee');
    expect(client.requests).toEqual({ reads: 0, writes: tries, dryRuns: 0 });
  });

  test.each<[string, (Answer | 'reset' | 'cut')[], RegExp, number]>([
    ['502', [badGateway], /it answered 502/, 1],
    ['504', [gatewayTimeout], /it answered 504/, 1],
    [
      'an etcd that timed out',
      [{ status: 500, body: statusBody(500, '', 'etcdserver: request timed out') }],
      /it answered 500/,
      1,
    ],
    ['a reset', ['reset'], /the connection broke off/, 1],
    ['a body that was cut', ['cut'], /the connection broke off/, 1],
    [
      'a page of somebody else',
      [{ body: '<html>Sign in</html>' }],
      /it answered 200 with something else \(text\/plain\)/,
      1,
    ],
    ['another object', [{ status: 201, body: asLive({ ...backendApi, kind: 'Gateway' }) }], /something else/, 1],
    [
      'a conflict after a try that may have been done',
      [away, { status: 409, body: statusBody(409, 'Conflict', 'modified') }],
      /failed first and then answered 409/,
      2,
    ],
  ])('is ambiguous after %s', async (_, answers, why, tries) => {
    const { url, requests } = await serverWith(...answers);
    const error = await failureOf(clientOf({ server: url }).create(backendApi, serviceEntries, how));
    expect(error.reason).toBe('ambiguous');
    expect(error.message).toMatch(/^It is not known whether cluster-b has written ServiceEntry shop\/backend-api: /);
    expect(error.message).toMatch(why);
    expect(requests).toHaveLength(tries);
  });

  test('is a plain conflict after 429, for nothing was done', async () => {
    const { url } = await serverWith(busy, { status: 409, body: statusBody(409, 'Conflict', 'modified') });
    expect((await failureOf(clientOf({ server: url }).create(backendApi, serviceEntries, how))).reason).toBe('exists');
  });

  test('is final after a 500 without a reason', async () => {
    const message =
      'failed to create typed patch object (shop/backend-api; networking.istio.io/v1, Kind=ServiceEntry): .spec.hosts: expected list, got &{x}';
    const { url, requests } = await serverWith({ status: 500, body: statusBody(500, '', message) });
    const error = await failureOf(clientOf({ server: url }).create(backendApi, serviceEntries, how));
    expect(error.message).toBe('cluster-b refuses ServiceEntry shop/backend-api: spec.hosts: expected list, got &{x}.');
    expect(requests).toHaveLength(1);
  });

  test.each<[string, Answer | 'reset']>([
    ['a reset', 'reset'],
    ['504', gatewayTimeout],
  ])('as a dry-run is tried again after %s, for nothing is ever written', async (_, first) => {
    const { url } = await serverWith(first, created);
    const client = clientOf({ server: url });
    await client.create(backendApi, serviceEntries, { ...how, dryRun: true });
    expect(client.requests).toEqual({ reads: 0, writes: 0, dryRuns: 2 });
  });
});

describe('an answer that no API server gives', () => {
  test.each<[string, Answer, RegExp]>([
    [
      'a redirect',
      { status: 302, headers: { location: 'https://login.example.com/?state=secret' } },
      /sends us on to https:\/\/login\.example\.com, which an API server does not do/,
    ],
    [
      'a page',
      { body: '<html>Sign in</html>' },
      /asked for the namespace kube-system, and it answered 200 with something else \(text\/plain\)/,
    ],
    ['a namespace without a UID', { body: { kind: 'Namespace', metadata: {} } }, /kube-system has no UID/],
    ['418', { status: 418 }, /does not answer as an API server does: 418/],
  ])('%s is not a success', async (_, answer, message) => {
    const { url, requests } = await serverWith(answer);
    const error = await failureOf(clientOf({ server: url }).identity());
    expect(error.reason).toBe('unexpected-answer');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('secret');
    expect(requests).toHaveLength(1);
  });
});

test('gzip is asked for and understood', async () => {
  const { url, requests } = await startApiServer(() => ({
    headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
    body: gzipSync(JSON.stringify(kubeSystem.body)),
  }));
  expect(await clientOf({ server: url }).identity()).toBe('c0ffee');
  expect(requests[0]?.headers['accept-encoding']).toBe('gzip');
  await clientOf({ server: url, cluster: { 'disable-compression': true } }).identity();
  expect(requests[1]?.headers['accept-encoding']).toBeUndefined();
});

test('each warning is passed on once', async () => {
  const warning = ['299 - "v1beta1 is \\"old\\"", 299 - "and slow"', '299 - "and slow"'];
  const { url } = await serverWith({ ...kubeSystem, headers: { warning } });
  const texts: string[] = [];
  const client = clientOf({ server: url }, { onWarning: (text) => texts.push(text) });
  await client.identity();
  await client.identity();
  expect(texts).toEqual(['v1beta1 is "old"', 'and slow']);
});

test('every try can be watched', async () => {
  const { url } = await serverWith({ ...away, headers: { ...now, 'audit-id': 'a-1' } }, kubeSystem);
  const events: RequestEvent[] = [];
  await clientOf({ server: url }, { onRequest: (event) => events.push(event) }).identity();
  expect(events.map(({ kind, attempt, status, auditId }) => ({ kind, attempt, status, auditId }))).toEqual([
    { kind: 'read', attempt: 1, status: 503, auditId: 'a-1' },
    { kind: 'read', attempt: 2, status: 200, auditId: undefined },
  ]);
  expect(events[0]).toMatchObject({ cluster: 'cluster-b', method: 'GET', path: '/api/v1/namespaces/kube-system' });
  expect(Date.parse(events[0]?.date ?? '')).not.toBeNaN();
});

test('after 429 half as many requests run at a time', async () => {
  const crowd = crowdOf(8);
  const { url } = await startApiServer(async (_, __, count) => {
    if (count === 1) return busy;
    if (count > 2) await crowd.enter();
    return kubeSystem;
  });
  const client = clientOf({ server: url });
  await client.identity();
  await Promise.all(Array.from({ length: 32 }, () => client.identity()));
  expect(crowd.most()).toBe(8);
});

describe('a signal', () => {
  test('ends a read at once', async () => {
    const abort = new AbortController();
    const { url } = await startApiServer(() => void abort.abort());
    const error = await failureOf(clientOf({ server: url }, { signal: abort.signal }).identity());
    expect(error.reason).toBe('aborted');
    expect(error.message).toBe('Stopped before cluster-b answered.');
  });

  test('lets a write under way come to its end', async () => {
    const abort = new AbortController();
    const { url } = await startApiServer(() => {
      abort.abort();
      return created;
    });
    const client = clientOf({ server: url }, { signal: abort.signal });
    expect((await client.create(backendApi, serviceEntries, how)).metadata.uid).toBe('c0ffee');
  });

  test('makes a write ambiguous that was to be tried again', async () => {
    const abort = new AbortController();
    const { url } = await startApiServer(() => {
      abort.abort();
      return away;
    });
    const error = await failureOf(
      clientOf({ server: url }, { signal: abort.signal }).create(backendApi, serviceEntries, how),
    );
    expect(error.reason).toBe('ambiguous');
  });

  test('lets nothing more be sent', async () => {
    const { url, requests } = await serverWith(created);
    const client = clientOf({ server: url }, { signal: AbortSignal.abort() });
    expect((await failureOf(client.create(backendApi, serviceEntries, how))).reason).toBe('aborted');
    expect(requests).toEqual([]);
  });

  test('ends the wait before the next try', async () => {
    const abort = new AbortController();
    const { url, requests } = await serverWith({ ...busy, headers: { 'retry-after': '30' } });
    const client = clientOf({ server: url }, { signal: abort.signal, onRequest: () => abort.abort() });
    expect((await failureOf(client.get({ resource: namespaces, name: 'shop' }))).reason).toBe('aborted');
    expect(requests).toHaveLength(1);
  });
});
