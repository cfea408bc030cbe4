import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { noAnswer } from '../../src/clusters/no-answer.ts';
import { ProxyError, TransportError } from '../../src/clusters/transport.ts';
import { startApiServer } from '../support/api-server.ts';
import { ca, expired, otherCa, otherName } from '../support/certificates.ts';
import { failureOf } from '../support/cluster-error.ts';
import { crowdOf } from '../support/crowd.ts';
import { temporaryFolder } from '../support/folder.ts';
import { base64, clientOf } from '../support/kubeconfig.ts';
import { asLive, backendApi, serviceEntries } from '../support/objects.ts';

const kubeSystem = { body: asLive({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } }) };

describe('a server that can not be trusted', () => {
  test.each<[string, object, object, RegExp, RegExp]>([
    [
      'has a CA that the kubeconfig does not know',
      {},
      { 'certificate-authority-data': base64(otherCa.cert) },
      /the CA of its certificate is not (known|trusted)/,
      /context "prod-b" needs the right certificate-authority-data/,
    ],
    ['has an expired certificate', { certificate: expired }, {}, /its certificate has expired/, /has to renew it/],
    [
      'has a certificate for another name',
      { certificate: otherName },
      {},
      /its certificate is for other names than 127\.0\.0\.1/,
      /tls-server-name/,
    ],
    ['speaks no TLS', { certificate: 'http' }, {}, /does not speak TLS/, /http:\/\/ server/],
  ])('%s', async (_, options, cluster, why, hint) => {
    const { port, requests } = await startApiServer(() => kubeSystem, options);
    const error = await failureOf(clientOf({ server: `https://127.0.0.1:${port}`, cluster }).identity());
    expect(error.reason).toBe('unreachable');
    expect(error.message).toMatch(`cluster-b can't be reached at https://127.0.0.1:${port}: `);
    expect(error.message).toMatch(why);
    expect(error.hint).toMatch(hint);
    expect(requests).toEqual([]);
  });

  test('is not trusted because NODE_TLS_REJECT_UNAUTHORIZED says so', async () => {
    const { url } = await startApiServer(() => kubeSystem, { certificate: expired });
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    vi.spyOn(process, 'emitWarning').mockReturnValue();
    onTestFinished(() => {
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
    });
    expect((await failureOf(clientOf({ server: url }).identity())).reason).toBe('unreachable');
  });
});

test('tls-server-name is the name that the certificate must have', async () => {
  const { url } = await startApiServer(() => kubeSystem, { certificate: otherName });
  const client = clientOf({ server: url, cluster: { 'tls-server-name': 'kubernetes.default.svc' } });
  expect(await client.identity()).toBe('c0ffee');
});

test('a certificate-authority in a file is read', async () => {
  const { url } = await startApiServer(() => kubeSystem);
  const file = `${temporaryFolder({ 'ca.crt': ca.cert })}/ca.crt`;
  const cluster = { 'certificate-authority-data': '', 'certificate-authority': file };
  expect(await clientOf({ server: url, cluster }).identity()).toBe('c0ffee');
});

test('a request without any time is refused', () => {
  expect(() => clientOf({}, { requestTimeout: 0 })).toThrow('--request-timeout can not be 0');
});

describe('insecure ways', () => {
  test.each<[string, object, RegExp]>([
    [
      'insecure-skip-tls-verify',
      { cluster: { 'insecure-skip-tls-verify': true } },
      /does not verify the certificate of its server/,
    ],
    ['a server without TLS', { server: 'http://127.0.0.1:1' }, /leads to http:\/\/127\.0\.0\.1:1, which has no TLS/],
    [
      'an address without a scheme and without a CA',
      { server: '127.0.0.1:1', cluster: { 'certificate-authority-data': '' } },
      /has no TLS/,
    ],
  ])('%s is refused', (_, entries, message) => {
    expect(() => clientOf(entries)).toThrow(message);
  });

  test('`insecure` accepts a server whose certificate the kubeconfig does not verify', async () => {
    const { url } = await startApiServer(() => kubeSystem, { certificate: expired });
    const cluster = { 'insecure-skip-tls-verify': true };
    expect(await clientOf({ server: url, cluster }, { insecure: true }).identity()).toBe('c0ffee');
  });

  test('`insecure` does not switch the verification off where the kubeconfig wants it', async () => {
    const { url } = await startApiServer(() => kubeSystem, { certificate: expired });
    expect((await failureOf(clientOf({ server: url }, { insecure: true }).identity())).reason).toBe('unreachable');
  });

  test('`insecure` accepts http://', async () => {
    const { url } = await startApiServer(() => kubeSystem, { certificate: 'http' });
    expect(await clientOf({ server: url }, { insecure: true }).identity()).toBe('c0ffee');
  });
});

test('an address without a scheme is https where the kubeconfig has a CA', async () => {
  const { port } = await startApiServer(() => kubeSystem);
  const client = clientOf({ server: `127.0.0.1:${port}` });
  expect(client.server).toBe(`https://127.0.0.1:${port}`);
  expect(await client.identity()).toBe('c0ffee');
});

