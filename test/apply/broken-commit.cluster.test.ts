import { describe, expect } from 'vitest';
import { test } from '../bench/fixtures.ts';
import type { Passing } from '../support/fault-proxy.ts';
import { cluster, type FederationInput, federation, service } from '../support/federation.ts';
import { openRig, type Rig } from '../support/run-rig.ts';

/**
 * A run that breaks off between the first cluster that commits and the last one: those that have committed know nothing of it any
 * more, and have to follow the others all the same.
 */
const rigged = test.extend('rig', { scope: 'file' }, async ({ bench, third }, { onCleanup }): Promise<Rig> => {
  const rig = await openRig(bench, third);
  onCleanup(() => rig.close());
  return rig;
});

const [a, b, c] = ['cluster-a', 'cluster-b', 'cluster-c'] as const;
const caller = (name: string) => ({ cluster: name, namespace: 'shop', serviceAccount: 'frontend' });

/** The same service, called from one cluster, and from two; each test has a federation of its own name. */
const sidesOf = (name: string): readonly [FederationInput, FederationInput] => {
  const two = { [a]: cluster('a'), [b]: cluster('b') };
  const called = (...from: string[]) => ({ [name]: service({ consumers: from.map(caller) }) });
  return [
    federation({ metadata: { name }, clusters: two, services: called(a) }),
    federation({ metadata: { name }, clusters: { ...two, [c]: cluster('c') }, services: called(a, c) }),
  ];
};

const alone = { lockPatience: 60 };
const forbidden = JSON.stringify({ kind: 'Status', status: 'Failure', code: 403, reason: 'Forbidden' });
const options = { ...alone, also: [a, b, c] };
const leaving = { ...options, leaving: new Set([c]) };
const isRecord = ({ path }: Passing, name: string): boolean =>
  path.split('?')[0]?.endsWith(`/configmaps/${name}`) ?? false;

/** From the first write that fits, the process is gone. */
function killAt(rig: Rig, fits: (request: Passing) => boolean | Promise<boolean>): void {
  rig.onRequest = async (request) => {
    if (!request.isWrite || !(await fits(request))) return undefined;
    rig.kill();
    return { kind: 'cut', when: 'before' };
  };
}

function revive(rig: Rig): void {
  rig.onRequest = () => undefined;
  rig.revive();
}

/** Settles when the journal of each cluster has gone. */
function journalsGone(name: string, clusters: readonly string[]) {
  const gone = new Set<string>();
  let settle = (): void => {};
  const all = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const note = (request: Passing): void => {
    if (request.method !== 'DELETE' || !request.isWrite || !isRecord(request, `${name}.txn`)) return;
    gone.add(request.cluster);
    if (clusters.every((one) => gone.has(one))) setTimeout(settle, 500); // the answer is on its way
  };
  return { all, note };
}

/** Names of the ConfigMaps of a federation. */
async function recordsIn(rig: Rig, name: string): Promise<Record<string, string[]>> {
  const lists = await Promise.all(
    Object.entries(rig.clusters).map(async ([cluster, { request }]) => {
      const { json } = await request('GET', '/api/v1/namespaces/aegis-xc-system/configmaps');
      const { items } = json() as { items: { metadata: { name: string } }[] }; // what a list answers
      return [cluster, items.map(({ metadata }) => metadata.name).filter((one) => one.split('.')[0] === name)];
    }),
  );
  return Object.fromEntries(lists);
}

const stateOf = async (rig: Rig, spec: FederationInput) => {
  const { steps, diagnostics, clusters } = await rig.plan(spec);
  const inventories = clusters.map(({ observation: { inventory, journal } }) => [
    inventory?.revision,
    inventory?.state,
    journal?.state,
  ]);
  return { open: steps.length, diagnostics, inventories };
};

