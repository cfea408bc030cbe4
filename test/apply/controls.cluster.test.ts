import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect } from 'vitest';
import { takeLock, watchLock } from '../../src/apply/lock.ts';
import { ClusterError } from '../../src/errors.ts';
import { objectsOf, specOf } from '../../src/manifests/transition.ts';
import type { Stage } from '../../src/plan/stages.ts';
import { test } from '../bench/fixtures.ts';
import { benchClient } from '../support/bench-client.ts';
import { type FederationInput, federation, provider, service } from '../support/federation.ts';
import { openRig, type Rig, violations } from '../support/run-rig.ts';
import { casesOf, type Pair, pairs } from '../support/sweep-cases.ts';
import { openLane } from '../support/sweep-lane.ts';

/**
 * What makes runs safe is taken away, one thing at a time: then what the other tests look at must go wrong. A test that
 * can't fail would prove nothing.
 */
let current: Rig | undefined;
const rigged = test.extend('rig', { scope: 'file' }, async ({ bench }, { onCleanup }): Promise<Rig> => {
  const rig = await openRig(bench);
  current = rig;
  onCleanup(() => rig.close());
  return rig;
});
afterEach(() => {
  if (current) Object.assign(current, { tamper: {}, onRequest: () => undefined });
});

const spec = (name: string, account = 'frontend'): FederationInput =>
  federation({
    metadata: { name },
    services: {
      [name]: service({
        consumers: [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount: account }],
        providers: { 'cluster-b': provider({ workload: { app: name } }) },
      }),
    },
  });

/** Unsafe states among those that a run can be killed in. */
async function unsafeStates(rig: Rig, name: string): Promise<number> {
  const empty: FederationInput = { ...spec(name), services: spec(`${name}-base`).services };
  await rig.apply(empty);
  const there: FederationInput = { ...empty, services: { ...empty.services, ...spec(name).services } };
  let found = 0;
  for (const kind of ['authorizationpolicies', 'gateways', 'destinationrules', 'serviceentries', 'virtualservices']) {
    const plan = await rig.plan(there);
    let killed = false;
    rig.onRequest = ({ isWrite, path }) => {
      if (killed || !isWrite || !path.includes(`/${kind}/`)) return undefined;
      killed = true;
      rig.kill();
      return { kind: 'cut', when: 'after' };
    };
    await rig.apply(there, { settle: 0 });
    rig.onRequest = () => undefined;
    rig.revive();
    found += violations(there, plan, await rig.world(there)).length;
    const { tamper } = rig;
    rig.tamper = {};
    await rig.finish(there, 'back');
    rig.tamper = tamper;
  }
  return found;
}

/** The precondition of an update as it goes over the wire; its version stays. */
function withoutUid(body: string): string {
  const { metadata, ...object } = JSON.parse(body);
  return JSON.stringify({ ...object, metadata: { ...metadata, uid: undefined } });
}

const swapped =
  (one: Stage, other: Stage) =>
  (stage: Stage): Stage =>
    stage === one ? other : stage === other ? one : stage;

describe.sequential('the suite notices', () => {
  rigged(
    'nothing where all is as it should be',
    async ({ rig }) => {
      expect(await unsafeStates(rig, 'ctl-sound')).toBe(0);
    },
    120_000,
  );

  rigged(
    'two stages that are swapped',
    async ({ rig }) => {
      const swap = swapped('pin', 'route');
      rig.tamper = {
        plan: (plan) => ({ ...plan, steps: plan.steps.map((step) => ({ ...step, stage: swap(step.stage) })) }),
      };
      expect(await unsafeStates(rig, 'ctl-swapped')).toBeGreaterThan(0);
    },
    120_000,
  );

  rigged.for([
    ['nothing of an object that is deleted before it is changed, when the change names its uid', 'ctl-uid', true],
    ['a change without the uid: an object that was deleted comes back to life', 'ctl-no-uid', false],
  ] as const)('%s', async ([, name, sound], { rig, bench }) => {
    await rig.apply(spec(name));
    if (!sound)
      rig.tamper = { body: ({ isWrite, method }, body) => (isWrite && method === 'PATCH' ? withoutUid(body) : body) };
    let gone = false;
    rig.onRequest = async ({ isWrite, method, path }) => {
      if (gone || !isWrite || method !== 'PATCH' || !path.includes('/authorizationpolicies/')) return undefined;
      gone = true;
      await bench.clusters['cluster-b'].request('DELETE', path.replace(/\?.*/, ''));
      return undefined;
    };
    const ended = await rig.apply(spec(name, 'orders'));
    expect(ended.kind).toBe(sound ? 'rolled-back' : 'done');
    const [policy] = [...(await rig.world(spec(name))).values()].filter(({ kind }) => kind === 'AuthorizationPolicy');
    expect(JSON.stringify(policy?.spec)).toContain(sound ? 'sa/frontend' : 'sa/orders');
  });

  rigged('a server that merges, when nobody asks the canary', async ({ rig }) => {
    rig.tamper = {
      client: (client) => ({
        ...client,
        create: (object, resource, options) =>
          object.kind === 'Lease' && options.dryRun
            ? Promise.reject(new ClusterError(client.cluster, 'as if it had been refused', { reason: 'exists' }))
            : client.create(object, resource, options),
      }),
    };
    rig.onRequest = ({ path }) =>
      path.includes('/leases/') && path.includes('dryRun=All')
        ? { kind: 'answer', when: 'before', status: 201, body: '{}' }
        : undefined;
    // The sound program refuses (run.cluster.test.ts).
    expect(await rig.apply(spec('ctl-canary'))).toMatchObject({ kind: 'done' });
  });

  rigged.for([
    ['nothing of a run that stops writing when its lock is lost', 'ctl-fenced', true],
    ['a run that goes on writing when nobody asks whether the lock is still held', 'ctl-unfenced', false],
  ] as const)('%s', async ([, name, sound], { rig }) => {
    await rig.apply(spec(name));
    if (!sound) rig.tamper = { client: (client) => ({ ...client, guardWrites: () => {} }) };
    let guarded = false;
    let asleep: Promise<void> | undefined;
    let wake = (): void => {};
    rig.onRequest = async ({ isWrite, path }) => {
      guarded ||= isWrite && path.includes('/authorizationpolicies/');
      // The note that the next stage begins: after it come writes that nothing else would stop.
      if (guarded && asleep === undefined && path.includes(`/configmaps/${name}.txn?`)) {
        asleep = new Promise((resolve) => {
          wake = resolve;
        });
      }
      await asleep;
      return undefined;
    };
    const both = { ...spec(name), services: { ...spec(name).services, ...spec(`${name}-2`).services } };
    const paused = rig.apply(both, { lockTtl: 1_000 });
    while (asleep === undefined) await sleep(20);
    const client = benchClient(rig.direct, { cluster: 'cluster-b', context: 'cluster-b' });
    const options = { client, federation: name, ttl: 30_000, patience: 800 };
    const lock = await takeLock(options, await watchLock(options));
    await sleep(1_500); // until the sleeper can know by its own clock that its lock is too old
    wake();
    const ended = await paused;
    await lock.release();
    await client.close();
    expect(ended.kind).toBe('stopped');
    const gateways = [...(await rig.world(both)).values()].filter(({ kind }) => kind === 'Gateway');
    expect(gateways.flatMap((gateway) => objectsOf(specOf(gateway).servers))).toHaveLength(sound ? 1 : 2);
  });
});

