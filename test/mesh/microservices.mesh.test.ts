import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  applySpec,
  eventually,
  exampleFolder,
  mesh,
  scenario,
  stageExample,
  waitForAll,
} from '../bench/mesh/fixtures.ts';
import type { LoadReport } from '../bench/mesh/load.ts';
import type { Followed } from '../bench/mesh/readme.ts';

const web = { namespace: 'web', app: 'web' };
const catalog = { namespace: 'shop', app: 'catalog' };
const reviews = { namespace: 'shop', app: 'reviews' };
const checkout = { namespace: 'shop', app: 'checkout' };
const gateway = { namespace: 'istio-system', app: 'istio-eastwestgateway' };

const catalogUrl = 'http://catalog.xc.global:8080';
const reviewsUrl = 'http://reviews.xc.global:8080';
const checkoutUrl = 'http://checkout.cluster-b.local';

scenario('microservices', () => {
  let readme: Followed[];
  let localBefore: LocalCalls;

  beforeAll(async () => {
    readme = await stageExample('microservices', {
      beforeApply: async () => {
        await Promise.all(both.map((cluster) => waitForAll(cluster)));
        localBefore = await localCalls();
      },
    });
    await eventually(async () => {
      for (const cluster of both) expect(await whoAnswers(cluster)).toBe(cluster);
      expect((await mesh.request('cluster-a', web, reviewsUrl)).status).toBe(200);
      expect((await mesh.request('cluster-a', catalog, checkoutUrl)).status).toBe(200);
    });
  });

  test('the commands of the README lead to the name of a pod beside the caller', () => {
    const pods = mesh.pods('cluster-a', catalog).map(({ name }) => name);
    expect(pods).toContain(readme.at(-1)?.stdout);
  });

  describe('catalog is local first', () => {
    // the first test: proxies have few open connections, on which a write would fail and be no evidence
    test('a write goes to the other cluster when no connection comes about', async () => {
      await withoutWayIn('cluster-a', () =>
        eventually(async () => {
          const answer = await mesh.request('cluster-a', web, `${catalogUrl}/items`, { method: 'POST' });
          expect([answer.status, answer.from?.cluster, attemptOf(answer.body)]).toEqual([200, 'cluster-b', '3']);
        }),
      );
      await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-a'));
    });

    test('each cluster answers its own callers, with all of its pods', async () => {
      const reports = await Promise.all(both.map((cluster) => loadOf(cluster, catalogUrl, { seconds: 3 }).report));
      for (const [index, cluster] of both.entries()) {
        expect(reports[index]).toMatchObject({ failed: 0, byCluster: { [cluster]: reports[index]?.requests } });
        expect(Object.keys(reports[index]?.byPod ?? {})).toHaveLength(2);
      }
    });

    test('a caller sees the pods beside it first, and behind them the gateway of the other cluster', async () => {
      const own = mesh.pods('cluster-a', catalog).map(({ address }) => [`${address}:8080`, 0] as const);
      const other = [`${mesh.site('cluster-b').gateway}:15443`, 1] as const;
      expect(await endpoints('cluster-a', web, 'outbound|8080||catalog.xc.global')).toEqual(
        Object.fromEntries([...own, other]),
      );
    });

    test('when the pods of one cluster go, the other one answers without a failed request, until they are back', async () => {
      const load = loadOf('cluster-a', catalogUrl, { seconds: 60 });
      await mesh.scale('cluster-a', 'shop', 'deploy/catalog', 0);
      await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-b'));
      await mesh.scale('cluster-a', 'shop', 'deploy/catalog', 2);
      await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-a'), { within: 30_000 });
      const report = await load.stop();
      expect(report.byStatus).toEqual({ 200: report.requests });
      expect(Object.keys(report.byCluster).sort()).toEqual(both);
    });

    test('when pods are not ready, the other cluster answers without a failed request, until they are', async () => {
      const load = loadOf('cluster-a', catalogUrl, { seconds: 60 });
      await setReady('cluster-a', false);
      await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-b'));
      await setReady('cluster-a', true);
      await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-a'));
      const report = await load.stop();
      expect(report.byStatus).toEqual({ 200: report.requests });
      expect(Object.keys(report.byCluster).sort()).toEqual(both);
    });

    test('when the applications die, the other cluster answers without a failed request', async () => {
      const load = loadOf('cluster-a', catalogUrl, { seconds: 8 });
      await pause(1000);
      await killApplications('cluster-a');
      const report = await load.report;
      expect(report.byStatus).toEqual({ 200: report.requests });
      expect(report.byCluster['cluster-b']).toBeGreaterThan(0);
      await mesh.waitReady('cluster-a', 'shop');
      await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-a'), {
        within: 60_000,
        every: 1000,
      });
    });
  });

  describe('when the catalog has trouble', () => {
    test('a read is tried again, the third time in the other cluster', async () => {
      const answer = await mesh.request('cluster-a', web, `${catalogUrl}/items?failAttempts=2`);
      expect([answer.status, answer.from?.cluster, attemptOf(answer.body)]).toEqual([200, 'cluster-b', '3']);
    });

    test('a write is not', async () => {
      expect(
        (await mesh.request('cluster-a', web, `${catalogUrl}/items?failAttempts=1`, { method: 'POST' })).status,
      ).toBe(503);
    });

    test('slow answers are given up: a read after three tries of 3 s, everything after the time-out of the service', async () => {
      const [read, write, review] = await Promise.all([
        mesh.request('cluster-a', web, `${catalogUrl}/items?delay=4s`),
        mesh.request('cluster-a', web, `${catalogUrl}/items?delay=12s`, { method: 'POST' }),
        mesh.request('cluster-a', web, `${reviewsUrl}/items?delay=7s`),
      ]);
      expect([read.status, write.status, review.status]).toEqual([504, 504, 504]);
      expectSeconds(read.seconds, 9);
      expectSeconds(write.seconds, 10);
      expectSeconds(review.seconds, 5);
    });

    test('with one try more and not two, a call does not leave the cluster', async () => {
      await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-a'), {
        within: 60_000,
        every: 1000,
      });
      await mesh.behave('cluster-a', catalog, { status: 503 });
      try {
        await withRetries(1, async () => expect((await mesh.request('cluster-a', web, catalogUrl)).status).toBe(503));
        await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-b'));
      } finally {
        await mesh.behave('cluster-a', catalog);
      }
    });

    test('failing pods are left out without a failed request, for 30 s and until somebody looks again', async () => {
      await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-a'), {
        within: 60_000,
        every: 1000,
      });
      await mesh.behave('cluster-a', catalog, { status: 503 });
      const load = loadOf('cluster-a', catalogUrl, { seconds: 90, rate: 20 });
      try {
        await eventually(async () => expect(await ejected()).toHaveLength(2), { within: 20_000 });
      } finally {
        await mesh.behave('cluster-a', catalog);
      }
      const begin = performance.now();
      await pause(2000); // the last one to be left out goes up to a second later: Envoy collects such changes
      const since = new Date();
      await pause(5000);
      expect(mesh.accessLog('cluster-a', catalog, { since })).toEqual([]);
      await eventually(async () => expect(await ejected()).toEqual([]), { within: 60_000, every: 500 });
      expect((performance.now() - begin) / 1000).toBeGreaterThan(20);
      await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-a'));
      const report = await load.stop();
      expect(report.byStatus).toEqual({ 200: report.requests });
    });
  });

  describe('what can be seen', () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${trace}-b7ad6b7169203331-01`;

    test('the trace of a caller reaches the workload in the other cluster', async () => {
      const since = new Date();
      expect((await mesh.request('cluster-a', catalog, checkoutUrl, { headers: { traceparent } })).status).toBe(200);
      await eventually(() => {
        expect(mesh.accessLog('cluster-b', checkout, { since })).toMatchObject([
          {
            status: 200,
            traceparent: expect.stringContaining(trace),
            peer: 'spiffe://cluster-a.example/ns/shop/sa/catalog',
          },
        ]);
      });
    });

    test('some of its spans, with the tag of the federation, are sent to the collector', async () => {
      const argv = ['curl', '-s', '-o', '/dev/null', '-H', `traceparent: ${traceparent}`, `${checkoutUrl}/[1-150]`];
      await eventually(
        async () => {
          await mesh.exec('cluster-a', catalog, argv);
          await pause(1000);
          const spans = mesh.spans('cluster-a');
          expect(spans.includes(Buffer.from(trace, 'hex').toString('latin1'))).toBe(true);
          expect(/federation[\s\S]{1,8}store/.test(spans)).toBe(true);
        },
        { within: 20_000, every: 2000 },
      );
    });

    test("the audit log has the calls that cross the border, the mesh's own log has all", async () => {
      const since = new Date();
      const [plain, local, crossing] = [
        'http://catalog.shop:8080/plain',
        `${catalogUrl}/local`,
        `${catalogUrl}/crossing`,
      ];
      for (const url of [plain, local, `${crossing}?failAttempts=2`, `${checkoutUrl}/refused`]) {
        await mesh.request('cluster-a', web, url);
      }
      await eventually(() => {
        expect(pathsOf(mesh.accessLog('cluster-a', web, { since }))).toEqual([
          '/crossing',
          '/local',
          '/plain',
          '/refused',
        ]);
        expect(pathsOf(mesh.accessLog('cluster-a', web, { since, audit: true }))).toEqual(['/crossing', '/refused']);
      });
      // nobody calls from there, so it is not set up there
      await eventually(() => expect(mesh.accessLog('cluster-b', checkout, { since })).not.toEqual([]));
      expect(mesh.accessLog('cluster-b', checkout, { audit: true })).toEqual([]);
    });

    test.each([
      ['tracing', 'provider: otel', 'other-traces'],
      ['the audit log', 'provider: federation-audit', 'other-audit'],
    ])('plan prints what the MeshConfig of a cluster lacks for %s', async (_, is, other) => {
      const file = await changed(is, `provider: ${other}`);
      const { stdout } = await mesh.cli(['plan', '-f', file, ...contexts]);
      const lines = stdout.split('\n').filter((line) => line.includes(`{"extensionProviders":[{"name":"${other}"}]}`));
      expect(lines).toEqual(both.map(() => expect.stringContaining('missing, there is otel, federation-audit')));
    });

    test('and nothing when it has both', async () => {
      const { stdout } = await mesh.cli(['plan', '-f', spec, ...contexts]);
      expect(stdout).not.toContain('MeshConfig');
    });
  });

  describe('reviews are moved by weights', () => {
    test('one call in ten goes to cluster-b, and of a hundred calls five are traced', async () => {
      const traces = countTraces('cluster-a');
      const report = await loadOf('cluster-a', reviewsUrl, { seconds: 8, rate: 80, clients: 6 }).report;
      expect(report.failed).toBe(0);
      expectShare(report.byCluster['cluster-b'] ?? 0, report.requests, 0.1);
      await pause(6000); // proxies send their spans every 5 s
      expectShare(countTraces('cluster-a') - traces, report.requests, 0.05);
    });

    test('new weights are applied under load, and nothing is cut', async () => {
      const load = loadOf('cluster-a', reviewsUrl, { seconds: 120, rate: 30 });
      const open = mesh.request('cluster-a', web, `${reviewsUrl}/items?delay=4s`, { method: 'POST' });
      await applySpec(
        await changed('weights: { cluster-a: 90, cluster-b: 10 }', 'weights: { cluster-a: 0, cluster-b: 100 }'),
      );
      expect((await open).status).toBe(200);
      await eventually(async () =>
        expectSource(await loadOf('cluster-a', reviewsUrl, { seconds: 1 }).report, 'cluster-b'),
      );
      await applySpec(spec);
      await eventually(async () =>
        expect((await mesh.request('cluster-a', web, reviewsUrl)).from?.cluster).toBe('cluster-a'),
      );
      const report = await load.stop();
      expect(report.byStatus).toEqual({ 200: report.requests });
      expect(Object.keys(report.byCluster).sort()).toEqual(both);
    });

    test('a side without pods answers 503 to its share', async () => {
      await mesh.scale('cluster-b', 'shop', 'deploy/reviews', 0);
      try {
        await eventually(() => expect(mesh.pods('cluster-b', reviews)).toEqual([]), { within: 30_000 });
        const report = await loadOf('cluster-a', reviewsUrl, { seconds: 8, rate: 50 }).report;
        expect(Object.keys(report.byStatus).sort()).toEqual(['200', '503']);
        expectShare(report.byStatus['503'] ?? 0, report.requests, 0.1);
      } finally {
        await mesh.scale('cluster-b', 'shop', 'deploy/reviews', 2);
        await mesh.waitReady('cluster-b', 'shop');
      }
    });
  });

  describe('checkout has two ports, each with its own callers', () => {
    const http = (from: typeof web, method = 'GET') => mesh.request('cluster-a', from, checkoutUrl, { method });
    const grpc = (from: typeof web) =>
      mesh.exec('cluster-a', from, ['echo-client', '--timeout=5s', 'grpc://checkout.cluster-b.local:9090']);

    test('web may use gRPC, catalog may GET over HTTP', async () => {
      const { code, stdout, stderr } = await grpc(web);
      expect([code, stdout, stderr]).toEqual([0, expect.stringContaining('Cluster=cluster-b'), expect.anything()]);
      const answer = await http(catalog);
      expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('Cluster=cluster-b')]);
    });

    const strangers: [string, () => Promise<boolean>][] = [
      ['HTTP from web', async () => (await http(web)).status === 200],
      ['POST from catalog', async () => (await http(catalog, 'POST')).status === 200],
      ['gRPC from catalog', async () => (await grpc(catalog)).code === 0],
    ];

    test.each(strangers)('%s is refused', async (_, getsIn) => {
      const since = new Date();
      expect(await getsIn()).toBe(false);
      await eventually(() => {
        expect(mesh.accessLog('cluster-b', checkout, { since })).toMatchObject([
          { details: 'rbac_access_denied_matched_policy[none]' },
        ]);
      });
    });

    test('without the policy all of them get in, and apply puts it back', async () => {
      const expectAll = (answer: boolean) =>
        eventually(async () => {
          for (const [, getsIn] of strangers) expect(await getsIn()).toBe(answer);
        });
      await mesh.kubectl('cluster-b', ['delete', 'authorizationpolicy', '-n', 'shop', 'store-checkout']);
      await expectAll(true);
      await applySpec(spec);
      await expectAll(false);
    });
  });

  describe('when no catalog is ready anywhere', () => {
    test('a connection through a gateway stays with its pod; a new one fails at once, and goes in no circle', async () => {
      try {
        await setReady('cluster-a', false);
        await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-b'));
        await setReady('cluster-b', false);
        for (const cluster of both) {
          await eventually(async () => expect(await healthyAtGateway(cluster)).toEqual([]));
        }
        expect(await whoAnswers('cluster-a')).toBe('cluster-b');
        await mesh.restart('cluster-a', 'web', 'web'); // its proxy has no open connections
        const since = new Date();
        const report = await loadOf('cluster-a', catalogUrl, { seconds: 2 }).report;
        expect(Object.keys(report.byStatus)).toEqual(['503']);
        expect(report.worstTimeMs).toBeLessThan(1000);
        await eventually(() => expect(calledAt('cluster-b', since).length).toBeGreaterThan(0));
        // nobody has called the gateway of cluster-a: what reaches that of cluster-b goes no further
        expect(calledAt('cluster-a', since)).toEqual([]);
        for (const { upstream } of calledAt('cluster-b', since)) expect(upstream).toBe('');
      } finally {
        for (const cluster of both) await setReady(cluster, true);
      }
      await eventually(async () => {
        for (const cluster of both) expect(await whoAnswers(cluster)).toBe(cluster);
      });
    });
  });

  describe('when no catalog runs anywhere', () => {
    test('calls fail at once: the gateways know only the pods of their own cluster', async () => {
      await Promise.all(both.map((cluster) => mesh.scale(cluster, 'shop', 'deploy/catalog', 0)));
      try {
        await eventually(async () =>
          expect(await mesh.request('cluster-a', web, catalogUrl)).toMatchObject({ status: 503, from: undefined }),
        );
        const report = await loadOf('cluster-a', catalogUrl, { seconds: 2 }).report;
        expect(Object.keys(report.byStatus)).toEqual(['503']);
        expect(report.worstTimeMs).toBeLessThan(1000);
        for (const cluster of both) expect(await gatewayEndpoints(cluster)).toEqual([]);
      } finally {
        await Promise.all(both.map((cluster) => mesh.scale(cluster, 'shop', 'deploy/catalog', 2)));
        await Promise.all(both.map((cluster) => mesh.waitReady(cluster, 'shop')));
      }
      await eventually(async () => {
        for (const cluster of both) {
          const pods = await catalogPods(cluster, 'podIP');
          expect(await gatewayEndpoints(cluster)).toEqual(pods.map((address) => `${address}:8080`).sort());
          expect(await whoAnswers(cluster)).toBe(cluster);
        }
      });
    });
  });

  describe('a caller who is taken out', () => {
    test('is refused at once, on the connection that it has open', async () => {
      const load = mesh.load('cluster-a', catalog, checkoutUrl, { seconds: 60, clients: 1, rate: 50 });
      const connections = () => openConnections('cluster-a', catalog, 80);
      const [connection] = await eventually(async () => {
        const open = await connections();
        expect(open).toHaveLength(1);
        return open;
      });
      const file = await changed('serviceAccount: catalog, ports: [http]', 'serviceAccount: reviews, ports: [http]');
      const applied = applySpec(file);
      await eventually(async () => expect((await mesh.request('cluster-a', catalog, checkoutUrl)).status).toBe(403), {
        within: 30_000,
        every: 200,
      });
      expect(await connections()).toContain(connection);
      const report = await load.stop();
      expect(Object.keys(report.byStatus).sort()).toEqual(['200', '403']);
      await applied;
    });
  });

  describe('the gateway of the other cluster counts as one pod', () => {
    test('5 errors in a row leave out the whole cluster, although its pods are well again', async () => {
      const ask = (cluster: string) => mesh.request(cluster, web, catalogUrl);
      const fail = async () => {
        const answer = await mesh.request('cluster-a', web, catalogUrl, { method: 'POST' });
        expect(answer).toMatchObject({ status: 503, body: 'told to fail\n' });
      };
      await mesh.restart('cluster-a', 'web', 'web'); // its proxy has left nobody out, and counted no errors
      try {
        await setReady('cluster-a', false);
        await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-b'));
        await mesh.behave('cluster-b', catalog, { status: 503 });
        for (let n = 0; n < 4; n += 1) await fail();
        expect(await ejected()).toEqual([]);
        await fail();
        await mesh.behave('cluster-b', catalog);
        const place = `${mesh.site('cluster-b').gateway}:15443`;
        await eventually(async () => expect(await ejected()).toEqual([expect.stringContaining(place)]));
        // Envoy collects such changes for up to a second
        await eventually(async () =>
          expect(await ask('cluster-a')).toMatchObject({ status: 503, body: 'no healthy upstream' }),
        );
        expect((await ask('cluster-b')).status).toBe(200);
      } finally {
        await mesh.behave('cluster-b', catalog);
        await setReady('cluster-a', true);
      }
      await eventually(async () => expect(await whoAnswers('cluster-a')).toBe('cluster-a'));
    });
  });

  test('after delete the calls fail, and local calls are as before', async () => {
    const { code, stdout, stderr } = await mesh.cli(['delete', '--yes', '-f', spec, ...contexts]);
    expect([code, stdout, stderr]).toEqual([0, expect.anything(), expect.anything()]);
    await eventually(async () => {
      for (const url of [catalogUrl, reviewsUrl, checkoutUrl]) {
        expect((await mesh.request('cluster-a', web, url, { timeoutMs: 3000 })).status).not.toBe(200);
      }
    });
    expect(localBefore).toEqual({
      catalog: ['cluster-a', 'cluster-b'],
      reviews: ['cluster-a', 'cluster-b'],
      checkout: 200,
    });
    await eventually(async () => expect(await localCalls()).toEqual(localBefore));
    expect(await endpoints('cluster-b', gateway, 'outbound_.8080_._.catalog.shop.svc.cluster.local')).toEqual({});
  });
});

const both = ['cluster-a', 'cluster-b'];
const spec = join(exampleFolder('microservices'), 'federation.yaml');
const contexts = ['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b'];

const whoAnswers = async (cluster: string): Promise<string | undefined> =>
  (await mesh.request(cluster, web, catalogUrl)).from?.cluster;

type LocalCalls = Awaited<ReturnType<typeof localCalls>>;

/** By the names that the Services have in their own cluster: who answers, and whether `checkout` lets a stranger in. */
async function localCalls() {
  const clusterOf = (service: string) =>
    Promise.all(
      both.map(async (cluster) => (await mesh.request(cluster, web, `http://${service}.shop:8080`)).from?.cluster),
    );
  const { status } = await mesh.request('cluster-b', web, 'http://checkout.shop');
  return { catalog: await clusterOf('catalog'), reviews: await clusterOf('reviews'), checkout: status };
}

