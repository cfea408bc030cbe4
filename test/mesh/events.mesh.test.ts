import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
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
import type { Followed } from '../bench/mesh/readme.ts';
import type { Ran } from '../bench/mesh/shell.ts';
import { addressOf, inPod, talk, type Where } from './tcp.ts';

const publisher = inPod('cluster-a', 'shop', 'publisher');
const reporting = inPod('cluster-a', 'shop', 'reporting');
const subscriber = inPod('cluster-b', 'messaging', 'subscriber');
const gateway = { namespace: 'istio-system', app: 'istio-eastwestgateway' };
const remoteNats = 'nats://nats.cluster-b.local:4222';
const localNats = 'nats://nats.messaging:4222';
const spec = join(exampleFolder('events'), 'federation.yaml');

scenario('events', () => {
  let localBefore: LocalTraffic;
  let readme: Followed[];

  beforeAll(async () => {
    readme = await stageExample('events', {
      beforeApply: async () => {
        await Promise.all(mesh.names.map((cluster) => waitForAll(cluster)));
        localBefore = await localTraffic();
      },
    });
    await eventually(async () =>
      expect(await nats(publisher, '-s', remoteNats, 'pub', 'first', 'x')).toMatchObject({ code: 0 }),
    );
  });

  describe('NATS', () => {
    test('what is published in one cluster arrives in the other: the commands of the README', () => {
      const [subscribed, published] = readme.slice(-2);
      expect(published).toMatchObject({ code: 0 });
      expect(subscribed?.stdout).toBe('orders.new hello\n');
    });

    test('a subscriber in cluster-a gets what is published in cluster-b', async () => {
      const received = await subscribe(publisher, ['-s', remoteNats, 'sub', 'orders.paid', '--count=1']);
      await nats(subscriber, '-s', localNats, 'pub', 'orders.paid', 'invoice 7');
      expect(await received.messages()).toEqual(['orders.paid invoice 7']);
    });

    test('a request is answered across the border', async () => {
      const answered = await subscribe(subscriber, ['-s', localNats, 'reply', 'stock.parcels', '42 left', '--count=1']);
      const { stdout } = await nats(publisher, '-s', remoteNats, 'request', 'stock.parcels', 'how many');
      expect(stdout).toBe('42 left\n');
      expect(await answered.messages()).toEqual(['stock.parcels how many']);
    });

    test('a client connects again when the gateway has restarted', async () => {
      const received = await subscribe(subscriber, ['-s', localNats, 'sub', 'orders.many', '--count=1000']);
      const many = ['pub', 'orders.many', 'parcel {{Count}}', '--count=40', '--sleep=200ms'];
      const publishing = nats(publisher, '-s', remoteNats, ...many);
      await eventually(async () => expect((await received.soFar()).length).toBeGreaterThan(3));
      await mesh.restart('cluster-b', 'istio-system', 'istio-eastwestgateway');
      expect(await publishing).toMatchObject({ code: 0, stderr: expect.stringContaining('reconnected') });
      await eventually(async () => expect(await received.soFar()).toContain('orders.many parcel 40'));
      const lost = 40 - (await received.soFar()).length;
      expect(lost).toBeLessThanOrEqual(2); // what was under way when the connection ended
      await received.stop();
    });

    test('a refused account reads the greeting and no more: it is refused when it speaks', async () => {
      const since = new Date();
      expect(await ping(publisher)).toEqual({ ...greeted, answer: 'PONG', ended: false });
      expect(await ping(reporting)).toEqual({ ...greeted, answer: '', ended: true });
      await eventually(() => {
        expect(mesh.accessLog('cluster-b', { namespace: 'messaging', app: 'nats' }, { since })).toContainEqual(
          expect.objectContaining({
            peer: 'spiffe://cluster-a.example/ns/shop/sa/reporting',
            termination: expect.stringContaining('rbac_access_denied'),
          }),
        );
      });
    });

    test('so it publishes nothing', async () => {
      const received = await subscribe(subscriber, ['-s', localNats, 'sub', 'orders.>', '--count=1']);
      expect((await nats(reporting, '-s', remoteNats, 'pub', 'orders.forged', 'x', '--timeout=2s')).code).not.toBe(0);
      await nats(publisher, '-s', remoteNats, 'pub', 'orders.real', 'x');
      expect(await received.messages()).toEqual(['orders.real x']);
    });

    test.each([
      ['a server of a NATS cluster tells its clients the addresses of its peers', {}, expect.stringMatching(/:430\d$/)],
      ['with `no_advertise` it tells none', { cluster: 'no_advertise: true' }, undefined],
      [
        'with `client_advertise` it tells the federated host',
        { top: 'client_advertise: "nats.cluster-b.local:4222"' },
        'nats.cluster-b.local:4222',
      ],
    ])('%s', async (_, settings, told) => {
      const urls = await advertised(settings);
      expect(urls.length > 0).toBe(told !== undefined);
      for (const url of urls) expect(url).toEqual(told);
    });
  });

  describe('Kafka', () => {
    test.each(brokers)('the host of broker %i reaches it and no other', async (n) => {
      const ask = () => talk(publisher, hostOf(n), 9094, hello, quick);
      const answers = await Promise.all(Array.from({ length: 6 }, ask));
      expect(new Set(answers.map(({ answer }) => answer))).toEqual(new Set([`kafka-${n}:9094 hello`]));
    });

    test.each(brokers)('broker %i refuses an account that is not in the list', async (n) => {
      expect(await talk(reporting, hostOf(n), 9094, hello, quick)).toMatchObject(refused);
    });

    test.each([9092, 9093])('the brokers reach each other on their own port %i', async (port) => {
      const from = { cluster: 'cluster-b', pod: { namespace: 'messaging', pod: 'kafka-0' } };
      const { answer } = await talk(from, 'kafka-1.kafka.messaging', port, hello, quick);
      expect(answer).toBe(`kafka-1:${port} hello`);
    });

    test('another account of their cluster does not: `localCallers` does not name it', async () => {
      expect(await askLocally()).toMatchObject(refused);
    });

    test.each(brokers)('the script of broker %i advertises its federated host, and its own to brokers', async (n) => {
      const script = (await kafkaScript()).replace('exec /etc/kafka/docker/run', 'printenv KAFKA_ADVERTISED_LISTENERS');
      const env = { HOSTNAME: `kafka-${n}` };
      const { stdout } = await mesh.exec('cluster-b', subscriber.pod, ['sh', '-c', script], { env });
      const [own, federated] = stdout.trim().split(',');
      expect(own).toBe(`BROKER://kafka-${n}.kafka.messaging:9092`);
      expect(federated).toBe(`FEDERATION://${hostOf(n)}:9094`);
    });
  });

  describe('RabbitMQ', () => {
    test('its host reaches it', async () => {
      const { answer } = await talk(publisher, 'rabbitmq.cluster-b.local', 5672, hello, quick);
      expect(answer).toMatch(/^rabbitmq-\S+:5672 hello$/);
    });

    test('it refuses an account that is not in the list', async () => {
      expect(await askRabbit()).toMatchObject(refused);
    });
  });

  test('each of the five hosts has an address of its own', async () => {
    const addresses = await Promise.all(hosts.map((host) => addressOf(publisher, host)));
    expect(addresses).toEqual(hosts.map(() => expect.stringMatching(/^241\./)));
    expect(new Set(addresses).size).toBe(5);
  });

  test('the gateway has a way to these five ports, and to no clustering port', async () => {
    const listeners = await mesh.envoy('cluster-b', gateway, '/config_dump?resource=dynamic_listeners');
    expect([...new Set(listeners.match(/outbound_\.\d+_\._\.[a-z0-9.-]+/g))].sort()).toEqual([
      'outbound_.4222_._.nats.messaging.svc.cluster.local',
      'outbound_.5672_._.rabbitmq.messaging.svc.cluster.local',
      ...brokers.map((n) => `outbound_.9094_._.events-kafka-${n}.messaging.svc.cluster.local`),
    ]);
  });

  test('each of these refusals comes from a policy: without it, all of them get in', async () => {
    const policies = ['events-nats', 'events-kafka', 'events-rabbitmq'];
    await mesh.kubectl('cluster-b', ['delete', 'authorizationpolicy', '-n', 'messaging', ...policies]);
    await eventually(async () => expect(await ping(reporting)).toMatchObject({ answer: 'PONG' }));
    expect((await nats(reporting, '-s', remoteNats, 'pub', 'orders.forged', 'x')).code).toBe(0);
    for (const n of brokers) {
      await eventually(async () => {
        expect((await talk(reporting, hostOf(n), 9094, hello, quick)).answer).toBe(`kafka-${n}:9094 hello`);
      });
    }
    expect((await askLocally()).answer).toBe('kafka-1:9092 hello');
    await eventually(async () => expect((await askRabbit()).answer).toContain('hello'));

    await applySpec(spec);
    await eventually(async () => {
      expect(await ping(reporting)).toMatchObject({ answer: '', ended: true });
      expect(await askLocally()).toMatchObject(refused);
      expect(await askRabbit()).toMatchObject(refused);
    });
  });

  test('after delete nothing gets across, and local traffic is as it was', async () => {
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
    for (const host of hosts) await eventually(async () => expect(await addressOf(publisher, host)).toBeUndefined());
    expect((await nats(publisher, '-s', remoteNats, 'pub', 'orders.new', 'x', '--timeout=2s')).code).not.toBe(0);
    await eventually(async () => expect(await localTraffic()).toEqual(localBefore));
    expect(localBefore).toEqual({ nats: 0, kafka: 'kafka-1:9092 hello', rabbitmq: 'hello' });
  });
});

