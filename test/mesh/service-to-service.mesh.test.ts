import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { eventually, exampleFolder, mesh, scenario, stageExample } from '../bench/mesh/fixtures.ts';
import type { Followed } from '../bench/mesh/readme.ts';

const frontend = { namespace: 'shop', app: 'frontend' };
const reporting = { namespace: 'shop', app: 'reporting' };
const backend = { namespace: 'backend', app: 'backend-api' };
const batch = { namespace: 'backend', app: 'batch' };
const gateway = { namespace: 'istio-system', app: 'istio-eastwestgateway' };

const remote = 'http://backend-api.cluster-b.local';
const local = 'http://backend-api.backend';
const spec = join(exampleFolder('service-to-service'), 'federation.yaml');
const sni = 'outbound_.80_._.backend-api.backend.svc.cluster.local';

scenario('service-to-service', () => {
  let readme: Followed[];

  beforeAll(async () => {
    readme = await stageExample('service-to-service');
    await Promise.all(['cluster-a', 'cluster-b'].map((cluster) => mesh.apply(strangers, cluster)));
    await mesh.apply(otherLocalCaller, 'cluster-b');
    await Promise.all([mesh.waitReady('cluster-a', 'plain'), mesh.waitReady('cluster-b', 'plain', 'backend')]);
    await eventually(async () => expect((await call(frontend)).status).toBe(200));
  });

  test('the commands of the README lead to an answer for the frontend, and to none for reporting', () => {
    const [allowed, refused] = readme.slice(-2);
    expect(allowed).toMatchObject({ code: 0, stdout: expect.stringContaining('"cluster":"cluster-b"') });
    expect(refused).toMatchObject({ code: 0, stdout: 'RBAC: access denied' });
  });

  test('nothing is left to apply', async () => {
    const contexts = ['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b'];
    const { code, stdout } = await mesh.cli(['plan', '--exit-code', '-f', spec, ...contexts]);
    expect([code, stdout]).toEqual([0, expect.anything()]);
  });

  test('preflight finds nothing wrong, and leaves nothing unchecked: the webhook of a real istiod is alive', async () => {
    const contexts = ['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b'];
    const { code, stdout } = await mesh.cli(['preflight', '-f', spec, ...contexts]);
    expect(stdout).toMatch(/✔ preflight: no findings in \d+ checks\n$/);
    expect(stdout).toMatch(/^webhook +passed +passed$/m);
    expect(code).toBe(0);
  });

  test('init reads these meshes: what it can not know is marked, the rest is what the example says', async () => {
    const file = join(mesh.folder, 'from-contexts.yaml');
    const written = await mesh.cli(['init', '--from-contexts', 'cluster-a,cluster-b', '--name', 'read', '-f', file]);
    expect(written).toMatchObject({ code: 0, stderr: expect.stringContaining('TODOs to look at') });
    const text = await readFile(file, 'utf8');
    const { clusters, services } = z.object({ clusters: z.unknown(), services: z.unknown() }).parse(load(text));
    const uidOf = (name: string) => mesh.kubectl(name, ['get', 'ns', 'kube-system', '-o', 'jsonpath={.metadata.uid}']);
    expect(clusters).toMatchObject({
      'cluster-a': { trustDomain: 'cluster-a.example', dns: 'capture', uid: await uidOf('cluster-a') },
      'cluster-b': {
        trustDomain: 'cluster-b.example',
        uid: await uidOf('cluster-b'),
        gateway: { addresses: ['203.0.113.20'], port: 15443, selector: { istio: 'eastwestgateway' } },
      },
    });
    expect(services).toMatchObject({
      'backend-api': {
        port: { number: 80, targetPort: 8080, protocol: 'HTTP' },
        providers: {
          'cluster-b': { namespace: 'backend', workload: { app: 'backend-api' }, serviceAccounts: ['backend'] },
        },
        consumers: [{ cluster: 'cluster-a', namespace: 'change-me', serviceAccount: 'change-me' }],
      },
    });
    expect(await mesh.cli(['validate', '-f', file])).toMatchObject({ code: 0 });
  });

  describe('who may call', () => {
    test('the frontend gets an answer from the backend in the other cluster', async () => {
      const answer = await call(frontend);
      expect(answer.status).toBe(200);
      expect(answer.from).toMatchObject({ cluster: 'cluster-b', namespace: 'backend' });
    });

    test("the backend's access log shows the identity of the frontend, and the gateway the SNI of the Service", async () => {
      const since = new Date();
      await call(frontend);
      await eventually(() => {
        expect(mesh.accessLog('cluster-b', backend, { since })).toMatchObject([
          { status: 200, path: '/api/health', peer: 'spiffe://cluster-a.example/ns/shop/sa/frontend' },
        ]);
        expect(mesh.accessLog('cluster-a', frontend, { since })).toMatchObject([
          { status: 200, server: 'spiffe://cluster-b.example/ns/backend/sa/backend', upstream: '203.0.113.20:15443' },
        ]);
      });
      // a TCP connection is logged by the gateway when it ends; this one has begun long ago
      const listeners = await mesh.envoy('cluster-b', gateway, '/config_dump?resource=dynamic_listeners');
      expect(listeners).toContain(sni);
    });

    test('another service account of the same namespace is refused', async () => {
      await expectRefused(() => call(reporting));
      await withoutPolicy(() => eventually(async () => expect((await call(reporting)).status).toBe(200)));
      await eventually(() => expectRefused(() => call(reporting)));
    });

    test.each([
      ['a method that is not allowed', '/api/health', 'DELETE'],
      ['a path that is not allowed', '/admin', 'GET'],
    ])('%s is refused', async (_, path, method) => {
      await expectRefused(() => call(frontend, path, method));
      await withoutPolicy(() => eventually(async () => expect((await call(frontend, path, method)).status).toBe(200)));
      await eventually(() => expectRefused(() => call(frontend, path, method)));
    });

    test.each([
      ['/api/orders', 'POST'],
      ['/health', 'GET'],
    ])('%s with %s is allowed', async (path, method) => {
      expect((await call(frontend, path, method)).status).toBe(200);
    });
  });

  describe('local callers', () => {
    test('the one in the list gets an answer', async () => {
      const answer = await mesh.request('cluster-b', batch, `${local}/anything`);
      expect([answer.status, answer.from?.cluster]).toEqual([200, 'cluster-b']);
    });

    test('another one is refused', async () => {
      const ask = () => mesh.request('cluster-b', { namespace: 'backend', app: 'curious' }, `${local}/api/health`);
      await expectRefused(ask);
      await withoutPolicy(() => eventually(async () => expect((await ask()).status).toBe(200)));
      await eventually(() => expectRefused(ask));
    });
  });

  describe('at the border', () => {
    const plain = { namespace: 'plain', app: 'plain' };

    test('a workload without a sidecar does not know the name', async () => {
      expect(await mesh.request('cluster-a', plain, `${remote}/api/health`)).toMatchObject({ status: 0, exit: 6 });
    });

    test('there is no way from a pod of one cluster to a pod of the other', async () => {
      const [pod] = mesh.pods('cluster-b', backend);
      const answer = await mesh.request('cluster-a', plain, `http://${pod?.address}:8080/`, { timeoutMs: 3_000 });
      expect([answer.status, [7, 28]]).toEqual([0, expect.arrayContaining([answer.exit])]);
    });

    test('a workload without a sidecar gets no connection to the backend beside it', async () => {
      const [pod] = mesh.pods('cluster-b', backend);
      const ask = () => mesh.request('cluster-b', plain, `http://${pod?.address}:8080/api/health`);
      expect(await ask()).toMatchObject({ status: 0, exit: 56 });
      await without('peerauthentication', () =>
        withoutPolicy(() => eventually(async () => expect((await ask()).status).toBe(200))),
      );
      await eventually(async () => expect(await ask()).toMatchObject({ status: 0, exit: 56 }));
    });

    test('the gateway takes no plaintext', async () => {
      const answer = await mesh.request('cluster-a', plain, 'http://203.0.113.20:15443/api/health');
      expect(answer).toMatchObject({ status: 0, exit: 56 });
    });

    test('a workload without a sidecar has no certificate to show behind the gateway', async () => {
      const { stdout, stderr } = await greet(plain, sni);
      // The server of the workload has said who it is; whether its refusal arrives before the end of the connection is a race.
      expect(stderr).toMatch(/^depth=0/m);
      expect(`${stdout}${stderr}`).toMatch(/certificate required|unexpected eof/);
    });

    test('an SNI that is not exported is refused by the gateway', async () => {
      const since = new Date();
      const { code } = await greet(plain, 'outbound_.80_._.payments.backend.svc.cluster.local');
      expect(code).not.toBe(0);
      await eventually(() => {
        expect(mesh.accessLog('cluster-b', gateway, { since })).toContainEqual(
          expect.objectContaining({
            sni: expect.stringContaining('payments'),
            flags: 'NR',
            details: 'filter_chain_not_found',
          }),
        );
      });
    });

    test('the frontend refuses a server of another identity', async () => {
      const since = new Date();
      await withChange(
        { kind: 'destinationrule', name: 'shop-backend-api-cluster-b', namespace: 'aegis-xc', cluster: 'cluster-a' },
        { trafficPolicy: { tls: { subjectAltNames: ['spiffe://cluster-b.example/ns/backend/sa/impostor'] } } },
        async () => {
          await eventually(async () => expect((await call(frontend)).status).toBe(503));
          await eventually(() => {
            expect(
              mesh.accessLog('cluster-a', frontend, { since }).map(({ upstreamFailure }) => upstreamFailure),
            ).toContainEqual(expect.stringContaining('CERTIFICATE_VERIFY_FAILED'));
          });
        },
      );
      await eventually(async () => expect((await call(frontend)).status).toBe(200));
    });
  });

  describe('when the server has trouble', () => {
    test('a read is tried again until the third attempt', async () => {
      const answer = await call(frontend, '/api/flaky?failAttempts=2');
      expect([answer.status, attemptOf(answer.body)]).toEqual([200, '3']);
    });

    test('a write is not', async () => {
      expect((await call(frontend, '/api/flaky?failAttempts=2', 'POST')).status).toBe(503);
    });

    test('a read that takes too long is given up after three tries of 3 s each', async () => {
      const answer = await call(frontend, '/api/slow?delay=4s');
      expect(answer.status).toBe(504);
      expect(answer.seconds).toBeGreaterThan(8.5);
      expect(answer.seconds).toBeLessThan(10.5);
    });

    test('a write has 10 s altogether', async () => {
      const answer = await call(frontend, '/api/slow?delay=12s', 'POST');
      expect(answer.status).toBe(504);
      expect(answer.seconds).toBeGreaterThan(9.5);
      expect(answer.seconds).toBeLessThan(11);
    });
  });
});