const loadOf = (cluster: string, url: string, options: Parameters<typeof mesh.load>[3]) =>
  mesh.load(cluster, web, url, { rate: 30, ...options });

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const attemptOf = (body: string): unknown => JSON.parse(body).headers['x-envoy-attempt-count'];
const pathsOf = (entries: readonly { path: string }[]) => entries.map(({ path }) => path.split('?')[0]).sort();

/** Priorities by address, of one cluster in an Envoy. */
async function endpoints(cluster: string, proxy: typeof web, name: string): Promise<Record<string, number>> {
  const lines = (await mesh.envoy(cluster, proxy, '/clusters')).split('\n');
  const found = lines.flatMap((line) => {
    const [owner, address, key, value] = line.split('::');
    return owner === name && key === 'priority' && address ? [[address, Number(value)] as const] : [];
  });
  return Object.fromEntries(found);
}

const gatewayEndpoints = async (cluster: string): Promise<string[]> =>
  Object.keys(await endpoints(cluster, gateway, 'outbound_.8080_._.catalog.shop.svc.cluster.local')).sort();

/** Those that it would send a new connection to. */
async function healthyAtGateway(cluster: string): Promise<string[]> {
  const lines = (await mesh.envoy(cluster, gateway, '/clusters')).split('\n');
  const healthy = /^outbound_\.8080_\._\.catalog\.shop\.svc\.cluster\.local::(.*)::health_flags::healthy$/;
  return lines.flatMap((line) => healthy.exec(line)?.[1] ?? []);
}

