import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { takeLock, watchLock } from '../../src/apply/lock.ts';
import { test } from '../bench/fixtures.ts';
import { benchClient } from '../support/bench-client.ts';
import { once, writeOf } from '../support/fault-proxy.ts';
import { cluster, type FederationInput, federation, provider, service } from '../support/federation.ts';
import { type Ended, openRig, type Rig } from '../support/run-rig.ts';
import { statusText, strangeAnswers } from '../support/strange-answers.ts';

const rigged = test.extend('rig', { scope: 'file' }, async ({ bench }, { onCleanup }): Promise<Rig> => {
  const rig = await openRig(bench);
  onCleanup(() => rig.close());
  return rig;
});

/** Each test has a federation of its own name, so that what one leaves behind is nothing to the next. */
const named = (name: string, difference: Partial<FederationInput> = {}): FederationInput =>
  federation({ metadata: { name }, ...difference });
const callers = (...accounts: string[]) =>
  accounts.map((serviceAccount) => ({ cluster: 'cluster-a', namespace: 'shop', serviceAccount }));
const workload = (name: string) => ({ 'cluster-b': provider({ workload: { app: name } }) });
const pair = (name: string): readonly [FederationInput, FederationInput] => [
  named(name, { services: { [name]: service({ consumers: callers('frontend'), providers: workload(name) }) } }),
  named(name, { services: { [name]: service({ consumers: callers('orders'), providers: workload(name) }) } }),
];

const message = (ended: Ended): string =>
  'failures' in ended
    ? ended.failures.map(({ error }) => error.message).join('\n')
    : ended.kind === 'threw'
      ? ended.error.message
      : '';

describe.sequential('an answer that is lost or strange', () => {
  rigged.for(strangeAnswers.map((one) => [one.title, one] as const))(
    '%s: the outcome is the true one',
    async ([, { fault, end, why }], { rig }) => {
      const [one, other] = pair('answers');
      await rig.apply(one);
      rig.onRequest = once(writeOf('PATCH', 'authorizationpolicies'), fault);
      const ended = await rig.apply(other);
      rig.onRequest = () => undefined;
      expect(ended.kind).toBe(end);
      expect(message(ended)).toMatch(why);
      const [left, back] = [await rig.plan(other), await rig.plan(one)];
      expect((end === 'done' ? left : back).steps).toEqual([]);
      expect((end === 'done' ? left : back).diagnostics).toEqual([]);
    },
  );

  rigged('a cluster that goes away holds the run, and resume goes on when it is back', async ({ rig }) => {
    const [one, other] = pair('away');
    await rig.apply(one);
    let gone = false;
    rig.onRequest = (request) => {
      gone ||= writeOf('PATCH', 'authorizationpolicies')(request);
      return gone && request.cluster === 'cluster-b' ? { kind: 'cut', when: 'before' } : undefined;
    };
    const ended = await rig.apply(other);
    expect(ended).toMatchObject({ kind: 'stopped', at: 'guard' });
    rig.onRequest = () => undefined;
    expect((await rig.plan(other)).diagnostics).toMatchObject([{ code: 'AXC4008' }, { code: 'AXC4008' }]);
    expect(await rig.finish(other, 'forward')).toMatchObject({ kind: 'done' });
    expect(await rig.plan(other)).toMatchObject({ steps: [], diagnostics: [] });
  });
});

