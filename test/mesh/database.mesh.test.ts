import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applySpec, applyWorkloads, eventually, exampleFolder, mesh, scenario } from '../bench/mesh/fixtures.ts';
import type { Ran, RunOptions } from '../bench/mesh/shell.ts';
import { addressOf, idleTimeouts, inPod, talk, type Where } from './tcp.ts';

const orders = inPod('cluster-a', 'shop', 'orders');
const reporting = inPod('cluster-a', 'shop', 'reporting');
const postgres = inPod('cluster-b', 'data', 'postgres');
const gateway = inPod('cluster-b', 'istio-system', 'istio-eastwestgateway');
const billing = inPod('cluster-b', 'billing', 'billing');
/** Not in the example: another account of `billing`, a second pod of the database's account, one without a sidecar. */
const audit = inPod('cluster-b', 'billing', 'audit');
const standby = inPod('cluster-b', 'data', 'standby');
const prometheus = inPod('cluster-b', 'monitoring', 'prometheus');

const remote = 'orders-db.cluster-b.local';
const local = 'postgres.data';
const sni = 'outbound_.5432_._.postgres.data.svc.cluster.local';
const spec = join(exampleFolder('database'), 'federation.yaml');

scenario('database', () => {
  let folder: string;
  let localBefore: LocalTraffic;
  let authoritiesBefore: string[];
  let applied: string;
  let beforeRestart: { inbound: string | undefined; address: string | undefined };
  /** A connection that is open when the spec is first applied, with a query every half a second. */
  let firstConnection: Busy;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aegis-xc-database-'));
    await mesh.clean();
    await Promise.all([mesh.apply(moreInClusterA, 'cluster-a'), mesh.apply(moreInClusterB, 'cluster-b')]);
    await applyWorkloads('database');
    localBefore = await localTraffic();
    authoritiesBefore = await authorities();
    firstConnection = await keepBusy(billing, local);
    applied = await applySpec(spec);
    beforeRestart = {
      inbound: (await idleTimeouts(postgres)).get('inbound|5432||'),
      address: await addressOf(orders, remote),
    };
    await mesh.restart('cluster-a', 'shop', 'orders', 'reporting');
    await eventually(async () => expect(await query(orders, remote, 'select 1')).toBe('1'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe('who may call', () => {
    test('orders: the command of the README', async () => {
      const { code, stdout } = await mesh.exec('cluster-a', orders.pod, [
        ...['psql', '-h', 'orders-db.cluster-b.local', '-U', 'postgres', '-c', 'select 1'],
      ]);
      expect([code, stdout]).toEqual([0, expect.stringContaining('(1 row)')]);
    });

    test('orders reads and writes, and the database sees its identity', async () => {
      const since = new Date();
      await query(orders, remote, 'create table parcels (id int primary key, town text)');
      await query(orders, remote, `insert into parcels values (1, 'Aachen'), (2, 'Bergen')`);
      expect(await query(orders, remote, 'select town from parcels order by id')).toBe('Aachen\nBergen');
      await eventually(() => {
        expect(mesh.accessLog('cluster-b', postgres.pod, { since })).toContainEqual(
          expect.objectContaining({ sni, peer: 'spiffe://cluster-a.example/ns/shop/sa/orders' }),
        );
      });
    });

    test('reporting is cut off', async () => {
      expect(await psql(reporting, remote, 'select 1')).toMatchObject(cutOff);
      expect(await query(orders, remote, 'select 1')).toBe('1');
    });

    test('a refused caller is cut off as soon as it has sent something, not before', async () => {
      const since = new Date();
      const allowed = await talk(orders, remote, 5432, sslRequest, { silentSeconds: 2 });
      expect(allowed).toEqual({ connected: true, greeting: '', endedInSilence: false, answer: 'N', ended: false });
      const refused = await talk(reporting, remote, 5432, sslRequest, { silentSeconds: 2 });
      expect(refused).toEqual({ connected: true, greeting: '', endedInSilence: false, answer: '', ended: true });
      await eventually(() => {
        expect(mesh.accessLog('cluster-b', postgres.pod, { since })).toContainEqual(
          expect.objectContaining({
            peer: 'spiffe://cluster-a.example/ns/shop/sa/reporting',
            termination: expect.stringContaining('rbac_access_denied'),
            sent: 0,
          }),
        );
      });
    });

    test.each([
      ['billing, which is in the list', billing],
      ["the database's own account", standby],
    ])('in cluster-b: %s', async (_, caller) => {
      expect(await query(caller, local, 'select 1')).toBe('1');
    });

    test('in cluster-b, another account is cut off', async () => {
      expect(await psql(audit, local, 'select 1')).toMatchObject(cutOff);
    });

    test('in cluster-b, nobody gets in without mTLS', async () => {
      expect(await plaintextAnswer()).toBe('');
    });

    test('each of these refusals comes from our objects: without them, all of them get in', async () => {
      await mesh.kubectl('cluster-b', ['delete', 'authorizationpolicy', '-n', 'data', 'orders-postgres']);
      await eventually(async () => expect((await psql(reporting, remote, 'select 1')).stdout).toBe('1\n'));
      expect(await query(audit, local, 'select 1')).toBe('1');
      await mesh.kubectl('cluster-b', ['delete', 'peerauthentication', '-n', 'data', 'orders-postgres']);
      await eventually(async () => expect(await plaintextAnswer()).toBe('N'));

      await applySpec(spec);
      await eventually(async () => expect(await psql(reporting, remote, 'select 1')).toMatchObject(cutOff));
      await eventually(async () => expect(await plaintextAnswer()).toBe(''));
      expect(await psql(audit, local, 'select 1')).toMatchObject(cutOff);
      expect(await query(orders, remote, 'select 1')).toBe('1');
    });

    test("users and tables are the database's own matter", async () => {
      await query(orders, remote, 'create role clerk login; create table salaries (euros int)');
      expect(await psql(orders, remote, 'select 1', { user: 'nobody' })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('role "nobody" does not exist'),
      });
      expect(await psql(orders, remote, 'select * from salaries', { user: 'clerk' })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('permission denied for table salaries'),
      });
    });
  });

  describe('where', () => {
    test('the host has an address of its own, made from its name', async () => {
      const written = await mesh.kubectl('cluster-a', [
        ...[
          'get',
          'serviceentry',
          '-n',
          'aegis-xc',
          'orders-orders-db-cluster-b',
          '-o',
          'jsonpath={.spec.addresses[*]}',
        ],
      ]);
      expect(written).toMatch(/^241\.\d+\.\d+\.\d+$/);
      expect(await addressOf(orders, remote)).toBe(written);
    });

    test('another database on the same port is not in its way', async () => {
      expect(await query(orders, 'ledger.shop', `select current_setting('cluster_name')`)).toBe('');
      await query(orders, 'ledger.shop', 'create table bookings (id int)');
      const tables = `select count(*) from pg_tables where tablename = 'bookings'`;
      expect(await query(orders, 'ledger.shop', tables)).toBe('1');
      expect(await query(orders, remote, tables)).toBe('0');
      const [ledger] = mesh.pods('cluster-a', { namespace: 'shop', app: 'ledger' });
      expect(await query(orders, ledger?.address ?? '', tables)).toBe('1');
    });

    test('the name is known to pods that have started after the apply', async () => {
      expect(beforeRestart.address).toBeUndefined();
      expect(await addressOf(orders, remote)).toBeDefined();
    });
  });

  describe('how many', () => {
    test('a pod of orders may have 20 connections, each of them one of the database', async () => {
      const since = new Date();
      const full = await holdConnections(20);
      try {
        expect(await psql(orders, remote, 'select 1')).toMatchObject(cutOff);
        await eventually(() => {
          const flags = mesh.accessLog('cluster-a', orders.pod, { since }).map((entry) => entry.flags);
          expect(flags).toContainEqual(expect.stringContaining('UO'));
        });
        expect(await query(billing, local, countOfHeld)).toBe('20');
        await anotherPodOf('orders', async (another) => expect(await query(another, remote, 'select 1')).toBe('1'));
      } finally {
        await full.release();
      }
      await eventually(async () => expect(await query(billing, local, countOfHeld)).toBe('0'));
      expect(await query(orders, remote, 'select 1')).toBe('1');
    });

    test('that it is the limit of the spec that refuses: without it there are more', async () => {
      await mesh.kubectl('cluster-a', [
        ...['patch', 'destinationrule', '-n', 'aegis-xc', 'orders-orders-db-cluster-b', '--type=json', '-p'],
        JSON.stringify([{ op: 'remove', path: '/spec/trafficPolicy/connectionPool/tcp/maxConnections' }]),
      ]);
      await eventually(async () => expect(await limitOf(orders)).not.toBe(20));
      const held = await holdConnections(22);
      await held.release();
      await applySpec(spec, '--take-over');
      await eventually(async () => expect(await limitOf(orders)).toBe(20));
    });
  });

  describe('the other port', () => {
    test('is as it was: scraped without mTLS from a pod without a sidecar', async () => {
      expect(await scrape()).toBe(200);
      expect(localBefore.metrics).toBe(200);
    });
  });

  describe('what else the plan has', () => {
    test('the CA of the running meshes is left alone, and apply says so', async () => {
      for (const cluster of ['cluster-a', 'cluster-b']) {
        expect(applied).toContain(`${cluster}: the mesh runs: its CA is left alone`);
      }
      expect(await authorities()).toEqual(authoritiesBefore);
    });

    // nothing in the bench enforces a NetworkPolicy: that it closes anything is not shown
    test('a NetworkPolicy names the addresses that may reach the gateway', async () => {
      const text = await mesh.kubectl('cluster-b', [
        ...['get', 'networkpolicy', '-n', 'istio-system', 'orders-eastwest', '-o', 'json'],
      ]);
      expect(JSON.parse(text).spec).toMatchObject({
        podSelector: { matchLabels: { istio: 'eastwestgateway' } },
        ingress: [
          { from: [{ ipBlock: { cidr: '198.51.100.0/24' } }], ports: [{ port: 15443 }] },
          { ports: expect.any(Array) },
        ],
      });
    });

    test('the first apply has closed the connections of the database, 45 s after its write', async () => {
      expect(applied).toContain('their open TCP connections end 45s after the write');
      const { seconds } = await firstConnection.ended;
      // it began before the apply, which took its time until the write
      expect(seconds).toBeGreaterThan(45);
      expect(seconds).toBeLessThan(80);
    });
  });

  describe('how long', () => {
    test('an idle connection ends after the time of the spec, here 5 s, and one below it lives', async () => {
      const short = await variant('short-idle', 'connectTimeout: 3s', 'connectTimeout: 3s, idleTimeout: 5s');
      await applySpec(short);
      await eventually(async () => {
        expect((await idleTimeouts(orders)).get(`outbound|5432||${remote}`)).toBe('5s');
        expect((await idleTimeouts(gateway)).get(sni)).toBe('5s');
      });
      const [below, above] = await Promise.all([afterIdle(3), afterIdle(8)]);
      expect(below).toMatchObject({ code: 0, stdout: 'before\nafter\n' });
      expect(above).toMatchObject({ code: 2, stdout: 'before\n', stderr: expect.stringContaining('server closed') });

      await applySpec(spec);
      await eventually(async () => {
        expect((await idleTimeouts(orders)).get(`outbound|5432||${remote}`)).toBe('28800s');
        expect((await idleTimeouts(gateway)).get(sni)).toBe('28800s');
      });
      expect(await afterIdle(8)).toMatchObject({ code: 0, stdout: 'before\nafter\n' });
    });

    test('the sidecar of the database has it when its pod has started after the apply', async () => {
      expect(beforeRestart.inbound).toBeUndefined();
      await mesh.kubectl('cluster-b', ['rollout', 'restart', '-n', 'data', 'statefulset', 'postgres']);
      await mesh.waitReady('cluster-b', 'data');
      await eventually(async () => expect((await idleTimeouts(postgres)).get('inbound|5432||')).toBe('28800s'));
      await eventually(async () => expect(await query(orders, remote, 'select 1')).toBe('1'));
    });

    test.each([
      ['the caller', orders, `dst ${'203.0.113.20'}`],
      ['the gateway', gateway, 'dport = :5432'],
    ])('keepalive of %s asks after 5 minutes of silence', async (_, { cluster, pod }, filter) => {
      const idle = psql(orders, remote, 'select pg_sleep(2)');
      await eventually(async () => {
        const { stdout } = await mesh.exec(cluster, pod, ['sh', '-c', `ss -tno state established '${filter}'`]);
        expect(stdout).toMatch(/timer:\(keepalive,(4min\d\d|5min)/);
      });
      await idle;
    });

    test('and gives up after three more, a minute apart: 8 minutes', async () => {
      for (const { cluster, pod } of [orders, gateway]) {
        expect(await mesh.envoy(cluster, pod, '/config_dump?resource=dynamic_active_clusters')).toMatch(
          /"keepalive_probes": 3,\s*"keepalive_time": 300,\s*"keepalive_interval": 60/,
        );
      }
    });
  });

  describe('removal', () => {
    test('a caller that is taken out gets no new connection, and its open one ends within 45 s', async () => {
      const open = await keepBusy(orders, remote);
      await applySpec(await variant('without-orders', 'serviceAccount: orders }', 'serviceAccount: reporting }'));
      const written = performance.now();
      expect(await psql(orders, remote, 'select 1')).toMatchObject(cutOff);
      expect(open.isOpen()).toBe(true);
      expect(await query(reporting, remote, 'select 1')).toBe('1');
      await open.ended;
      expect((performance.now() - written) / 1000).toBeLessThan(48);
    });

    test('after delete the call fails, and local traffic is as it was', async () => {
      const { code } = await mesh.cli([
        'delete',
        '--yes',
        '-f',
        spec,
        '--cluster-a',
        'cluster-a',
        '--cluster-b',
        'cluster-b',
      ]);
      expect(code).toBe(0);
      for (const caller of [orders, reporting]) {
        await eventually(async () => {
          expect(await psql(caller, remote, 'select 1')).toMatchObject({
            code: 2,
            stderr: expect.stringContaining('could not translate host name'),
          });
        });
      }
      await eventually(async () => expect(await localTraffic()).toEqual(localBefore));
      expect(localBefore).toEqual({ billing: '1\n', audit: '1\n', standby: '1\n', plaintext: 'N', metrics: 200 });
    });
  });

  const variant = async (name: string, is: string, becomes: string): Promise<string> => {
    const text = await readFile(spec, 'utf8');
    expect(text).toContain(is);
    const file = join(folder, `${name}.yaml`);
    await writeFile(file, text.replace(is, becomes));
    return file;
  };
});

/** PostgreSQL's request for TLS, which it answers with one letter: N, it has none. */
const sslRequest = String.raw`\x00\x00\x00\x08\x04\xd2\x16\x2f`;

const cutOff = { code: 2, stdout: '', stderr: expect.stringContaining('server closed the connection unexpectedly') };

function psql(
  { cluster, pod }: Where,
  host: string,
  sql: string | readonly string[],
  { user = 'postgres', ...options }: RunOptions & { user?: string } = {},
): Promise<Ran> {
  const commands = [sql].flat().flatMap((command) => ['-c', command]);
  return mesh.exec(cluster, pod, ['psql', '-XqAt', '-h', host, '-U', user, 'postgres', ...commands], options);
}

/** What a statement yields; throws when it can't be run. */
async function query(from: Where, host: string, sql: string): Promise<string> {
  const { code, stdout, stderr } = await psql(from, host, sql);
  if (code !== 0) throw new Error(stderr);
  return stdout.trimEnd();
}

/** What one connection says before and after it has been idle. */
const afterIdle = (seconds: number): Promise<Ran> =>
  psql(orders, remote, [`select 'before'`, `\\! sleep ${seconds}`, `select 'after'`]);

/** A connection with a query every half a second, until somebody else ends it. */
interface Busy {
  isOpen(): boolean;
  readonly ended: Promise<{ readonly seconds: number }>;
}

async function keepBusy({ cluster, pod }: Where, host: string): Promise<Busy> {
  const begin = performance.now();
  let open = true;
  const name = `busy-${Math.round(begin)}`;
  const ended = mesh
    .exec(cluster, pod, ['psql', '-XqAt', '-h', host, '-U', 'postgres'], {
      stdin: 'select 1 \\watch 0.5\n',
      env: { PGAPPNAME: name },
      timeoutMs: 180_000,
    })
    .then(({ stderr }) => {
      open = false;
      expect(stderr).toMatch(/server closed the connection|connection to server was lost/);
      return { seconds: (performance.now() - begin) / 1000 };
    });
  const count = `select count(*) from pg_stat_activity where application_name = '${name}'`;
  await eventually(async () => expect(await query(billing, local, count)).toBe('1'));
  return { isOpen: () => open, ended };
}

const countOfHeld = `select count(*) from pg_stat_activity where application_name = 'held'`;

/** Opens connections from one pod of orders and waits until the database has all of them. */
async function holdConnections(count: number): Promise<{ release(): Promise<void> }> {
  const stopping = new AbortController();
  const [pod] = mesh.pods('cluster-a', orders.pod);
  const one = { cluster: 'cluster-a', pod: { namespace: 'shop', pod: pod?.name ?? '' } };
  const options = { env: { PGAPPNAME: 'held' }, signal: stopping.signal };
  const clients = Array.from({ length: count }, () => psql(one, remote, 'select pg_sleep(50)', options));
  const release = async () => {
    stopping.abort();
    await Promise.all(clients);
  };
  await eventually(async () => expect(await query(billing, local, countOfHeld)).toBe(String(count)), {
    within: 15_000,
  }).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  return { release };
}

/** Has a second pod for as long as it is used. */
async function anotherPodOf(app: string, use: (pod: Where) => Promise<void>): Promise<void> {
  const known = new Set(mesh.pods('cluster-a', { namespace: 'shop', app }).map(({ name }) => name));
  await mesh.scale('cluster-a', 'shop', `deployment/${app}`, 2);
  await mesh.waitReady('cluster-a', 'shop');
  const added = mesh.pods('cluster-a', { namespace: 'shop', app }).find(({ name }) => !known.has(name));
  await use({ cluster: 'cluster-a', pod: { namespace: 'shop', pod: added?.name ?? '' } });
  await mesh.kubectl('cluster-a', [
    'annotate',
    'pod',
    '-n',
    'shop',
    added?.name ?? '',
    'controller.kubernetes.io/pod-deletion-cost=-1',
  ]);
  await mesh.scale('cluster-a', 'shop', `deployment/${app}`, 1);
  await mesh.waitReady('cluster-a', 'shop');
}

/** How many connections to the imported host a proxy may have. */
async function limitOf({ cluster, pod }: Where): Promise<number | undefined> {
  const clusters = await mesh.envoy(cluster, pod, '/clusters');
  const line = clusters
    .split('\n')
    .find((one) => one.startsWith(`outbound|5432||${remote}::default_priority::max_connections::`));
  return line === undefined ? undefined : Number(line.split('::').at(-1));
}

/** The first letter of the database's answer to a client without a sidecar. */
async function plaintextAnswer(): Promise<string> {
  const [pod] = mesh.pods('cluster-b', postgres.pod);
  return (await talk(prometheus, pod?.address ?? '', 5432, sslRequest, { silentSeconds: 0.1 })).answer;
}

async function scrape(): Promise<number> {
  const [pod] = mesh.pods('cluster-b', postgres.pod);
  return (await mesh.request('cluster-b', prometheus.pod, `http://${pod?.address}:9187/metrics`)).status;
}

type LocalTraffic = Awaited<ReturnType<typeof localTraffic>>;

/** What callers in the database's own cluster get. */
const localTraffic = async () => ({
  billing: (await psql(billing, local, 'select 1')).stdout,
  audit: (await psql(audit, local, 'select 1')).stdout,
  standby: (await psql(standby, local, 'select 1')).stdout,
  plaintext: await plaintextAnswer(),
  metrics: await scrape(),
});

/** The CA that each mesh signs with, and what cert-manager would be asked for. */
const authorities = (): Promise<string[]> =>
  Promise.all(
    ['cluster-a', 'cluster-b'].flatMap((cluster) => [
      mesh.kubectl(cluster, [
        'get',
        'secret',
        '-n',
        'istio-system',
        'cacerts',
        '-o',
        'jsonpath={.metadata.resourceVersion}',
      ]),
      mesh.kubectl(cluster, ['get', 'certificates', '-A', '-o', 'name']),
    ]),
  );

const client = (namespace: string, app: string, account = app) => `
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ${account}, namespace: ${namespace}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${app}, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: ${app}}}
  template:
    metadata: {labels: {app: ${app}}}
    spec: {serviceAccountName: ${account}, containers: [{name: ${app}, image: "postgres:18-alpine", command: [sleep, infinity]}]}
`;

const namespace = (name: string, labels = '{istio-injection: enabled}') => `
---
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: ${labels}}
`;

const moreInClusterB = [
  namespace('billing'),
  client('billing', 'audit'),
  namespace('data'),
  client('data', 'standby', 'postgres'),
  namespace('monitoring', '{}'),
  client('monitoring', 'prometheus'),
].join('');

/** A database that orders has in its own cluster. */
const moreInClusterA = `${namespace('shop')}
---
apiVersion: v1
kind: Service
metadata: {name: ledger, namespace: shop}
spec: {selector: {app: ledger}, ports: [{name: tcp-postgres, port: 5432}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ledger, namespace: shop}
spec:
  selector: {matchLabels: {app: ledger}}
  template:
    metadata: {labels: {app: ledger}}
    spec:
      containers:
        - name: postgres
          image: postgres:18-alpine
          env: [{name: POSTGRES_HOST_AUTH_METHOD, value: trust}]
          ports: [{containerPort: 5432}]
`;