/** What the gateway of a cluster logged of calls of the catalog. */
const calledAt = (cluster: string, since: Date) =>
  mesh.accessLog(cluster, gateway, { since }).filter(({ sni }) => sni.includes('catalog.shop'));

/** The pods of the catalog that a caller in cluster-a leaves out. */
async function ejected(): Promise<string[]> {
  const lines = (await mesh.envoy('cluster-a', web, '/clusters')).split('\n');
  return lines.filter((line) => line.includes('catalog.xc.global::') && line.includes('/failed_outlier_check'));
}

/** How many the collector knows. In protobuf, 16 bytes of a trace stand before the 8 of a span, each with its length. */
function countTraces(cluster: string): number {
  const parts = mesh.spans(cluster).split('\n\x10');
  return new Set(parts.filter((part) => part.startsWith('\x12\x08', 16)).map((part) => part.slice(0, 16))).size;
}

/** What a kubelet would say after a probe; the node agent says nothing new while nothing changes for it. */
async function setReady(cluster: string, ready: boolean): Promise<void> {
  const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: ready ? 'True' : 'False' }));
  const patch = JSON.stringify({ status: { conditions } });
  for (const pod of await catalogPods(cluster, 'name')) {
    await mesh.kubectl(cluster, ['patch', 'pod', '-n', 'shop', pod, '--subresource=status', '-p', patch]);
  }
}

