import { expect } from 'vitest';
import { eventually, mesh } from '../bench/mesh/fixtures.ts';
import type { Ran, RunOptions } from '../bench/mesh/shell.ts';
import { inPod, talk, type Where } from './tcp.ts';

export const orders = inPod('cluster-a', 'shop', 'orders');
export const reporting = inPod('cluster-a', 'shop', 'reporting');
export const postgres = inPod('cluster-b', 'data', 'postgres');
export const gateway = inPod('cluster-b', 'istio-system', 'istio-eastwestgateway');
export const billing = inPod('cluster-b', 'billing', 'billing');
/** Not in the example: another account of `billing`, a second pod of the database's account, one without a sidecar. */
export const audit = inPod('cluster-b', 'billing', 'audit');
export const standby = inPod('cluster-b', 'data', 'standby');
export const prometheus = inPod('cluster-b', 'monitoring', 'prometheus');

export const remote = 'orders-db.cluster-b.local';
export const local = 'postgres.data';

/** PostgreSQL's request for TLS, which it answers with one letter: N, it has none. */
export const sslRequest = String.raw`\x00\x00\x00\x08\x04\xd2\x16\x2f`;

export const cutOff = {
  code: 2,
  stdout: '',
  stderr: expect.stringContaining('server closed the connection unexpectedly'),
};

export function psql(
  { cluster, pod }: Where,
  host: string,
  sql: string | readonly string[],
  { user = 'postgres', ...options }: RunOptions & { user?: string } = {},
): Promise<Ran> {
  const commands = [sql].flat().flatMap((command) => ['-c', command]);
  return mesh.exec(cluster, pod, ['psql', '-XqAt', '-h', host, '-U', user, 'postgres', ...commands], options);
}

/** What a statement yields; throws when it can't be run. */
export async function query(from: Where, host: string, sql: string): Promise<string> {
  const { code, stdout, stderr } = await psql(from, host, sql);
  if (code !== 0) throw new Error(stderr);
  return stdout.trimEnd();
}

/** What one connection says before and after it has been idle. */
export const afterIdle = (seconds: number): Promise<Ran> =>
  psql(orders, remote, [`select 'before'`, `\\! sleep ${seconds}`, `select 'after'`]);

/** A connection with a query every half a second, until somebody else ends it. */
export interface Busy {
  isOpen(): boolean;
  readonly ended: Promise<{ readonly seconds: number }>;
}

export async function keepBusy({ cluster, pod }: Where, host: string): Promise<Busy> {
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

export const countOfHeld = `select count(*) from pg_stat_activity where application_name = 'held'`;

/** Opens connections from one pod of orders and waits until the database has all of them. */
export async function holdConnections(count: number): Promise<{ release(): Promise<void> }> {
  const [pod] = mesh.pods('cluster-a', orders.pod);
  const one = { cluster: 'cluster-a', pod: { namespace: 'shop', pod: pod?.name ?? '' } };
  const hold = () => psql(one, remote, 'select pg_sleep(60)', { env: { PGAPPNAME: 'held' } });
  const clients = Array.from({ length: count }, hold);
  const release = async () => {
    // a client that cancels its query needs one more connection, so the database ends them
    await query(
      billing,
      local,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'held'`,
    );
    await Promise.all(clients);
  };
  try {
    await eventually(async () => expect(await query(billing, local, countOfHeld)).toBe(String(count)), {
      within: 15_000,
    });
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

/** Has a second pod for as long as it is used. */
export async function anotherPodOf(app: string, use: (pod: Where) => Promise<void>): Promise<void> {
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
export async function limitOf({ cluster, pod }: Where): Promise<number | undefined> {
  const clusters = await mesh.envoy(cluster, pod, '/clusters');
  const line = clusters
    .split('\n')
    .find((one) => one.startsWith(`outbound|5432||${remote}::default_priority::max_connections::`));
  return line === undefined ? undefined : Number(line.split('::').at(-1));
}

/** The first letter of the database's answer to a client without a sidecar. */
export async function plaintextAnswer(): Promise<string> {
  const [pod] = mesh.pods('cluster-b', postgres.pod);
  return (await talk(prometheus, pod?.address ?? '', 5432, sslRequest, { silentSeconds: 0.1 })).answer;
}

/** By an import that is not of the spec, from the other cluster. */
export const metricsFromElsewhere = ({ cluster, pod }: Where) =>
  mesh.request(cluster, pod, 'http://metrics.cluster-b.local:9187/metrics');

async function scrape(): Promise<number> {
  const [pod] = mesh.pods('cluster-b', postgres.pod);
  return (await mesh.request('cluster-b', prometheus.pod, `http://${pod?.address}:9187/metrics`)).status;
}

export type LocalTraffic = Awaited<ReturnType<typeof localTraffic>>;

/** What callers in the database's own cluster get. */
export const localTraffic = async () => ({
  billing: (await psql(billing, local, 'select 1')).stdout,
  audit: (await psql(audit, local, 'select 1')).stdout,
  standby: (await psql(standby, local, 'select 1')).stdout,
  plaintext: await plaintextAnswer(),
  metrics: await scrape(),
  metricsByMtls: (await mesh.request('cluster-b', audit.pod, `http://${local}:9187/metrics`)).status,
});

/** The CA that each mesh signs with, and what cert-manager would be asked for. */
export const authorities = (): Promise<string[]> =>
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
