import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import {
  afterIdle,
  anotherPodOf,
  audit,
  authorities,
  type Busy,
  billing,
  countOfHeld,
  cutOff,
  gateway,
  holdConnections,
  keepBusy,
  type LocalTraffic,
  limitOf,
  local,
  localTraffic,
  metricsFromElsewhere,
  orders,
  plaintextAnswer,
  postgres,
  psql,
  query,
  remote,
  reporting,
  sslRequest,
  standby,
} from './database-callers.ts';
import { metricsImport, metricsSni, moreInClusterA, moreInClusterB } from './database-objects.ts';
import { addressOf, connects, idleTimeouts, inPod, talk } from './tcp.ts';

const sni = 'outbound_.5432_._.postgres.data.svc.cluster.local';
const spec = join(exampleFolder('database'), 'federation.yaml');

scenario('database', () => {
  let folder: string;
  let localBefore: LocalTraffic;
  let authoritiesBefore: string[];
  let readme: Followed[];
  let applied: string;
  let beforeRestart: { inbound: string | undefined; address: string | undefined };
  /** A connection that is open when the spec is first applied, with a query every half a second. */
  let firstConnection: Busy;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aegis-xc-database-'));
    readme = await stageExample('database', {
      beforeApply: async () => {
        await Promise.all([mesh.apply(moreInClusterA, 'cluster-a'), mesh.apply(moreInClusterB, 'cluster-b')]);
        await Promise.all(mesh.names.map((cluster) => waitForAll(cluster)));
        localBefore = await localTraffic();
        authoritiesBefore = await authorities();
        firstConnection = await keepBusy(billing, local);
      },
    });
    applied = readme.find(({ command }) => command.startsWith('aegis-xc apply'))?.stderr ?? '';
    await mesh.apply(metricsImport, 'cluster-a');
    beforeRestart = {
      inbound: (await idleTimeouts(postgres)).get('inbound|5432||'),
      address: await addressOf(reporting, remote), // the README restarts orders only
    };
    await mesh.restart('cluster-a', 'shop', 'reporting');
    await eventually(async () => expect(await query(orders, remote, 'select 1')).toBe('1'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe('who may call', () => {
    test('orders: the commands of the README', () => {
      expect(readme.at(-1)).toMatchObject({ code: 0, stdout: expect.stringContaining('(1 row)') });
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
      await eventually(async () => expect(await query(audit, local, 'select 1')).toBe('1'));
      await eventually(async () => expect(await metricsFromElsewhere(reporting)).toMatchObject({ status: 200 }));
      await mesh.kubectl('cluster-b', ['delete', 'peerauthentication', '-n', 'data', 'orders-postgres']);
      await eventually(async () => expect(await plaintextAnswer()).toBe('N'));

      await applySpec(spec);
      await eventually(async () => expect(await psql(reporting, remote, 'select 1')).toMatchObject(cutOff));
      await eventually(async () => expect(await plaintextAnswer()).toBe(''));
      await eventually(async () => expect(await psql(audit, local, 'select 1')).toMatchObject(cutOff));
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
      expect(await addressOf(reporting, remote)).toBeDefined();
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
        JSON.stringify([
          { op: 'remove', path: '/spec/trafficPolicy/portLevelSettings/0/connectionPool/tcp/maxConnections' },
        ]),
      ]);
      await eventually(async () => expect(await limitOf(orders)).not.toBe(20));
      const held = await holdConnections(22);
      await held.release();
      await applySpec(spec, '--take-over');
      await eventually(async () => expect(await limitOf(orders)).toBe(20));
    });
  });

  describe('the other port', () => {
    test('is as it was in its own cluster: without mTLS, and for every account', async () => {
      // the sidecar of a caller may still have a connection that ends with the policy's last change
      await eventually(async () => {
        const { metrics, metricsByMtls } = await localTraffic();
        expect({ metrics, metricsByMtls }).toEqual({ metrics: 200, metricsByMtls: 200 });
      });
      expect(localBefore).toMatchObject({ metrics: 200, metricsByMtls: 200 });
    });

    test('is not open to the other cluster, although the gateway has a way to every port of the Service', async () => {
      expect((await idleTimeouts(gateway)).keys()).toContain(metricsSni);
      for (const caller of [orders, reporting]) {
        // a connection that was there before the policy may live on for the time that Envoy drains it, 45 s
        await eventually(
          async () =>
            expect(await metricsFromElsewhere(caller)).toMatchObject({ status: 403, body: 'RBAC: access denied' }),
          { within: 50_000 },
        );
      }
    });
  });

  describe('what else the plan has', () => {
    test('the CA of the running meshes is left alone, and apply says so', async () => {
      for (const cluster of ['cluster-a', 'cluster-b']) {
        expect(applied).toContain(`${cluster}: the mesh runs: its CA is left alone`);
      }
      expect(await authorities()).toEqual(authoritiesBefore);
    });

    test('a NetworkPolicy lets nobody but the addresses of the spec reach the gateway, and leaves its other ports open', async () => {
      const elsewhere = inPod('cluster-a', 'istio-system', 'istio-eastwestgateway'); // it calls from 203.0.113.10
      const reach = (port: number) => connects(elsewhere, '203.0.113.20', port);
      expect(await query(orders, remote, 'select 1')).toBe('1');
      expect([await reach(15443), await reach(15021)]).toEqual([false, true]);
      await mesh.kubectl('cluster-b', ['delete', 'networkpolicy', '-n', 'istio-system', 'orders-eastwest']);
      await eventually(async () => expect(await reach(15443)).toBe(true));
      await applySpec(spec);
      await eventually(async () => expect(await reach(15443)).toBe(false));
    });

    test('the first apply has closed the connections of the database, 45 s after its write', async () => {
      expect(applied).toContain('their open TCP connections end 45s after the write');
      const { seconds } = await firstConnection.ended;
      // it began before the apply, which took its time until the write
      expect(seconds).toBeGreaterThan(45);
      expect(seconds).toBeLessThan(100);
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
      expect((performance.now() - written) / 1000).toBeLessThan(52);
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
      expect(localBefore).toEqual({
        ...{ billing: '1\n', audit: '1\n', standby: '1\n' },
        ...{ plaintext: 'N', metrics: 200, metricsByMtls: 200 },
      });
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
