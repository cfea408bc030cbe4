import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { applySpec, eventually, mesh, scenario } from '../bench/mesh/fixtures.ts';
import { specText } from '../support/federation.ts';
import { type Mark, type Seen, startTraffic, sum } from './traffic-flows.ts';
import { begin, gateways, type State, specOf, workloads } from './traffic-spec.ts';

/**
 * Requests go on at a fixed rate while the federation changes. `npm run test:traffic` changes it again and again until
 * 300,000 requests were made; without it a round has to do.
 */
const wanted = Number(process.env.TRAFFIC_REQUESTS ?? 0);

const there: readonly (readonly [string, Partial<State>])[] = [
  ['a service is added', { orders: true }],
  ['the gateway gets another address', { gateway: gateways.otherAddress }],
  ['another gateway takes over', { gateway: gateways.otherPods }],
  ['a service moves to other pods', { catalog: 'catalog-next' }],
  ['a caller is taken out', { callers: ['web'] }],
  ['a second cluster provides', { share: 90 }],
  ['weights are shifted', { share: 30 }],
  ['a service is removed', { orders: false }],
];

const back: typeof there = [
  ['a caller is let in', { callers: ['web', 'audit'] }],
  ['weights are shifted', { share: 90 }],
  ['a second cluster ends to provide', { share: undefined }],
  ['a service moves to other pods', { catalog: 'catalog' }],
  ['another gateway takes over', { gateway: gateways.otherAddress }],
  ['the gateway gets another address', { gateway: gateways.usual }],
];

scenario('changes under traffic', () => {
  beforeAll(async () => {
    await mesh.clean();
    await Promise.all(clusters.map((cluster) => mesh.apply(workloads[cluster], cluster)));
    await Promise.all([mesh.waitReady('cluster-a', 'store'), mesh.waitReady('cluster-b', 'store', 'edge')]);
    for (const address of gateways.otherAddress.addresses)
      await mesh.exec('cluster-b', usualGateway, ['ip', 'addr', 'add', `${address}/24`, 'dev', 'wan']);
    await applySpec(await fileOf(begin), '--settle', '0s');
    await mesh.restart('cluster-a', 'web', 'web', 'audit');
    await untilAnswered();
  });

  test('no request fails while the program changes something', async () => {
    const byProgram = async (state: State) => {
      await applySpec(await fileOf(state));
    };
    const rounds: Round[] = [];
    do rounds.push(await changeUnderTraffic(wanted > 0 ? [...there, ...back] : there, byProgram));
    while (total(rounds).requests < wanted);
    print('aegis-xc apply', rounds);
    expect(rounds.flatMap(({ errors }) => errors)).toEqual([]);
    expect(total(rounds)).toMatchObject({ failed: 0 });
    // Five were seen in three rounds at the full rate: a moment, and no more.
    for (const { changes } of rounds)
      expect(changes[0]).toMatchObject({
        title: 'a service is added',
        atEdges: expect.toSatisfy((count: number) => count <= 20),
      });
    expect(total(rounds).requests).toBeGreaterThan(2_000);
    // each of the answers that are no failure was seen: the changes have come about
    expect(Object.keys(total(rounds).byStatus)).toEqual(expect.arrayContaining(['200', '403', 'unknown']));
    // and every service was there for its callers
    expect(
      Object.values(total(rounds).answered).every((count) => count > 0),
      JSON.stringify(total(rounds).answered),
    ).toBe(true);
    expect(Object.keys(total(rounds).answered)).toHaveLength(4);
  }, 3_600_000);

  test('the same changes fail requests when each cluster gets everything at once, one after the other', async () => {
    const { code, stderr } = await mesh.cli(['delete', '--yes', '-f', await fileOf(begin), ...contexts]);
    expect(code, stderr).toBe(0);
    const naively = inOneGo();
    await naively(begin);
    await untilAnswered();
    const round = await changeUnderTraffic(there, async (state) => {
      await naively(state);
      await pause(1000);
    });
    print('cluster by cluster', [round]);
    const failedWhile = (wanted: string) => round.changes.find(({ title }) => title === wanted)?.failed;
    expect(failedWhile('a service moves to other pods')).toBeGreaterThan(0);
    expect(failedWhile('another gateway takes over')).toBeGreaterThan(0);
  });
});

