import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { revisionGoal } from '../../src/apply/unfinished.ts';
import { clusterStatus } from '../../src/plan/status.ts';
import { test } from '../bench/fixtures.ts';
import { benchClient } from '../support/bench-client.ts';
import type { Passing } from '../support/fault-proxy.ts';
import { cluster, type FederationInput, federation, service } from '../support/federation.ts';
import { type Ended, openRig, type Rig, type RigOptions } from '../support/run-rig.ts';
import { rendered } from '../support/simulate.ts';

/**
 * What two people make of one unfinished run, or one person of two: clusters that were left out and are back, notes of another
 * run, a lock that is taken twice. Nothing of it may lose what is noted of the objects that are there.
 */
const rigged = test.extend('rig', { scope: 'file' }, async ({ bench, third }, { onCleanup }): Promise<Rig> => {
  const rig = await openRig(bench, third);
  onCleanup(() => rig.close());
  return rig;
});

const [a, b, c] = ['cluster-a', 'cluster-b', 'cluster-c'] as const;
const two = { [a]: cluster('a'), [b]: cluster('b') };
const three = { ...two, [c]: cluster('c') };

/** A service in cluster-b, and who calls it: a service account of each cluster. */
const calledBy = (name: string, callers: Readonly<Record<string, string>>, clusters: object = three): FederationInput =>
  federation({
    metadata: { name },
    clusters: clusters as FederationInput['clusters'], // two or three of them
    services: {
      [name]: service({
        consumers: Object.entries(callers).map(([where, serviceAccount]) => ({
          cluster: where,
          namespace: 'shop',
          serviceAccount,
        })),
      }),
    },
  });

const alone = { lockPatience: 60 } satisfies RigOptions;
const hold = { ...alone, onFailure: 'hold' } satisfies RigOptions;
const withoutC = { without: [c] };
/** How it ended, and why it did not do so well. */
const kindOf = (ended: Ended): string =>
  'failures' in ended && ended.failures.length > 0
    ? `${ended.kind}: ${ended.failures.map(({ error }) => error.message).join('; ')}`
    : ended.kind;
const says = (ended: Ended): string => (ended.kind === 'threw' ? ended.error.message : ended.kind);

/** Refuses the writes that fit, as long as it is not `calm` again. */
const refuse = (rig: Rig, fits: (request: Passing) => boolean): void => {
  const body = JSON.stringify({ kind: 'Status', status: 'Failure', code: 403, reason: 'Forbidden' });
  rig.onRequest = (request) =>
    request.isWrite && fits(request) ? { kind: 'answer', when: 'before', status: 403, body } : undefined;
};
const calm = (rig: Rig): void => {
  rig.onRequest = () => undefined;
};
const isPolicy = ({ cluster, path }: Passing): boolean => cluster === b && path.includes('/authorizationpolicies/');
const isRevision =
  (name: string) =>
  ({ path }: Passing): boolean =>
    path.includes(`/configmaps/${name}.rev.2`);

/** Revision, state and number of objects of each inventory, and whether there is a journal. */
async function notesIn(rig: Rig, spec: FederationInput): Promise<string[]> {
  const { clusters } = await rig.plan(spec);
  return clusters.map(({ observation: { cluster, inventory, journal } }) =>
    [
      cluster,
      inventory ? `revision ${inventory.revision} ${inventory.state}, ${inventory.items.length} objects` : 'nothing',
      ...(journal ? [journal.state] : []),
    ].join(' '),
  );
}

