import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, exampleFolder, scenario } from '../bench/mesh/fixtures.ts';
import { type Followed, followReadme } from '../bench/mesh/readme.ts';
import { type OwnMesh, startMesh } from '../bench/mesh/start.ts';

const frontend = { namespace: 'shop', app: 'frontend' };
const batch = { namespace: 'backend', app: 'batch' };
const web = { namespace: 'web', app: 'web' };
const catalog = { namespace: 'shop', app: 'catalog' };
const catalogUrl = 'http://catalog.xc.global:8080';

let mesh: OwnMesh;

/** The negative control of all scenarios: the same commands, where each mesh has a root that the other one does not know. */
scenario('two meshes that do not trust each other', scenes, () => mesh);

function scenes(): void {
  let http: Followed[];
  let events: Followed[];
  let database: Followed[];
  let microservices: Followed[];

  beforeAll(async () => {
    mesh = await startMesh({ trust: 'strangers' });
    const follow = (name: string) => followReadme(mesh, exampleFolder(name));
    http = await follow('service-to-service'); // makes the Namespaces of the program
    [events, database, microservices] = await Promise.all([
      follow('events'),
      follow('database'),
      follow('microservices'),
    ]);
  });

  afterAll(() => mesh?.stop());

  test('no command of a README gets an answer from the other cluster', () => {
    expect(http.slice(-2)).toMatchObject([
      { command: expect.stringContaining('deploy/frontend'), stdout: expect.stringContaining('connect error') },
      { command: expect.stringContaining('deploy/reporting'), stdout: expect.stringContaining('connect error') },
    ]);
    expect(events.slice(-2)).toMatchObject([
      { command: expect.stringContaining(' sub '), stdout: '' },
      { command: expect.stringContaining(' pub '), stdout: '', code: 1 },
    ]);
    expect(database.slice(-1)).toMatchObject([
      {
        command: expect.stringContaining('psql'),
        stdout: '',
        code: 2,
        stderr: expect.stringContaining('closed the connection'),
      },
    ]);
  });

  describe('services over both clusters', () => {
    const load = (from: typeof web, url: string) => mesh.load('cluster-a', from, url, { seconds: 3, rate: 60 }).report;

    test('the pod beside the caller answers the command of the README', () => {
      const pods = mesh.pods('cluster-a', catalog).map(({ name }) => name);
      expect(pods).toContain(microservices.at(-1)?.stdout);
    });

    test('the share of the other cluster gets no answer, its own share does', async () => {
      const { byStatus, byCluster, requests } = await load(web, 'http://reviews.xc.global:8080');
      expect(Object.keys(byStatus).sort()).toEqual(['200', '503']);
      expect(byCluster).toEqual({ 'cluster-a': byStatus['200'] });
      expect(byStatus['200']).toBeGreaterThan(requests / 2);
    });

    test('a service that only the other cluster has does not answer', async () => {
      const answer = await mesh.request('cluster-a', catalog, 'http://checkout.cluster-b.local');
      expect(answer).toMatchObject({ status: 503, from: undefined });
    });

    test('nobody takes over when the pods beside the caller have gone', async () => {
      await mesh.scale('cluster-a', 'shop', 'deploy/catalog', 0);
      await eventually(async () => expect((await mesh.request('cluster-a', web, catalogUrl)).status).toBe(503));
      const { byStatus, requests } = await load(web, catalogUrl);
      expect(byStatus).toEqual({ 503: requests });
    });
  });

  test('it is the root: the callers do not accept the certificate of the server', async () => {
    const since = new Date();
    await mesh.request('cluster-a', frontend, 'http://backend-api.cluster-b.local/api/health');
    await eventually(() => {
      expect(mesh.accessLog('cluster-a', frontend, { since })).toMatchObject([
        { status: 503, upstreamFailure: expect.stringContaining('CERTIFICATE_VERIFY_FAILED') },
      ]);
    });
  });

  test('doctor names the roots first', async () => {
    const spec = join(exampleFolder('service-to-service'), 'federation.yaml');
    const clusters = ['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b'];
    const line = ['doctor', '-f', spec, '--symptom', 'CERTIFICATE_VERIFY_FAILED', ...clusters, '-o', 'json'];
    const { code, stdout } = await mesh.cli(line);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).diagnoses[0].causes[0]).toMatchObject({
      cause: 'roots-are-not-trusted',
      state: 'confirmed',
    });
  });

  describe('within a cluster calls are as ever', () => {
    test.each([
      ['backend', batch, 'http://backend-api.backend/anything'],
      ['catalog, by its global name', web, catalogUrl],
      ['catalog, by its own', web, 'http://catalog.shop:8080'],
      ['reviews', web, 'http://reviews.shop:8080'],
    ])('%s', async (_, from, url) => {
      const answer = await mesh.request('cluster-b', from, url);
      expect([answer.status, answer.from?.cluster]).toEqual([200, 'cluster-b']);
    });

    test('the database', async () => {
      const argv = ['psql', '-XqAt', '-h', 'postgres.data', '-U', 'postgres', 'postgres', '-c', 'select 1'];
      expect(await mesh.exec('cluster-b', { namespace: 'billing', app: 'billing' }, argv)).toMatchObject({
        stdout: '1\n',
      });
    });

    test('the broker', async () => {
      const argv = ['nats', '-s', 'nats://nats.messaging:4222', 'pub', 'orders.local', 'x'];
      expect(await mesh.exec('cluster-b', { namespace: 'messaging', app: 'subscriber' }, argv)).toMatchObject({
        code: 0,
      });
    });
  });
}