/** One field of each pod that stays; those on their way out are listed by the API, too. */
async function catalogPods(cluster: string, field: 'name' | 'podIP'): Promise<string[]> {
  const list = await mesh.kubectl(cluster, ['get', 'pods', '-n', 'shop', '-l', 'app=catalog', '-o', 'json']);
  const { items } = podList.parse(JSON.parse(list));
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata: { name }, status: { podIP } }) => (field === 'name' ? name : podIP));
}

const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
      status: z.object({ podIP: z.string().default('') }),
    }),
  ),
});

/** As `from to`. */
async function openConnections(cluster: string, target: typeof web, port: number): Promise<string[]> {
  const argv = ['ss', '-Htn', 'state', 'established', `dport = :${port}`];
  const { stdout } = await mesh.exec(cluster, target, argv);
  const lines = stdout.split('\n').filter(Boolean);
  return lines.map((line) => line.trim().split(/ +/).slice(2).join(' ')); // after the sizes of two queues
}

/** The processes behind the sidecars; they are started again after a second, as a kubelet does it. */
async function killApplications(cluster: string): Promise<void> {
  await Promise.all(
    mesh.pods(cluster, catalog).map(async ({ namespace, name }) => {
      const { stdout } = await mesh.exec(cluster, { namespace, pod: name }, ['ss', '-Htlnp', 'sport = :8080']);
      process.kill(Number(/pid=(\d+)/.exec(stdout)?.[1]), 'SIGKILL');
    }),
  );
}