describe.sequential('a cluster that took no part in the run', () => {
  rigged('keeps what is noted there when the run is taken back', async ({ rig }) => {
    const [one, other] = [
      calledBy('no-part', { [a]: 'one', [c]: 'one' }),
      calledBy('no-part', { [a]: 'other', [c]: 'one' }),
    ];
    expect(kindOf(await rig.apply(one, alone))).toBe('done');
    const before = await notesIn(rig, one);
    refuse(rig, isPolicy);
    expect(kindOf(await rig.apply(other, { ...hold, ...withoutC }))).toMatch(/^stopped/);
    calm(rig);
    expect(kindOf(await rig.finish(other, 'back', alone))).toBe('rolled-back');
    expect(await notesIn(rig, one)).toEqual(before);
    expect((await rig.plan(one)).steps).toEqual([]);
  });

  rigged('and has the notes of another one is not taken for one of this run', async ({ rig }) => {
    const one = calledBy('two-runs', { [a]: 'one', [c]: 'one' });
    const forgetting = calledBy('two-runs', { [a]: 'one' });
    const other = calledBy('two-runs', { [a]: 'other', [c]: 'one' });
    await rig.apply(one, alone);
    // It dies while it is noted: it never happened.
    rig.onRequest = ({ isWrite, path }) => {
      if (!isWrite || !/\/configmaps\/two-runs(?:\?|$)/.test(path)) return undefined;
      rig.kill();
      return { kind: 'cut', when: 'before' };
    };
    await rig.apply(forgetting, alone);
    calm(rig);
    rig.revive();
    refuse(rig, isPolicy);
    expect(kindOf(await rig.apply(other, { ...hold, ...withoutC }))).toMatch(/^stopped/);
    calm(rig);

    const ended = await rig.finish(other, 'forward', alone).catch((error: Error) => error.message);
    expect(ended).toMatch(/cluster-c has the notes of another run/);
    expect(kindOf(await rig.finish(other, 'forward', { ...alone, ...withoutC }))).toBe('done');
    expect(kindOf(await rig.apply(other, alone))).toBe('done');
    expect((await rig.plan(other)).steps).toEqual([]);
    expect((await notesIn(rig, other)).map((text) => text.replace(/\d+ objects/, 'n objects'))).toEqual(
      [a, b, c].map((name) => `${name} revision 3 applied, n objects`),
    );
  });
});

describe.sequential('a cluster that took part, and is in the spec no more', () => {
  rigged('has to be named, and is ended with the others', async ({ rig }) => {
    const all = calledBy('left', { [a]: 'one', [c]: 'one' });
    const left = calledBy('left', { [a]: 'one' }, two);
    await rig.apply(all, alone);
    refuse(
      rig,
      ({ cluster, method, path }) => cluster === c && method === 'DELETE' && path.includes('/serviceentries/'),
    );
    const leaving = new Set([c]);
    expect(kindOf(await rig.apply(left, { ...hold, leaving }))).toMatch(/^stopped/);
    calm(rig);
    for (const way of ['forward', 'back'] as const) {
      const refused = await rig.finish(left, way, alone).catch((error: Error) => error.message);
      expect(refused).toMatch(/cluster-c took part in the run that is unfinished, and is not asked/);
    }
    expect(kindOf(await rig.finish(left, 'forward', { ...alone, also: [c] }))).toBe('done');
    expect((await notesIn(rig, all)).at(-1)).toBe('cluster-c nothing');
    expect([...(await rig.world(all)).keys()].filter((key) => key.startsWith(c))).toEqual([]);
  });

  rigged('a name that is in neither is a mistake', async ({ rig }) => {
    const one = calledBy('mistyped', { [a]: 'one' }, two);
    await rig.apply(one, alone);
    refuse(rig, isPolicy);
    const other = calledBy('mistyped', { [a]: 'other' }, two);
    expect(kindOf(await rig.apply(other, hold))).toMatch(/^stopped/);
    calm(rig);
    const options = { ...alone, also: [c] };
    const ended = await rig.finish(other, 'forward', options).catch((error: Error) => error.message);
    expect(ended).toMatch(/"cluster-c" is not a cluster of this federation, and takes part in no unfinished run/);
    expect(kindOf(await rig.finish(other, 'forward', alone))).toBe('done');
    // Where nothing is unfinished there is nothing to do; a revision is not brought into a cluster that the spec has not.
    expect(await rig.finish(other, 'forward', options)).toEqual({ kind: 'unchanged' });
    const clients = new Map([a, b, c].map((name) => [name, benchClient(rig, { cluster: name, context: name })]));
    try {
      const place = { clients, federation: rendered(other).federation };
      await expect(revisionGoal(place, 1)).rejects.toThrow('"cluster-c" is not a cluster of this federation');
    } finally {
      await Promise.all([...clients.values()].map((client) => client.close()));
    }
  });
});