const call = (from: typeof frontend, path = '/api/health', method = 'GET') =>
  mesh.request('cluster-a', from, `${remote}${path}`, { method });

async function expectRefused(ask: () => ReturnType<typeof call>): Promise<void> {
  expect(await ask()).toMatchObject({ status: 403, body: 'RBAC: access denied' });
}

const attemptOf = (body: string): unknown => JSON.parse(body).headers['x-envoy-attempt-count'];

/** A TLS handshake with the gateway of cluster-b, and a request. */
const greet = (from: typeof frontend, serverName: string) =>
  mesh.exec(
    'cluster-a',
    from,
    [
      'timeout',
      '5',
      'openssl',
      's_client',
      '-quiet',
      '-connect',
      '203.0.113.20:15443',
      '-servername',
      serverName,
      '-alpn',
      'istio',
    ],
    { stdin: 'GET / HTTP/1.0\r\n\r\n' },
  );

/** The negative control: what was refused is answered while the policy is away. */
const withoutPolicy = (check: () => Promise<unknown>) => without('authorizationpolicy', check);

/** Takes our object of that kind in cluster-b away for as long as the check takes. */
async function without(kind: string, check: () => Promise<unknown>): Promise<void> {
  const object = [kind, '-n', 'backend', 'shop-backend-api'];
  const saved = await mesh.kubectl('cluster-b', ['get', ...object, '-o', 'json']);
  await mesh.kubectl('cluster-b', ['delete', ...object]);
  try {
    await check();
  } finally {
    const { metadata, ...rest } = JSON.parse(saved);
    const { name, namespace, labels, annotations } = metadata;
    await mesh.apply(
      `${JSON.stringify({ ...rest, metadata: { name, namespace, labels, annotations } })}\n`,
      'cluster-b',
    );
  }
}

