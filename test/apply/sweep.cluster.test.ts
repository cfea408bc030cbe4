import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { ClusterAccess } from '../bench/access.ts';
import { test } from '../bench/fixtures.ts';
import type { Fault } from '../support/fault-proxy.ts';
import { cluster, type FederationInput, federation, provider, service } from '../support/federation.ts';
import { seeded, shuffled } from '../support/random.ts';
import { type Ended, openRig, type Rig, violations } from '../support/run-rig.ts';

/**
 * A run is broken at each of its writes, in each of four ways, before and after the server has done it, while somebody else
 * writes statuses. Then the clusters must be in a safe state, and from there `resume` or `rollback` must lead to a whole one.
 * `npm run test:sweep` does all; without it a sample has to do, for about a minute.
 */
const everything = process.env.SWEEP === 'all';
const seed = Number(process.env.SWEEP_SEED ?? 20_261_123);
const budget = Number(process.env.SWEEP_SECONDS ?? (everything ? 14_000 : 60)) * 1000;

const named = (difference: Partial<FederationInput>): FederationInput =>
  federation({ metadata: { name: 'sweep' }, ...difference });
const spec = (difference: Parameters<typeof service>[0] = {}): FederationInput =>
  named({ services: { 'backend-api': service(difference) } });
const callers = (...accounts: string[]) =>
  accounts.map((serviceAccount) => ({ cluster: 'cluster-a', namespace: 'shop', serviceAccount }));
const at = (...addresses: string[]): FederationInput =>
  named({ clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b', { gateway: { addresses } }) } });
const second = service({
  port: { number: 5432, protocol: 'TCP' },
  providers: { 'cluster-b': provider({ namespace: 'data', workload: { app: 'orders-db' }, serviceAccounts: ['db'] }) },
});
const both = named({ services: { 'backend-api': service(), 'orders-db': second } });

/** Each is gone both ways, so that adding is tried as well as removing. */
const plans: readonly (readonly [string, FederationInput, FederationInput])[] = [
  ['add a service, remove it', spec(), both],
  ['change an address', at('203.0.113.98'), at('203.0.113.99')],
  [
    'move a provider to another Service',
    spec(),
    spec({ providers: { 'cluster-b': provider({ namespace: 'other' }) } }),
  ],
  [
    'narrow callers, widen them',
    spec({ consumers: callers('frontend', 'orders') }),
    spec({ consumers: callers('orders') }),
  ],
  ['change callers', spec({ consumers: callers('frontend') }), spec({ consumers: callers('orders') })],
  ['change identities', spec(), spec({ providers: { 'cluster-b': provider({ serviceAccounts: ['backend-2'] }) } })],
];

const forbidden = JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message: 'no' });
const unavailable = JSON.stringify({
  kind: 'Status',
  status: 'Failure',
  reason: 'ServiceUnavailable',
  code: 503,
  message: 'busy',
});
const breaks = ['kill', 'cut', '503', '403'] as const;
type Break = (typeof breaks)[number];

const faultOf = (how: Break, when: 'before' | 'after'): Fault =>
  how === '503'
    ? { kind: 'answer', when, status: 503, body: unavailable, headers: { 'retry-after': '0' } }
    : how === '403'
      ? { kind: 'answer', when, status: 403, body: forbidden }
      : { kind: 'cut', when };

interface Case {
  readonly plan: number;
  readonly write: number;
  readonly when: 'before' | 'after';
  readonly how: Break;
  readonly then: 'forward' | 'back';
}

const rigged = test.extend('rig', { scope: 'file' }, async ({ bench }, { onCleanup }): Promise<Rig> => {
  const rig = await openRig(bench);
  onCleanup(() => rig.close());
  return rig;
});

describe.sequential('a run that breaks', () => {
  rigged(
    'anywhere leaves a safe state, and resume and rollback lead to a whole one',
    async ({ rig, bench }) => {
      const stop = writeStatuses(Object.values(bench.clusters));
      const wrong: string[] = [];
      let done = 0;
      let all = 0;
      const begun = performance.now();
      const ends = new Map<string, number>();
      try {
        for (const [n, [name, one, other]] of plans.entries()) {
          const share = (budget * (n + 1)) / plans.length;
          await mustSucceed(rig.apply(one));
          const count = await countWrites(rig, one, other);
          const cases = casesOf(n, count);
          all += cases.length;
          // Where the clusters are: a case begins there, and ends there or on the other side.
          let here = one;
          for (const each of shuffled(cases, seeded(seed + n))) {
            if (performance.now() - begun > share) break;
            const there = here === one ? other : one;
            const result = await tryCase(rig, each, here, there);
            ends.set(result.end, (ends.get(result.end) ?? 0) + 1);
            wrong.push(...result.wrong.map((text) => `${name}: ${JSON.stringify(each)}: ${text}`));
            here = result.here;
            done++;
            if (wrong.length > 5) break;
          }
        }
      } finally {
        stop();
      }
      const seconds = Math.round((performance.now() - begun) / 1000);
      const list = [...ends].map(([end, number]) => `${number} ${end}`).join(', ');
      process.stdout.write(
        `kill-point sweep, seed ${seed}: ${done - wrong.length} of ${done} tried, of ${all} in all, in ${seconds} s; ${list}\n`,
      );
      expect(wrong).toEqual([]);
      expect(done).toBeGreaterThan(plans.length);
      if (everything) expect(done).toBe(all);
    },
    budget + 120_000,
  );
});

