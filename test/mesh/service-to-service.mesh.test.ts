import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { showCalls } from '../../scripts/demo-calls.ts';
import {
  applySpec,
  eventually,
  exampleFolder,
  mesh,
  scenario,
  stageExample,
  waitForAll,
} from '../bench/mesh/fixtures.ts';
import type { Followed } from '../bench/mesh/readme.ts';
import { certificateFor, type Identity, knock } from './knock.ts';

const frontend = { namespace: 'shop', app: 'frontend' };
const reporting = { namespace: 'shop', app: 'reporting' };
const backend = { namespace: 'backend', app: 'backend-api' };
const batch = { namespace: 'backend', app: 'batch' };
/** Not in the example: another account beside the backend, and one without a sidecar in each cluster. */
const curious = { namespace: 'backend', app: 'curious' };
const plain = { namespace: 'plain', app: 'plain' };
const gateway = { namespace: 'istio-system', app: 'istio-eastwestgateway' };

const remote = 'http://backend-api.cluster-b.local';
const local = 'http://backend-api.backend';
const spec = join(exampleFolder('service-to-service'), 'federation.yaml');
const sni = 'outbound_.80_._.backend-api.backend.svc.cluster.local';

scenario('service-to-service', () => {
  let readme: Followed[];
  let localBefore: LocalTraffic;

  beforeAll(async () => {
    readme = await stageExample('service-to-service', {
      beforeApply: async () => {
        await Promise.all(mesh.names.map((cluster) => mesh.apply(strangers, cluster)));
        await mesh.apply(otherLocalCaller, 'cluster-b');
        await Promise.all(mesh.names.map((cluster) => waitForAll(cluster)));
        localBefore = await localTraffic();
      },
    });
    // each connection that its sidecar has kept since before the policy, one to each pod, carries one request more
    await eventually(async () => {
      for (let n = 0; n < 4; n++) await expectRefused(askLocally);
    });
    await eventually(async () => expect((await call(frontend)).status).toBe(200));
  });

  test('the commands of the README lead to an answer for the frontend, and to none for reporting', () => {
    const [allowed, refused] = readme.slice(-2);
    expect(allowed).toMatchObject({ code: 0, stdout: expect.stringContaining('"cluster":"cluster-b"') });
    expect(refused).toMatchObject({ code: 0, stdout: 'RBAC: access denied' });
  });

  test('the two calls of `npm run demo:mesh` say what the README of the project shows of them', async () => {
    let said = '';
    await showCalls(mesh, (text) => {
      said += `${text}\n`;
    });
    const shown =
      /^```text\n(── A call that is allowed [\s\S]*?)```$/m.exec(await readFile('README.md', 'utf8'))?.[1] ?? '';
    const lines = (text: string) =>
      text
        .trim()
        .replace(/backend-api-[0-9a-f]+-\w{5}/g, '<pod>')
        .split('\n');
    const cutOff = (line: string) => (line.endsWith(' …') ? expect.stringContaining(line.slice(0, -2)) : line);
    expect(lines(said)).toEqual(lines(shown).map(cutOff));
  });

  test('nothing is left to apply', async () => {
    const { code, stdout } = await mesh.cli(['plan', '--exit-code', '-f', spec, ...contexts]);
    expect([code, stdout]).toEqual([0, expect.anything()]);
  });

  test('preflight finds nothing wrong, and leaves nothing unchecked: the webhook of a real istiod is alive', async () => {
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
      await expectRefused(askLocally);
      await withoutPolicy(() => eventually(async () => expect((await askLocally()).status).toBe(200)));
      await eventually(() => expectRefused(askLocally));
    });
  });

  describe('at the border', () => {
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

    describe('what it takes to get through the gateway, from a workload without a sidecar', () => {
      const identity = (name: string, authority = 'cluster-a'): Promise<Identity> =>
        certificateFor(`spiffe://cluster-a.example/ns/shop/sa/${name}`, authority);
      const ask = (serverName: string, shown?: Identity) => knock(plain, serverName, shown);

      test("the SNI of the Service and a certificate of the frontend: with both, the answer is the backend's", async () => {
        const { stdout } = await ask(sni, await identity('frontend'));
        expect(stdout).toMatch(/^HTTP\/1.1 200 OK[\s\S]*"cluster":"cluster-b"/);
      });

      test('not plaintext', async () => {
        const answer = await mesh.request('cluster-a', plain, 'http://203.0.113.20:15443/api/health');
        expect(answer).toMatchObject({ status: 0, exit: 56 });
      });

      test('not without a certificate', async () => {
        const { stdout, stderr } = await ask(sni);
        // The server of the workload has said who it is; whether its refusal arrives before the end of the connection is a race.
        expect(stderr).toMatch(/^depth=0/m);
        expect(stdout).not.toContain('HTTP/1.1');
        expect(`${stdout}${stderr}`).toMatch(/certificate required|unexpected eof/);
      });

      test('not with a certificate of the frontend that nobody trusts', async () => {
        const { stdout, stderr } = await ask(sni, await identity('frontend', 'nobody'));
        expect(stderr).toMatch(/^depth=0/m);
        expect(stdout).not.toContain('HTTP/1.1');
      });

      test('not with the certificate of another account', async () => {
        const reportings = await identity('reporting');
        expect((await ask(sni, reportings)).stdout).toMatch(/^HTTP\/1.1 403/);
        await withoutPolicy(() =>
          eventually(async () => expect((await ask(sni, reportings)).stdout).toMatch(/^HTTP\/1.1 200/)),
        );
      });

      test('not with the SNI of a Service that is not exported, although the gateway could know it', async () => {
        const since = new Date();
        await mesh.apply(unexported, 'cluster-b');
        const frontends = await identity('frontend');
        const payments = sni.replace('backend-api', 'payments');
        const refused = async () => expect((await ask(payments, frontends)).stdout).not.toContain('HTTP/1.1');
        await refused();
        await eventually(() => {
          const { flags, details } = { flags: 'NR', details: 'filter_chain_not_found' };
          expect(mesh.accessLog('cluster-b', gateway, { since })).toContainEqual(
            expect.objectContaining({ sni: payments, flags, details }),
          );
        });
        await withExport('payments.backend.svc.cluster.local', () =>
          eventually(async () => expect((await ask(payments, frontends)).stdout).toMatch(/^HTTP\/1.1 200/)),
        );
        await eventually(refused);
      });
    });

    test('the frontend refuses a server of another identity', async () => {
      const since = new Date();
      const subjectAltNames = ['spiffe://cluster-b.example/ns/backend/sa/impostor'];
      const impostor = { mode: 'ISTIO_MUTUAL', sni, subjectAltNames };
      await withChange(
        { kind: 'destinationrule', name: 'shop-backend-api-cluster-b', namespace: 'aegis-xc', cluster: 'cluster-a' },
        { trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: impostor }] } },
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

  describe('removal', () => {
    test('a caller that is taken out is refused at once but for one request over an open connection; another one notices nothing', async () => {
      await applySpec(await withConsumer('{ cluster: cluster-a, namespace: shop, serviceAccount: reporting }'));
      await eventually(async () => expect((await call(reporting)).status).toBe(200));
      const load = mesh.load('cluster-a', frontend, `${remote}/api/health`, { seconds: 60 });
      const identity = await certificateFor('spiffe://cluster-a.example/ns/shop/sa/reporting', 'cluster-a');
      await applySpec(spec);
      // new connections, to both pods
      await eventually(
        async () => {
          const answers = await Promise.all([1, 2, 3, 4].map(() => knock(plain, sni, identity)));
          for (const { stdout } of answers) expect(stdout).toMatch(/^HTTP\/1.1 403/);
        },
        { within: 2000 },
      );
      // the one that its sidecar has kept: Envoy closes it after the next answer
      const statuses: number[] = [];
      for (let n = 0; n < 4; n++) statuses.push((await call(reporting)).status);
      expect(statuses).toEqual([200, 403, 403, 403]);
      const report = await load.stop();
      expect(report.byStatus).toEqual({ 200: report.requests });
    });

    test('after delete the calls fail, and local traffic is as it was', async () => {
      const { code } = await mesh.cli(['delete', '--yes', '-f', spec, ...contexts]);
      expect(code).toBe(0);
      for (const caller of [frontend, reporting]) {
        await eventually(async () => expect(await call(caller)).toMatchObject({ status: 0, exit: 6 }));
      }
      await eventually(async () => expect(await localTraffic()).toEqual(localBefore));
      const answer = [200, 'cluster-b'];
      expect(localBefore).toEqual({ batch: answer, curious: answer, plaintext: answer });
    });
  });
});