/** New connections to the pods of the catalog are refused, and what comes on open ones is answered with a reset. */
async function withoutWayIn(cluster: string, check: () => Promise<unknown>): Promise<void> {
  const rule = (how: string) =>
    Promise.all(
      mesh
        .pods(cluster, catalog)
        .map(({ namespace, name: pod }) =>
          mesh.exec(cluster, { namespace, pod }, [
            ...['iptables', '-w', how, 'INPUT', '-p', 'tcp', '--dport', '15006'],
            ...['-j', 'REJECT', '--reject-with', 'tcp-reset'],
          ]),
        ),
    );
  // One that a restart has replaced may be going yet: it would be gone before its rule.
  await eventually(() => expect(mesh.pods(cluster, catalog)).toHaveLength(2), { within: 60_000 });
  await rule('-I');
  try {
    await check();
  } finally {
    await rule('-D');
  }
}

/** Changes how often the catalog is tried, for as long as the check takes. */
async function withRetries(attempts: number, check: () => Promise<void>): Promise<void> {
  const patch = (count: number) => {
    const change = ['read', 'write'].map((_, n) => ({
      op: 'replace',
      path: `/spec/http/${n}/retries/attempts`,
      value: count,
    }));
    const name = ['virtualservice', '-n', 'shop', 'store-catalog'];
    return mesh.kubectl('cluster-a', ['patch', ...name, '--type=json', '-p', JSON.stringify(change)]);
  };
  await patch(attempts);
  try {
    await eventually(async () => {
      const routes = await mesh.envoy('cluster-a', web, '/config_dump?resource=dynamic_route_configs');
      expect(routes).toContain(`"num_retries": ${attempts}`);
    });
    await check();
  } finally {
    await patch(2);
  }
}

/** The example with one piece of text replaced. */
async function changed(text: string, by: string): Promise<string> {
  const original = await readFile(spec, 'utf8');
  expect(original).toContain(text);
  const file = join(mesh.folder, 'changed.yaml');
  await writeFile(file, original.replace(text, by));
  return file;
}

/** Four standard deviations around the share of so many independent calls: one test in 16,000 fails by chance. */
function expectShare(count: number, requests: number, share: number): void {
  const deviation = Math.sqrt(requests * share * (1 - share));
  expect(count).toBeGreaterThan(requests * share - 4 * deviation);
  expect(count).toBeLessThan(requests * share + 4 * deviation);
}

function expectSource(report: LoadReport, cluster: string): void {
  expect(report).toMatchObject({ failed: 0, byCluster: { [cluster]: report.requests } });
}

function expectSeconds(seconds: number, expected: number): void {
  expect(seconds).toBeGreaterThan(expected - 0.5);
  expect(seconds).toBeLessThan(expected + 1.5);
}