/** Changes the spec of an object for as long as the check takes. */
async function withChange(
  { kind, name, namespace, cluster }: { kind: string; name: string; namespace: string; cluster: string },
  spec: object,
  check: () => Promise<void>,
): Promise<void> {
  const patch = (body: unknown) =>
    mesh.kubectl(cluster, ['patch', kind, '-n', namespace, name, '--type=merge', '-p', JSON.stringify(body)]);
  const saved = JSON.parse(await mesh.kubectl(cluster, ['get', kind, '-n', namespace, name, '-o', 'json']));
  await patch({ spec });
  try {
    await check();
  } finally {
    await patch({ spec: saved.spec });
  }
}

const strangers = `
apiVersion: v1
kind: Namespace
metadata: {name: plain}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: plain, namespace: plain}
spec:
  selector: {matchLabels: {app: plain}}
  template:
    metadata: {labels: {app: plain}}
    spec: {containers: [{name: plain, image: "curlimages/curl:8.17.0", command: [sleep, infinity]}]}
`;

const otherLocalCaller = `
apiVersion: v1
kind: ServiceAccount
metadata: {name: curious, namespace: backend}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: curious, namespace: backend}
spec:
  selector: {matchLabels: {app: curious}}
  template:
    metadata: {labels: {app: curious}}
    spec: {serviceAccountName: curious, containers: [{name: curious, image: "curlimages/curl:8.17.0", command: [sleep, infinity]}]}
`;