describe.sequential('two who end one run', () => {
  rigged('the one who confirms too late is told, and changes nothing', async ({ rig }) => {
    const [one, other] = [calledBy('too-late', { [a]: 'one' }, two), calledBy('too-late', { [a]: 'other' }, two)];
    await rig.apply(one, alone);
    refuse(rig, isRevision('too-late'));
    expect(await rig.apply(other, alone)).toMatchObject({ kind: 'stopped', at: 'commit' });
    // Between the plan of the one and its lock the other one comes.
    let resumed: Ended | undefined;
    let begun = false;
    rig.onRequest = async ({ path }) => {
      if (begun || !path.includes('/leases/too-late')) return undefined;
      begun = true;
      resumed = await rig.finish(other, 'forward', alone);
      return undefined;
    };
    const ended = await rig.finish(other, 'back', alone);
    calm(rig);
    expect(resumed && kindOf(resumed)).toBe('done');
    expect(ended).toMatchObject({ kind: 'out-of-date' });
    expect((await rig.plan(other)).steps).toEqual([]);
    expect((await notesIn(rig, other)).map((text) => text.split(',')[0])).toEqual([
      'cluster-a revision 2 applied',
      'cluster-b revision 2 applied',
    ]);
  });
});

describe.sequential('what somebody has changed', () => {
  rigged('in the very first run stays on the way back, and is noted', async ({ rig, bench }) => {
    const one = calledBy('very-first', { [a]: 'one' }, two);
    refuse(rig, ({ cluster, path }) => cluster === a && path.includes('/serviceentries/'));
    expect(kindOf(await rig.apply(one, hold))).toMatch(/^stopped/);
    calm(rig);
    const path = '/apis/security.istio.io/v1/namespaces/default/authorizationpolicies/very-first-backend-api';
    const body = { spec: { action: 'DENY' } };
    const edited = await bench.clusters[b].request('PATCH', `${path}?fieldManager=kubectl-edit`, {
      body,
      contentType: 'application/merge-patch+json',
    });
    expect(edited.status).toBe(200);
    expect(await rig.finish(one, 'back', alone)).toMatchObject({ kind: 'incomplete', left: [{ cluster: b }] });
    expect(await notesIn(rig, one)).toEqual(['cluster-a nothing', 'cluster-b revision 0 applied, 1 objects']);
    const observations = (await rig.plan(one)).clusters.map(({ observation }) => observation);
    const states = observations.map((each) => clusterStatus('very-first', [], each, observations));
    expect(states.map(({ state, revision }) => [state, revision])).toEqual(Array(2).fill(['not applied', undefined]));
    // So it is found again: by apply, and by delete.
    expect(kindOf(await rig.apply(one, { ...alone, takeOver: true }))).toBe('done');
    expect(kindOf(await rig.apply(one, { ...alone, manifests: [], leaving: new Set([a, b]) }))).toBe('done');
    expect([...(await rig.world(one)).keys()]).toEqual([]);
  });
});

describe.sequential('a run that goes on without a cluster', () => {
  rigged('and stops while it commits is still the same run', async ({ rig }) => {
    const [one, other] = [
      calledBy('same-run', { [a]: 'one', [c]: 'one' }),
      calledBy('same-run', { [a]: 'other', [c]: 'one' }),
    ];
    await rig.apply(one, alone);
    refuse(rig, isPolicy);
    expect(kindOf(await rig.apply(other, hold))).toMatch(/^stopped/);
    refuse(rig, (request) => request.cluster === b && isRevision('same-run')(request));
    expect(await rig.finish(other, 'forward', { ...alone, ...withoutC })).toMatchObject({
      kind: 'stopped',
      at: 'commit',
    });
    calm(rig);
    expect(kindOf(await rig.finish(other, 'forward', { ...alone, ...withoutC }))).toBe('done');
    expect((await notesIn(rig, other)).slice(0, 2).map((text) => text.split(',')[0])).toEqual([
      'cluster-a revision 2 applied',
      'cluster-b revision 2 applied',
    ]);
    // The cluster that was left out is back: there is nothing to finish, and the next apply brings it up.
    const observations = (await rig.plan(other)).clusters.map(({ observation }) => observation);
    const states = observations.map((each) => clusterStatus('same-run', [], each, observations).state);
    expect(states.at(-1)).toBe('behind');
    expect(await rig.finish(other, 'forward', alone)).toEqual({ kind: 'unchanged' });
    expect(kindOf(await rig.apply(other, alone))).toBe('done');
    expect((await notesIn(rig, other)).map((text) => text.split(',')[0])).toEqual(
      [a, b, c].map((name) => `${name} revision 3 applied`),
    );
  });
});