describe.sequential('a run that breaks off while its clusters commit', () => {
  rigged('and one of them has joined with it, goes back to what the others had', async ({ rig }) => {
    const [one, two] = sidesOf('commit-joins');
    await rig.apply(one, alone);
    const before = await rig.world(one);
    const { all, note } = journalsGone('commit-joins', [a, b]);
    killAt(rig, async (request) => {
      note(request);
      if (request.cluster !== c || !isRecord(request, 'commit-joins.rev.2')) return false;
      await all;
      return true;
    });
    expect(await rig.apply(two, options)).toMatchObject({ kind: 'stopped', at: 'commit' });
    revive(rig);

    expect(await rig.finish(two, 'back', options)).toMatchObject({ kind: 'rolled-back' });
    expect([...(await rig.world(one)).keys()].sort()).toEqual([...before.keys()].sort());
    expect(await stateOf(rig, one)).toEqual({
      open: 0,
      diagnostics: [],
      inventories: Array(2).fill([1, 'applied', undefined]),
    });
    // Revision 2 was never finished, so the next one of that number is another.
    const kept = ['commit-joins', 'commit-joins.rev.1'];
    expect(await recordsIn(rig, 'commit-joins')).toEqual({ [a]: kept, [b]: kept, [c]: [] });
    expect(await rig.apply(two, options)).toMatchObject({ kind: 'done' });
    expect(await stateOf(rig, two)).toMatchObject({ open: 0, diagnostics: [] });
  });

  rigged('and one of them leaves, can go back until that one has nothing any more', async ({ rig }) => {
    const [two, one] = sidesOf('commit-leaves');
    await rig.apply(one, options);
    killAt(
      rig,
      (request) => request.cluster === c && request.method === 'DELETE' && isRecord(request, 'commit-leaves'),
    );
    expect(await rig.apply(two, leaving)).toMatchObject({ kind: 'stopped', at: 'commit' });
    revive(rig);
    // It comes last.
    expect((await stateOf(rig, two)).inventories).toEqual(Array(2).fill([2, 'applied', undefined]));

    expect(await rig.finish(one, 'back', options)).toMatchObject({ kind: 'rolled-back' });
    const { open, diagnostics, inventories } = await stateOf(rig, one);
    expect({ open, diagnostics }).toEqual({ open: 0, diagnostics: [] });
    expect(inventories).toEqual(Array(3).fill([1, 'applied', undefined]));
  });

  rigged('and one of them leaves, can be finished, and the others keep what they have', async ({ rig }) => {
    const [two, one] = sidesOf('commit-goes');
    await rig.apply(one, options);
    killAt(rig, (request) => request.cluster === c && request.method === 'DELETE' && isRecord(request, 'commit-goes'));
    expect(await rig.apply(two, leaving)).toMatchObject({ kind: 'stopped', at: 'commit' });
    revive(rig);

    expect(await rig.finish(two, 'forward', options)).toMatchObject({ kind: 'done' });
    expect(await stateOf(rig, two)).toEqual({
      open: 0,
      diagnostics: [],
      inventories: Array(2).fill([2, 'applied', undefined]),
    });
    expect(await recordsIn(rig, 'commit-goes')).toMatchObject({ [c]: [] });
  });

  rigged('and another one has left, says that there is no way back, and can be finished', async ({ rig }) => {
    const [one] = sidesOf('commit-empties');
    await rig.apply(one, alone);
    const both = { ...alone, leaving: new Set([a, b]) };
    const { all, note } = journalsGone('commit-empties', [a]);
    killAt(rig, async (request) => {
      note(request);
      if (request.cluster !== b || request.method !== 'DELETE' || !isRecord(request, 'commit-empties')) return false;
      await all;
      return true;
    });
    expect(await rig.apply(one, { ...both, manifests: [] })).toMatchObject({ kind: 'stopped', at: 'commit' });
    revive(rig);

    await expect(rig.finish(one, 'back', both)).rejects.toThrow('cluster-a has left the federation already');
    expect(await rig.finish(one, 'forward', both)).toMatchObject({ kind: 'done' });
    expect((await rig.world(one)).size).toBe(0);
  });
});

describe.sequential('a run that breaks off before it has begun', () => {
  rigged('leaves nothing behind, not even a record whose write was done and refused', async ({ rig }) => {
    const [one, two] = sidesOf('commit-refuses');
    await rig.apply(one, alone);
    rig.onRequest = (request) =>
      request.isWrite && request.method === 'PATCH' && request.cluster === c && isRecord(request, 'commit-refuses')
        ? { kind: 'answer', when: 'after', status: 403, body: forbidden }
        : undefined;
    expect(await rig.apply(two, options)).toMatchObject({ kind: 'refused' });
    revive(rig);
    const kept = ['commit-refuses', 'commit-refuses.rev.1'];
    expect(await recordsIn(rig, 'commit-refuses')).toEqual({ [a]: kept, [b]: kept, [c]: [] });
  });

  rigged('has changed nothing for the next one, which goes back to what was there before both', async ({ rig }) => {
    const [one, two] = sidesOf('commit-prepares');
    await rig.apply(one, alone);
    let noted = false;
    killAt(rig, (request) => {
      if (request.cluster === a && isRecord(request, 'commit-prepares')) noted = true;
      return noted && isRecord(request, 'commit-prepares.txn');
    });
    expect((await rig.apply(two, options)).kind).not.toBe('done');
    revive(rig);
    const untouched = [
      [1, 'applied', 'prepared'],
      [1, 'applied', 'prepared'],
    ];
    expect(await stateOf(rig, one)).toEqual({ open: 0, diagnostics: [], inventories: untouched });

    rig.onRequest = ({ isWrite, path }) =>
      isWrite && path.includes('/authorizationpolicies/')
        ? { kind: 'answer', when: 'before', status: 403, body: forbidden }
        : undefined;
    expect(await rig.apply(two, options)).toMatchObject({ kind: 'rolled-back' });
    revive(rig);
    expect(await stateOf(rig, one)).toEqual({
      open: 0,
      diagnostics: [],
      inventories: Array(2).fill([1, 'applied', undefined]),
    });
  });
});