test('a path in the server stays before every request', async () => {
  const { url, requests } = await startApiServer(() => kubeSystem);
  await clientOf({ server: `${url}/k8s/clusters/c-1/` }).identity();
  expect(requests[0]?.url).toBe('/k8s/clusters/c-1/api/v1/namespaces/kube-system');
});

describe('a server that does not answer', () => {
  test('is not there', async () => {
    const { url, close } = await startApiServer(() => kubeSystem);
    await close();
    const error = await failureOf(clientOf({ server: url }).identity());
    expect(error.message).toBe(`cluster-b can't be reached at ${url}: the connection was refused.`);
    expect(error.hint).toContain('kubectl --context prod-b get --raw /readyz');
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['says nothing', () => {}],
    ['sends only headers', (response) => response.writeHead(200).flushHeaders()],
    [
      'sends a body that does not end',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{"kind":'),
    ],
  ])('%s: the deadline ends it', async (_, act) => {
    const { url } = await startApiServer((_, response) => void act(response));
    const started = performance.now();
    const client = clientOf({ server: url }, { requestTimeout: 300 });
    const error = await failureOf(client.identity());
    expect(error.message).toBe(`cluster-b can't be reached at ${url}: no answer within 0.3 s.`);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(client.requests.reads).toBe(1);
  });

  test('a write after the deadline is ambiguous', async () => {
    const { url, requests } = await startApiServer(() => undefined);
    const client = clientOf({ server: url }, { requestTimeout: 300 });
    const error = await failureOf(client.create(backendApi, serviceEntries, { fieldManager: 'aegis-xc.shop' }));
    expect(error.reason).toBe('ambiguous');
    expect(error.message).toBe(
      'It is not known whether cluster-b has written ServiceEntry shop/backend-api: no answer within 0.3 s.',
    );
    expect(requests).toHaveLength(1);
  });

  test('a write that found no connection was not done', async () => {
    const { url, close } = await startApiServer(() => kubeSystem);
    await close();
    const error = await failureOf(
      clientOf({ server: url }).create(backendApi, serviceEntries, { fieldManager: 'aegis-xc.shop' }),
    );
    expect(error.reason).toBe('unreachable');
  });
});

/** What a test can't bring about without other machines. */
describe('an error of the network', () => {
  const where = { cluster: 'cluster-b', context: 'prod-b', server: 'https://api.example.net:6443' };
  const withCode = (code: string) => Object.assign(new Error(code), { code });

  test.each<[string, Error, string]>([
    ['an unknown name', withCode('ENOTFOUND'), 'nobody knows the name api.example.net'],
    ['DNS without an answer', withCode('EAI_AGAIN'), 'the name api.example.net could not be looked up'],
    ['no route', withCode('EHOSTUNREACH'), 'there is no way to that address'],
    [
      'several addresses',
      Object.assign(new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')])),
      'the connection was refused',
    ],
    ['a certificate of the future', withCode('CERT_NOT_YET_VALID'), 'its certificate is not valid yet'],
    ['a proxy that is away', new ProxyError(withCode('ECONNREFUSED')), `the proxy can't be reached (ECONNREFUSED)`],
    ['anything else', new Error('strange'), 'strange'],
  ])('%s is said in words', (_, cause, words) => {
    const error = noAnswer(
      new TransportError('failed', false, cause),
      { verb: 'read', subject: 'its version' },
      where,
      { requestTimeout: 30_000, dryRun: false },
    );
    expect(error.message).toBe(`cluster-b can't be reached at https://api.example.net:6443: ${words}.`);
  });
});

describe('connections', () => {
  test('are kept: 48 requests, 16 at a time, take no more than 16', async () => {
    const crowd = crowdOf(16);
    const { url, connections } = await startApiServer(async () => {
      await crowd.enter();
      return kubeSystem;
    });
    const client = clientOf({ server: url });
    await Promise.all(Array.from({ length: 48 }, () => client.identity()));
    expect(crowd.most()).toBe(16);
    expect(connections.ever).toBe(16);
  });

  test('are kept after a removal, though it has a body', async () => {
    const { url, connections } = await startApiServer(() => ({ body: { kind: 'Status', status: 'Success' } }));
    const client = clientOf({ server: url });
    for (let count = 1; count <= 10; count++) {
      await client.remove(
        { resource: serviceEntries, namespace: 'shop', name: 'backend-api' },
        { uid: 'c0ffee', resourceVersion: '7' },
      );
    }
    expect(connections.ever).toBeLessThanOrEqual(2);
  });

  test('end with the client', async () => {
    const { url, connections } = await startApiServer(() => kubeSystem);
    const client = clientOf({ server: url });
    await client.identity();
    expect(connections.now).toBe(1);
    await client.close();
    await expect.poll(() => connections.now).toBe(0);
  });
});