const clusters = ['cluster-a', 'cluster-b'] as const;
const contexts = clusters.flatMap((cluster) => [`--${cluster}`, cluster]);
const web = { namespace: 'web', app: 'web' };
const usualGateway = { namespace: 'istio-system', app: 'istio-eastwestgateway' };

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function fileOf(state: State): Promise<string> {
  const file = join(mesh.folder, 'traffic.yaml');
  await writeFile(file, specText(specOf(state)));
  return file;
}

async function untilAnswered(): Promise<void> {
  await eventually(async () => {
    for (const host of ['catalog.cluster-b.local', 'reviews.xc.global']) {
      expect((await mesh.request('cluster-a', web, `http://${host}:8080/`)).status).toBe(200);
    }
  });
}

interface Round {
  readonly changes: readonly (Seen & { readonly title: string })[];
  readonly errors: readonly string[];
}

/** Makes the changes one after the other, from the state at the beginning, while requests go on. */
async function changeUnderTraffic(changes: typeof there, make: (state: State) => Promise<void>): Promise<Round> {
  const traffic = startTraffic(wanted > 0 ? 1 : 0.4);
  const marks: Mark[] = [];
  let state = begin;
  await pause(1000);
  for (const [, difference] of changes) {
    state = { ...state, ...difference };
    marks.push({ time: Date.now(), edge: edgeOf(difference) });
    await make(state);
  }
  await pause(2000);
  const { parts, errors } = await traffic.stop(marks);
  return { changes: parts.map((seen, n) => ({ title: changes[n]?.[0] ?? '', ...seen })), errors };
}

const edgeOf = ({ orders }: Partial<State>) => (orders === undefined ? undefined : orders ? 'comes' : 'goes');

const total = (rounds: readonly Round[]): Seen => sum(rounds.flatMap(({ changes }) => changes));

const objectSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

/** As one does without the program: all objects of a cluster, then what has gone of it, then the next cluster. */
function inOneGo(): (state: State) => Promise<void> {
  const old = new Map<string, ReadonlyMap<string, string>>();
  return async (state) => {
    const file = await fileOf(state);
    const all = await Promise.all(clusters.map(async (cluster) => ({ cluster, objects: await render(file, cluster) })));
    for (const { cluster, objects } of all) {
      await mesh.kubectl(cluster, ['apply', '-f', '-'], [...objects.values()].join('---\n'));
      const gone = [...(old.get(cluster) ?? [])].filter(([key]) => !objects.has(key)).map(([, text]) => text);
      if (gone.length > 0) await mesh.kubectl(cluster, ['delete', '-f', '-'], gone.join('---\n'));
      old.set(cluster, objects);
    }
  };
}

/** The objects of a cluster as text, in their order. */
async function render(file: string, cluster: string): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await mesh.cli(['render', '-f', file, '--cluster', cluster]);
  return new Map(loadAll(stdout).map((one) => [keyOf(objectSchema.parse(one)), `${JSON.stringify(one)}\n`]));
}

const keyOf = ({ kind, metadata: { namespace = '', name } }: z.infer<typeof objectSchema>): string =>
  `${kind} ${namespace}/${name}`;

/** One line for every kind of change. */
function print(how: string, rounds: readonly Round[]): void {
  const changes = rounds.flatMap((round) => round.changes);
  const titles = [...new Set(changes.map(({ title }) => title))];
  const rows = [
    ...titles.map((title) => ({ ...sum(changes.filter((one) => one.title === title)), title })),
    { ...sum(changes), title: 'altogether' },
  ];
  const lines = rows.map(({ title, requests, failed, atEdges, worstGapMs }) => {
    const perMillion = Math.round((failed / Math.max(requests, 1)) * 1_000_000);
    return `  ${title.padEnd(34)} ${requests} requests, ${failed} failed (${perMillion} of a million), ${atEdges} as it came or went, longest gap ${worstGapMs} ms`;
  });
  process.stdout.write(`${how}:\n${lines.join('\n')}\n  answers: ${JSON.stringify(sum(changes).byStatus)}\n`);
}