const casesOf = (plan: number, writes: number): Case[] =>
  Array.from({ length: writes }, (_, write) =>
    breaks.flatMap((how) =>
      (['before', 'after'] as const).flatMap((when) =>
        (['forward', 'back'] as const).map((then) => ({ plan, write, when, how, then })),
      ),
    ),
  ).flat();

async function countWrites(rig: Rig, one: FederationInput, other: FederationInput): Promise<number> {
  const before = rig.writes();
  await mustSucceed(rig.apply(other));
  const count = rig.writes() - before;
  await mustSucceed(rig.apply(one));
  return count;
}

async function mustSucceed(ending: Promise<Ended>): Promise<void> {
  const ended = await ending;
  if (ended.kind === 'threw') throw ended.error;
  expect(['done', 'unchanged']).toContain(ended.kind);
}

async function tryCase(
  rig: Rig,
  { write, when, how, then }: Case,
  here: FederationInput,
  there: FederationInput,
): Promise<{ readonly wrong: string[]; readonly here: FederationInput; readonly end: string }> {
  const plan = await rig.plan(there);
  let seen = 0;
  rig.onRequest = ({ isWrite }) => {
    if (!isWrite || seen++ !== write) return undefined;
    if (how === 'kill') {
      rig.kill();
      return { kind: 'cut', when };
    }
    return faultOf(how, when);
  };
  const ended = await rig.apply(there);
  rig.onRequest = () => undefined;
  rig.revive();
  const wrong = violations(there, plan, await rig.world(there)).map((text) => `unsafe: ${text}`);
  const rest = await rig.finish(there, then);
  if (!['done', 'unchanged', 'rolled-back'].includes(rest.kind))
    wrong.push(`${then} ended ${textOf(rest)} after ${textOf(ended)}`);
  const [atHere, atThere] = [await rig.plan(here), await rig.plan(there)];
  const whole = [atHere, atThere].map(({ steps, diagnostics }) => steps.length === 0 && diagnostics.length === 0);
  if (!whole[0] && !whole[1]) {
    wrong.push(
      `neither old nor new: ${atThere.steps.map(({ op, id, cluster }) => `${op} ${id.kind} ${cluster}`)} ${atThere.diagnostics.map(({ message }) => message)} after ${textOf(ended)}, ${textOf(rest)}`,
    );
    await rig.finish(there, 'forward');
    await rig.apply(here);
  }
  if (rest.kind === 'rolled-back' && !whole[0]) wrong.push('rolled back, and not as before');
  if (rest.kind === 'done' && then === 'forward' && !whole[1] && !whole[0]) wrong.push('resumed, and not as wanted');
  return { wrong, here: whole[1] ? there : here, end: `${ended.kind} → ${rest.kind}` };
}

const textOf = (ended: Ended): string =>
  ended.kind === 'threw'
    ? `threw ${ended.error.message}`
    : `${ended.kind} ${'failures' in ended ? ended.failures.map(({ error }) => error.message).join('; ') : ''}`;

/** As istiod and cert-manager do: the version of an object moves, and nothing that we care for. */
function writeStatuses(clusters: readonly ClusterAccess[]): () => void {
  let going = true;
  const kinds = [
    'networking.istio.io/v1/serviceentries',
    'networking.istio.io/v1/destinationrules',
    'security.istio.io/v1/authorizationpolicies',
  ];
  const loop = async (access: ClusterAccess): Promise<void> => {
    for (let n = 0; going; n++) {
      const kind = kinds[n % kinds.length] ?? '';
      const list = await access
        .request('GET', `/apis/${kind}?labelSelector=aegis-xc.dev/federation=sweep`)
        .catch(() => undefined);
      const items =
        (list?.json() as { items?: { metadata: { namespace: string; name: string } }[] } | undefined)?.items ?? [];
      const [group, version, plural] = kind.split('/');
      for (const { metadata } of items) {
        const path = `/apis/${group}/${version}/namespaces/${metadata.namespace}/${plural}/${metadata.name}/status`;
        const body = { status: { conditions: [{ type: 'Reconciled', status: 'True', message: `${n}` }] } };
        await access.request('PATCH', path, { body, contentType: 'application/merge-patch+json' }).catch(() => {});
      }
      await sleep(100);
    }
  };
  for (const access of clusters) void loop(access);
  return () => {
    going = false;
  };
}