const contexts = ['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b'];

type LocalTraffic = Awaited<ReturnType<typeof localTraffic>>;

/** What callers in the backend's own cluster get. */
async function localTraffic() {
  const [pod] = mesh.pods('cluster-b', backend);
  const ask = async (from: typeof plain, url: string) => {
    const { status, from: answerer } = await mesh.request('cluster-b', from, url);
    return [status, answerer?.cluster];
  };
  return {
    batch: await ask(batch, `${local}/anything`),
    curious: await ask(curious, `${local}/anything`),
    plaintext: await ask(plain, `http://${pod?.address}:8080/anything`),
  };
}

/** The example with one consumer more. */
async function withConsumer(consumer: string): Promise<string> {
  const text = await readFile(spec, 'utf8');
  const file = join(mesh.folder, 'with-consumer.yaml');
  await writeFile(file, text.replace(/^( *)consumers:\n/m, `$&$1  - ${consumer}\n`));
  return file;
}

const call = (from: typeof frontend, path = '/api/health', method = 'GET') =>
  mesh.request('cluster-a', from, `${remote}${path}`, { method });

const askLocally = () => mesh.request('cluster-b', curious, `${local}/api/health`);

async function expectRefused(ask: () => ReturnType<typeof call>): Promise<void> {
  expect(await ask()).toMatchObject({ status: 403, body: 'RBAC: access denied' });
}

const attemptOf = (body: string): unknown => JSON.parse(body).headers['x-envoy-attempt-count'];

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
    const text = JSON.stringify({ ...rest, metadata: { name, namespace, labels, annotations } });
    // in the name of the program, for which it is still its own object
    await mesh.kubectl('cluster-b', ['apply', '--server-side', '--field-manager=aegis-xc.shop', '-f', '-'], text);
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

/** Has the gateway export one more Service for as long as the check takes. */
async function withExport(host: string, check: () => Promise<void>): Promise<void> {
  const place = {
    kind: 'gateways.networking.istio.io',
    name: 'shop-exports',
    namespace: 'istio-system',
    cluster: 'cluster-b',
  };
  const json = await mesh.kubectl('cluster-b', ['get', place.kind, '-n', place.namespace, place.name, '-o', 'json']);
  const [server] = JSON.parse(json).spec.servers;
  await withChange(place, { servers: [{ ...server, hosts: [...server.hosts, host] }] }, check);
}

/** Leads to the same pods, by another name. */
const unexported = `
apiVersion: v1
kind: Service
metadata: {name: payments, namespace: backend}
spec: {selector: {app: backend-api}, ports: [{name: http, port: 80, targetPort: 8080}]}
`;

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