type Client = Parameters<NonNullable<Rig['tamper']['client']>>[0];

/** What the sweep has to say of runs in which somebody edits or deletes an object, until it has found something. */
async function firstWrong(
  lane: Awaited<ReturnType<typeof openLane>>,
  { pair, how, most }: { readonly pair: Pair; readonly how: 'edit' | 'delete'; readonly most: number },
): Promise<string> {
  const queues = casesOf(await lane.begin(pair, { settled: false }), { seed: 4, only: [how] });
  for (let tried = 0; tried < most; tried++) {
    const one = queues[lane.side]?.pop();
    if (one === undefined) await lane.cross();
    else {
      const { wrong } = await lane.tryCase(one);
      if (wrong.length > 0) return wrong.join('\n');
    }
  }
  return 'nothing';
}

const adding = 'add a service, remove it';
const changing = 'change callers';

const clientWith = (broken: (client: Client) => Partial<Client>): Rig['tamper'] => ({
  client: (client) => ({ ...client, ...broken(client) }),
});

describe.sequential('the sweep notices', () => {
  test.for<[string, string, string, 'edit' | 'delete', Rig['tamper'], RegExp]>([
    ['nothing of edits in a sound program', 'sound', changing, 'edit', {}, /^nothing$/],
    [
      'a deletion that asks nobody whether the object is still the one that was seen',
      'unasked',
      adding,
      'edit',
      clientWith((client) => ({
        remove: async (target, { dryRun }) => {
          const live = await client.get(target);
          return live ? client.remove(target, { ...live.metadata, dryRun }) : 'gone';
        },
      })),
      /the edit of .* is gone/,
    ],
    [
      'a plan that deletes what somebody else has changed',
      'unseen',
      adding,
      'edit',
      {
        plan: (plan) => ({
          ...plan,
          steps: plan.steps.map((step) => (step.op === 'delete' ? { ...step, heldBy: [] } : step)),
        }),
      },
      /after it: the edit of .* is gone/,
    ],
    [
      'a write that brings a deleted object back to life',
      'revived',
      changing,
      'delete',
      clientWith((client) => ({
        update: (object, resource, options) =>
          client
            .update(object, resource, options)
            .catch((error: unknown) =>
              error instanceof ClusterError && error.reason === 'replaced'
                ? client.create(object, resource, { fieldManager: options.fieldManager })
                : Promise.reject(error),
            ),
      })),
      /has come back to life/,
    ],
    [
      'a conflict that is swallowed',
      'silent',
      changing,
      'edit',
      clientWith((client) => ({
        update: (object, resource, options) =>
          client.update(object, resource, options).catch(async (error: unknown) => {
            const live = await client.get({ resource, ...object.metadata });
            if (live && error instanceof ClusterError && ['changed', 'field-conflict'].includes(error.reason))
              return live;
            throw error;
          }),
      })),
      /it is not what it should be/,
    ],
    [
      'a write that takes over without having been told to',
      'forced',
      changing,
      'edit',
      clientWith((client) => ({
        update: async (object, resource, options) => {
          const live = await client.get({ resource, ...object.metadata });
          const now = live ? live.metadata : options;
          return client.update(object, resource, { ...options, ...now, force: true });
        },
      })),
      /the edit of .* is gone/,
    ],
  ])('%s', { timeout: 180_000 }, async ([, name, pairName, how, tamper, finding], { bench, third }) => {
    const pair = pairs.find((one) => one.name === pairName);
    if (pair === undefined) throw new Error('no such pair');
    const lane = await openLane({ bench, third, name: `ctl-${name}`, tamper });
    try {
      expect(await firstWrong(lane, { pair, how, most: finding.test('nothing') ? 6 : 80 })).toMatch(finding);
    } finally {
      await lane.close();
    }
  });
});