const brokers = [0, 1, 2] as const;
const hostOf = (n: number): string => `kafka-${n}.cluster-b.local`;
const hosts = ['nats.cluster-b.local', 'rabbitmq.cluster-b.local', ...brokers.map(hostOf)];

const hello = String.raw`hello\n`;
const quick = { silentSeconds: 0.1 };
const refused = { connected: true, answer: '', ended: true };
const greeted = { connected: true, greeting: expect.stringMatching(/^INFO \{.*"server_id"/), endedInSilence: false };

const nats = ({ cluster, pod }: Where, ...args: string[]): Promise<Ran> =>
  mesh.exec(cluster, pod, ['nats', ...args], { timeoutMs: 100_000 });

/** NATS' own words for "are you there". */
const ping = (from: Where) =>
  talk(from, 'nats.cluster-b.local', 4222, String.raw`CONNECT {"verbose":false}\r\nPING\r\n`, { silentSeconds: 0.5 });

const askRabbit = () => talk(reporting, 'rabbitmq.cluster-b.local', 5672, hello, quick);
const askLocally = () => talk(subscriber, 'kafka-1.kafka.messaging', 9092, hello, quick);

type LocalTraffic = Awaited<ReturnType<typeof localTraffic>>;

/** What a client in the brokers' own cluster gets. */
const localTraffic = async () => ({
  nats: (await nats(subscriber, '-s', localNats, 'pub', 'orders.local', 'x')).code,
  kafka: (await askLocally()).answer,
  rabbitmq: (await talk(subscriber, 'rabbitmq.messaging', 5672, hello, quick)).answer.split(' ').at(-1),
});

interface Subscription {
  /** When it has ended. */
  messages(): Promise<string[]>;
  soFar(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Runs a command that subscribes, and waits until it has. */
async function subscribe({ cluster, pod }: Where, args: readonly string[]): Promise<Subscription> {
  const [place] = mesh.pods(cluster, pod);
  const file = `subscription-${Math.round(performance.now())}`;
  const stopping = new AbortController();
  const script = `exec nats "$@" >${file} 2>${file}.said`;
  const options = { timeoutMs: 110_000, signal: stopping.signal };
  const over = mesh.exec(cluster, pod, ['sh', '-c', script, 'sh', ...args], options);
  const read = (name: string) => readFile(join(place?.folder ?? '', name), 'utf8');
  const soFar = async () => (await read(file)).split('\n').filter((line) => line !== '');
  await eventually(async () => expect(await read(`${file}.said`)).toContain('subscribed'));
  return {
    messages: async () => {
      expect(await over).toMatchObject({ code: 0 });
      return await soFar();
    },
    soFar,
    stop: async () => {
      stopping.abort();
      await over;
    },
  };
}

/** What a server with a peer tells its clients about where to connect. Both run in one pod. */
async function advertised({ top = '', cluster = '' }: { top?: string; cluster?: string }): Promise<string[]> {
  const { stdout, stderr } = await mesh.exec('cluster-b', subscriber.pod, ['bash', '-c', twoServers, top, cluster]);
  expect(stdout, stderr).toMatch(/^INFO /);
  return infoSchema.parse(JSON.parse(stdout.slice('INFO '.length))).connect_urls;
}

const infoSchema = z.object({ connect_urls: z.array(z.string()).default([]) });

const twoServers = `
start() { # own number, a setting, the number of the peer, a setting of the cluster
  echo "port: 430$1
$2
cluster { name: try, listen: "127.0.0.1:630$1", routes: ["nats://127.0.0.1:630$3"], $4 }" >"try-$1.conf"
  rm -f "try-$1.log"
  nats-server -c "try-$1.conf" -l "try-$1.log" &
}
trap 'kill %1 %2; wait' EXIT
start 1 "$0" 2 "$1"
start 2 "$0" 1 "$1"
for _ in $(seq 100); do grep -q 'Route connection created' try-1.log 2>/dev/null && break; sleep 0.1; done
sleep 0.5
exec 3<>/dev/tcp/127.0.0.1/4301
IFS= read -r -t 3 line <&3
echo "$line"
`;

const statefulSet = z.object({
  kind: z.literal('StatefulSet'),
  spec: z.object({
    template: z.object({ spec: z.object({ containers: z.array(z.object({ args: z.array(z.string()) })) }) }),
  }),
});

/** What the brokers of the example start with. */
async function kafkaScript(): Promise<string> {
  const text = await readFile(join(exampleFolder('events'), 'workloads', 'cluster-b.yaml'), 'utf8');
  const found = loadAll(text).flatMap((document) => statefulSet.safeParse(document).data ?? []);
  const script = found[0]?.spec.template.spec.containers[0]?.args[0];
  if (script === undefined) throw new Error('the example has no brokers');
  return script;
}