describe.sequential('somebody else', () => {
  rigged(
    'who edits an object while it is being written keeps the edit, and the run goes back',
    async ({ rig, bench }) => {
      const [one, other] = pair('edits');
      await rig.apply(one);
      let edited = false;
      rig.onRequest = async (request) => {
        if (edited || !writeOf('PATCH', 'authorizationpolicies')(request)) return undefined;
        edited = true;
        const path = request.path.replace(/\?.*/, '');
        const body = { spec: { action: 'AUDIT' } };
        await bench.clusters['cluster-b'].request('PATCH', path, { body, contentType: 'application/merge-patch+json' });
        return undefined;
      };
      const ended = await rig.apply(other);
      rig.onRequest = () => undefined;
      expect(['incomplete', 'rolled-back']).toContain(ended.kind);
      const { steps } = await rig.plan(one);
      expect(steps).toMatchObject([{ op: 'update', id: { kind: 'AuthorizationPolicy' }, drift: true }]);
    },
  );

  rigged(
    'who deletes an object while it is being written: it is not brought back to life by the write',
    async ({ rig, bench }) => {
      const [one, other] = pair('deletes');
      await rig.apply(one);
      let seen = false;
      rig.onRequest = async (request) => {
        if (seen || !writeOf('PATCH', 'authorizationpolicies')(request)) return undefined;
        seen = true;
        await bench.clusters['cluster-b'].request('DELETE', request.path.replace(/\?.*/, ''));
        return undefined;
      };
      const ended = await rig.apply(other);
      rig.onRequest = () => undefined;
      expect(ended.kind).toBe('rolled-back');
      expect(message(ended)).toMatch(/was deleted/);
      // Going back makes it again, as it was before.
      expect((await rig.plan(one)).steps).toEqual([]);
    },
  );

  rigged('who edits what a way back would write twice keeps the edit, and is named', async ({ rig, bench }) => {
    const [one, other] = pair('twice');
    await rig.apply(one);
    rig.onRequest = (request) =>
      request.isWrite && request.path.includes('/configmaps/twice.rev.')
        ? { kind: 'answer', when: 'before', status: 403, body: statusText(403, 'Forbidden') }
        : undefined;
    expect(await rig.apply(other)).toMatchObject({ kind: 'stopped', at: 'commit' });
    rig.onRequest = () => undefined;
    const path = '/apis/security.istio.io/v1/namespaces/default/authorizationpolicies/twice-twice';
    const body = { metadata: { annotations: { 'aegis-xc.dev/cluster': 'edited' } } };
    const contentType = 'application/merge-patch+json';
    const edit = await bench.clusters['cluster-b'].request('PATCH', path, { body, contentType });
    expect(edit.status).toBe(200);
    const back = await rig.finish(one, 'back');
    expect(back).toMatchObject({
      kind: 'incomplete',
      failures: [],
      left: [{ object: 'AuthorizationPolicy default/twice-twice' }],
    });
    const { steps, clusters } = await rig.plan(one);
    expect(new Set(steps.map(({ id }) => id.kind))).toEqual(new Set(['AuthorizationPolicy']));
    expect(clusters.map(({ observation }) => [observation.inventory?.revision, observation.journal])).toEqual([
      [1, undefined],
      [1, undefined],
    ]);
  });

  rigged('who may refuse a deletion: the object stays in the inventory', async ({ rig }) => {
    const [one] = pair('denied');
    const two = named('denied', {
      services: {
        ...one.services,
        second: service({ port: { number: 81, protocol: 'HTTP' }, providers: workload('second') }),
      },
    });
    await rig.apply(two);
    rig.onRequest = (request) =>
      writeOf('DELETE', 'authorizationpolicies')(request)
        ? { kind: 'answer', when: 'before', status: 403, body: statusText(403, 'Forbidden') }
        : undefined;
    const ended = await rig.apply(one);
    rig.onRequest = () => undefined;
    expect(ended).toMatchObject({ kind: 'stopped', at: 'unguard' });
    expect(await rig.finish(one, 'forward')).toMatchObject({ kind: 'done' });
    expect(await rig.plan(one)).toMatchObject({ steps: [], diagnostics: [] });
  });
});

