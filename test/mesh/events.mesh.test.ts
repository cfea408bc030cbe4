import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import * as z from 'zod';
import { beforeAll, describe, expect, test } from 'vitest';
import { applySpec, eventually, exampleFolder, mesh, scenario, stageExample } from '../bench/mesh/fixtures.ts';
import type { Ran } from '../bench/mesh/shell.ts';
import { addressOf, inPod, talk, type Where } from './tcp.ts';

const publisher = inPod('cluster-a', 'shop', 'publisher');
const reporting = inPod('cluster-a', 'shop', 'reporting');
const subscriber = inPod('cluster-b', 'messaging', 'subscriber');
const gateway = inPod('cluster-b', 'istio-system', 'istio-eastwestgateway');
const broker = (n: number): Where => ({ cluster: 'cluster-b', pod: { namespace: 'messaging', pod: `kafka-${n}` } });

const remoteNats = 'nats://nats.cluster-b.local:4222';
const localNats = 'nats://nats.messaging:4222';
const spec = join(exampleFolder('events'), 'federation.yaml');

scenario('events', () => {
  let localBefore: LocalTraffic;

  beforeAll(async () => {
    await stageExample('events', { restart: { 'cluster-a': { shop: ['publisher', 'reporting'] } } });
    await eventually(async () => expect(await publish(publisher, remoteNats, 'orders.first', 'x')).toMatchObject({ code: 0 }));
  });

  describe('NATS', () => {
    test('what is published in one cluster arrives in the other: the commands of the README', async () => {
      const received = subscribe(subscriber, localNats, 1);
      await received.ready;
      const { code } = await nats(publisher, '-s', 'nats://nats.cluster-b.local:4222', 'pub', 'orders.new', 'hello');
      expect(code).toBe(0);
      expect((await received.over).stdout).toContain('hello');
    });

    test('and the other way on the same kind of connection', async () => {
      const received = subscribe(publisher, remoteNats, 1);
      await received.ready;
      await publish(subscriber, localNats, 'orders.paid', 'invoice 7');
      expect((await received.over).stdout).toContain('invoice 7');
    });

    test('a request is answered across the border', async () => {
      const answering = nats(subscriber, '-s', localNats, 'reply', 'stock.parcels', '42 left', '--count=1');
      await eventually(async () => {
        const { stdout } = await nats(publisher, '-s', remoteNats, 'request', 'stock.parcels', '?', '--timeout=1s');
        expect(stdout).toContain('42 left');
      });
      await answering;
    });

    test('clients come back when the gateway has restarted, and nothing that they published is lost', async () => {
      const received = subscribe(subscriber, localNats, 60);
      await received.ready;
      const publishing = nats(publisher, '-s', remoteNats, 'pub', 'orders.many', 'parcel {{Count}}', '--count=60', '--sleep=300ms');
      await eventually(() => expect(received.seen()).toBeGreaterThan(3));
      await mesh.restart('cluster-b', 'istio-system', 'istio-eastwestgateway');
      expect(await publishing).toMatchObject({ code: 0 });
      expect((await received.over).stdout).toContain('parcel 60');
    });

    test('a refused account reads the greeting and no more; that is when the policy refuses', async () => {
      const since = new Date();
      const greeting = expect.stringMatching(/^INFO \{"server_id"/);
      expect(await ping(publisher)).toEqual({ connected: true, greeting, endedInSilence: false, answer: 'PONG', ended: false });
      expect(await ping(reporting)).toEqual({ connected: true, greeting, endedInSilence: false, answer: '', ended: true });
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
      const received = subscribe(subscriber, localNats, 1);
      await received.ready;
      expect((await publish(reporting, remoteNats, 'orders.forged', 'forged')).code).not.toBe(0);
      await publish(publisher, remoteNats, 'orders.real', 'real');
      expect((await received.over).stdout).not.toContain('forged');
    });

    test('without the policy it gets in', async () => {
      await withoutPolicy('events-nats', async () => {
        await eventually(async () => expect(await ping(reporting)).toMatchObject({ answer: 'PONG', ended: false }));
        expect(await publish(reporting, remoteNats, 'orders.forged', 'forged')).toMatchObject({ code: 0 });
      });
      await eventually(async () => expect(await ping(reporting)).toMatchObject({ answer: '', ended: true }));
    });

    test.each([
      ['a server of a NATS cluster tells its clients where its peers are', '', true],
      ['with `no_advertise` it does not', 'no_advertise: true', false],
      ['with `client_advertise` it tells them the federated host', 'client_advertise', true],
    ])('%s', async (_, setting, tells) => {
      const urls = await advertised(setting);
      expect(urls.length > 0).toBe(tells);
      const federated = urls.every((url) => url === 'nats.cluster-b.local:4222');
      expect(federated).toBe(setting !== '');
    });
  });

  describe('Kafka', () => {
    const hosts = [0, 1, 2].map((n) => `kafka-${n}.cluster-b.local`);

    test('each broker has a host with an address of its own', async () => {
      const addresses = await Promise.all(hosts.map((host) => addressOf(publisher, host)));
      expect(new Set(addresses).size).toBe(3);
      for (const address of addresses) expect(address).toMatch(/^241\./);
    });

    test.each(hosts.map((host, n) => [host, `kafka-${n}`]))('%s reaches %s, and no other', async (host, pod) => {
      const answers = await Promise.all(Array.from({ length: 6 }, () => talk(publisher, host, 9094, hello, quick)));
      expect(new Set(answers.map(({ answer }) => answer))).toEqual(new Set([`${pod}:9094 hello`]));
    });

    test('an account that is not in the list is refused, by the policy', async () => {
      const ask = () => talk(reporting, 'kafka-1.cluster-b.local', 9094, hello, quick);
      expect(await ask()).toMatchObject(refused);
      await withoutPolicy('events-kafka', () =>
        eventually(async () => expect(await ask()).toMatchObject({ answer: 'kafka-1:9094 hello' })),
      );
      await eventually(async () => expect(await ask()).toMatchObject(refused));
    });

    test('the brokers still reach each other, on the listeners that are theirs', async () => {
      for (const port of [9092, 9093]) {
        const { answer } = await talk(broker(0), 'kafka-1.kafka.messaging', port, hello, quick);
        expect(answer).toBe(`kafka-1:${port} hello`);
      }
    });

    test('because `localCallers` names them: another local account does not, unless the policy is away', async () => {
      const ask = () => talk(subscriber, 'kafka-1.kafka.messaging', 9092, hello, quick);
      expect(await ask()).toMatchObject(refused);
      await withoutPolicy('events-kafka', () =>
        eventually(async () => expect(await ask()).toMatchObject({ answer: 'kafka-1:9092 hello' })),
      );
      await eventually(async () => expect(await ask()).toMatchObject(refused));
    });

    test.each([0, 1, 2])('the script of broker %i advertises its federated host, and its own among brokers', async (n) => {
      const script = (await kafkaScript()).replace('exec /etc/kafka/docker/run', 'printenv KAFKA_ADVERTISED_LISTENERS');
      const { stdout } = await mesh.exec('cluster-b', subscriber.pod, ['sh', '-c', script], { env: { HOSTNAME: `kafka-${n}` } });
      expect(stdout.trim().split(',')).toEqual([
        `BROKER://kafka-${n}.kafka.messaging:9092`,
        `FEDERATION://${hosts[n]}:9094`,
      ]);
    });
  });

  describe('RabbitMQ', () => {
    const ask = () => talk(reporting, 'rabbitmq.cluster-b.local', 5672, hello, quick);

    test('its host reaches it', async () => {
      const { answer } = await talk(publisher, 'rabbitmq.cluster-b.local', 5672, hello, quick);
      expect(answer).toMatch(/^rabbitmq-\S+:5672 hello$/);
    });

    test('an account that is not in the list is refused, by the policy', async () => {
      expect(await ask()).toMatchObject(refused);
      await withoutPolicy('events-rabbitmq', () => eventually(async () => expect((await ask()).answer).toContain('hello')));
      await eventually(async () => expect(await ask()).toMatchObject(refused));
    });
  });

  test('the gateway knows these five, and no clustering port', async () => {
    const listeners = await mesh.envoy(gateway.cluster, gateway.pod, '/config_dump?resource=dynamic_listeners');
    const names = new Set(listeners.match(/outbound_\.\d+_\._\.[a-z0-9.-]+/g));
    expect([...names].sort()).toEqual([
      'outbound_.4222_._.nats.messaging.svc.cluster.local',
      'outbound_.5672_._.rabbitmq.messaging.svc.cluster.local',
      ...[0, 1, 2].map((n) => `outbound_.9094_._.events-kafka-${n}.messaging.svc.cluster.local`),
    ]);
  });
});

const hello = String.raw`hello\n`;
const quick = { silentSeconds: 0.1 };
const refused = { connected: true, answer: '', ended: true };

const nats = ({ cluster, pod }: Where, ...args: string[]): Promise<Ran> =>
  mesh.exec(cluster, pod, ['nats', '--no-context', ...args], { timeoutMs: 60_000 });

const publish = (from: Where, server: string, subject: string, text: string): Promise<Ran> =>
  nats(from, '-s', server, 'pub', subject, text);

const ping = (from: Where) =>
  talk(from, 'nats.cluster-b.local', 4222, String.raw`CONNECT {"verbose":false}\r\nPING\r\n`);

/** Deletes a policy for as long as the check takes. */
async function withoutPolicy(name: string, check: () => Promise<unknown>): Promise<void> {
  await mesh.kubectl('cluster-b', ['delete', 'authorizationpolicy', '-n', 'messaging', name]);
  try {
    await check();
  } finally {
    await applySpec(spec);
  }
}