describe.sequential('revisions of one number that are not the same', () => {
  rigged('are not gone back to', async ({ rig }) => {
    const one = calledBy('halves', { [a]: 'one', [c]: 'one' });
    await rig.apply(one, alone);
    const half = calledBy('halves', { [a]: 'other', [c]: 'one' });
    expect(kindOf(await rig.apply(half, { ...alone, ...withoutC }))).toBe('done');
    const otherHalf = calledBy('halves', { [a]: 'one' });
    expect(kindOf(await rig.apply(otherHalf, { ...alone, without: [a, b] }))).toBe('done');
    expect(kindOf(await rig.apply(one, alone))).toBe('done');
    const clients = new Map([a, b, c].map((name) => [name, benchClient(rig, { cluster: name, context: name })]));
    const place = { clients, federation: rendered(one).federation };
    try {
      for (const number of [undefined, 2]) {
        await expect(revisionGoal(place, number)).rejects.toThrow(
          'Revision 2 of cluster-a, cluster-b is not that of cluster-c',
        );
      }
      await expect(revisionGoal(place, 1)).resolves.toMatchObject({ change: 'rollback' });
    } finally {
      await Promise.all([...clients.values()].map((client) => client.close()));
    }
  });
});

describe.sequential('a lock', () => {
  rigged('that somebody takes between two looks is not taken from them', async ({ rig }) => {
    const [one, other] = [calledBy('two-looks', { [a]: 'one' }, two), calledBy('two-looks', { [a]: 'other' }, two)];
    const order: string[] = [];
    let looks = 0;
    let first: Promise<Ended> | undefined;
    let locked = (): void => {};
    const isLocked = new Promise<void>((resolve) => {
      locked = resolve;
    });
    rig.onRequest = async (request) => {
      if (!request.path.includes('/leases/two-looks') || request.isWrite || request.cluster !== a) return undefined;
      if (++looks !== 2) return undefined;
      // The second look of `one` waits until `other` has all of its locks.
      first = rig.apply(other, {
        ...alone,
        onEvent: ({ type }) => {
          if (type === 'inventory') locked();
        },
      });
      await Promise.race([isLocked, first]);
      return undefined;
    };
    const ended = await rig.apply(one, alone);
    order.push(says(ended));
    expect(first && kindOf(await first)).toBe('done');
    calm(rig);
    expect(order).toEqual([expect.stringMatching(/is changing this federation just now/)]);
    expect((await rig.plan(other)).steps).toEqual([]);
  });

  rigged('is held for as long as its holder has said, however impatient somebody is', async ({ rig }) => {
    const [one, other] = [calledBy('patient', { [a]: 'one' }, two), calledBy('patient', { [a]: 'other' }, two)];
    await rig.apply(one, alone);
    // The holder is slow, and renews its lock every two seconds.
    let slow: Promise<unknown> | undefined;
    rig.onRequest = async (request) => {
      if (slow === undefined && isPolicy(request) && request.isWrite) slow = sleep(5_000);
      if (isPolicy(request) && request.isWrite) await slow;
      return undefined;
    };
    const holder = rig.apply(other, { lockTtl: 6_000 });
    while (slow === undefined) await sleep(20);
    const hasty = await rig.finish(other, 'back', { lockTtl: 500, lockPatience: undefined });
    expect(says(hasty)).toMatch(/is changing this federation just now/);
    expect(kindOf(await holder)).toBe('done');
    calm(rig);
    expect((await rig.plan(other)).steps).toEqual([]);
  });
});