describe.sequential('the lock', () => {
  rigged('lets one of several runs through at a time, and all end at one revision', async ({ rig }) => {
    const [one, other] = pair('crowd');
    await rig.apply(one);
    const runs = Array.from({ length: 8 }, (_, n) => rig.apply(n % 2 ? one : other, { lockPatience: 20_000 }));
    const ends = await Promise.all(runs);
    expect(ends.filter(({ kind }) => kind === 'done').length).toBeGreaterThan(0);
    for (const ended of ends) {
      expect(['done', 'unchanged', 'out-of-date', 'threw']).toContain(ended.kind);
      if (ended.kind === 'threw')
        expect(ended.error.message).toMatch(/is changing this federation just now|exists in cluster|was changed/);
    }
    const last = [await rig.plan(one), await rig.plan(other)].filter(({ steps }) => steps.length === 0);
    expect(last).toHaveLength(1);
    const [plan] = last;
    expect(new Set(plan?.clusters.map(({ observation }) => observation.inventory?.revision)).size).toBe(1);
  });

  rigged('of a run that stands still is taken over, and that run then writes nothing more', async ({ rig }) => {
    const [one, other] = pair('paused');
    await rig.apply(one);
    // The run hears nothing for longer than its lock lasts, as a laptop that sleeps: its renewals wait too.
    let asleep: Promise<unknown> | undefined;
    rig.onRequest = async (request) => {
      if (asleep === undefined && writeOf('PATCH', 'authorizationpolicies')(request)) asleep = sleep(4_000);
      await asleep;
      return undefined;
    };
    const paused = rig.apply(other, { lockTtl: 1_500 });
    while (asleep === undefined) await sleep(20);
    const writesBefore = rig.writes();
    const client = benchClient(rig.direct, { cluster: 'cluster-b', context: 'cluster-b' });
    const options = { client, federation: 'paused', ttl: 30_000, patience: 1_000 };
    const lock = await takeLock(options, await watchLock(options));
    const ended = await paused;
    rig.onRequest = () => undefined;
    expect(ended.kind).toBe('stopped');
    expect(message(ended)).toMatch(/lock/);
    // What was in flight when it fell asleep may still arrive: two locks' renewals and one write at most.
    expect(rig.writes() - writesBefore).toBeLessThanOrEqual(3);
    await lock.release();
    await client.close();
    expect(await rig.finish(one, 'back')).toMatchObject({ kind: 'rolled-back' });
    expect((await rig.plan(one)).steps).toEqual([]);
  });

  rigged('with an absurd duration is judged by our own clock', async ({ rig, bench }) => {
    const [one] = pair('absurd');
    await rig.apply(one);
    const path = '/apis/coordination.k8s.io/v1/namespaces/aegis-xc-system/leases/absurd';
    const body = { spec: { holderIdentity: 'a ghost', leaseDurationSeconds: 2_147_483_647 } };
    await bench.clusters['cluster-a'].request('PATCH', path, { body, contentType: 'application/merge-patch+json' });
    const ended = await rig.apply(pair('absurd')[1]);
    expect(ended).toMatchObject({ kind: 'done' });
  });
});

describe.sequential('a no-op', () => {
  rigged('writes nothing at all', async ({ rig }) => {
    const [one] = pair('idle');
    await rig.apply(one);
    const before = rig.writes();
    expect(await rig.apply(one)).toEqual({ kind: 'unchanged' });
    expect(rig.writes()).toBe(before);
  });
});

describe.sequential('an API server that breaks the rule on which all creates stand', () => {
  rigged('is noticed before anything is written', async ({ rig }) => {
    const other = named('canary', {
      clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b') },
      services: { canary: service({ providers: workload('canary') }) },
    });
    rig.onRequest = ({ method, path }) =>
      method === 'PATCH' && path.includes('/leases/') && path.includes('dryRun=All')
        ? {
            kind: 'answer',
            when: 'before',
            status: 201,
            body: JSON.stringify({
              apiVersion: 'coordination.k8s.io/v1',
              kind: 'Lease',
              metadata: { name: 'canary', namespace: 'aegis-xc-system', uid: 'u', resourceVersion: '1' },
            }),
          }
        : undefined;
    const ended = await rig.apply(other);
    rig.onRequest = () => undefined;
    expect(ended.kind).toBe('threw');
    expect(message(ended)).toMatch(/would create an object that exists/);
    expect((await rig.plan(other)).clusters.every(({ observation }) => observation.inventory === undefined)).toBe(true);
  });
});
