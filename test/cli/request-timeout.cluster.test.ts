import { afterEach, describe, expect } from 'vitest';
import { test } from '../bench/fixtures.ts';
import type { CliResult } from '../support/cli.ts';
import { calledBy, runCli } from '../support/cli-rig.ts';
import { type Fault, type Passing, writeOf } from '../support/fault-proxy.ts';
import type { FederationInput } from '../support/federation.ts';
import { openRig, type Rig } from '../support/run-rig.ts';

/** `--request-timeout`, against a server that takes a request and says nothing, ever. */
let current: Rig | undefined;
const rigged = test.extend('rig', { scope: 'file' }, async ({ bench }, { onCleanup }): Promise<Rig> => {
  const rig = await openRig(bench);
  current = rig;
  onCleanup(() => rig.close());
  return rig;
});
afterEach(() => {
  if (current) current.onRequest = () => undefined;
});

const [now, next] = [calledBy('silent', 'frontend'), calledBy('silent', 'orders')];
const quick = ['--settle', '0', '--lock-ttl', '4s'];
/** A run makes a few requests one after the other; without the option the first alone takes 30 s. */
const soon = 20_000;

async function timed(running: Promise<CliResult>): Promise<CliResult & { readonly milliseconds: number }> {
  const started = performance.now();
  const ended = await running;
  return { ...ended, milliseconds: performance.now() - started };
}

const hang = (does: boolean): Fault | undefined => (does ? { kind: 'hang', when: 'before' } : undefined);
const inB =
  (fits: (request: Passing) => boolean) =>
  (request: Passing): boolean =>
    request.cluster === 'cluster-b' && fits(request);
const record = (name: string) => inB(({ isWrite, path }) => isWrite && path.includes(`/configmaps/silent${name}`));

describe.sequential('a cluster that is silent from the first request on', () => {
  rigged.for(['plan', 'preflight', 'history', 'apply', 'resume', 'rollback', 'delete'])('%s', async (verb, { rig }) => {
    rig.onRequest = ({ cluster }) => hang(cluster === 'cluster-b');
    const yes = verb === 'delete' ? ['--yes'] : [];
    const ended = await timed(runCli(rig, now, verb, ...yes, '--request-timeout', '2s'));
    expect([ended.code, `${ended.stdout}${ended.stderr}`]).toEqual([
      2,
      expect.stringMatching(/cluster-b can't be reached at https:\S+: no answer within 2 s\./),
    ]);
    expect(`${ended.stdout}${ended.stderr}`).toContain('--request-timeout changes how long to wait.');
    expect(ended.milliseconds).toBeLessThan(soon);
    expect(rig.writes()).toBe(0);
  });

  rigged('status: the other one is shown', async ({ rig }) => {
    rig.onRequest = ({ cluster }) => hang(cluster === 'cluster-b');
    const ended = await timed(runCli(rig, now, 'status', '--request-timeout', '2s'));
    expect([ended.code, ended.stdout]).toEqual([
      2,
      expect.stringMatching(/^cluster-a .* not applied .*\n(?:.*\n)*cluster-b .* not reached/m),
    ]);
    expect(ended.stderr).toMatch(/cluster-b can't be reached at .*no answer within 2 s/);
    expect(ended.milliseconds).toBeLessThan(soon);
  });
});

interface Silence {
  /** The request that it has done, and of which nobody hears; from then on it does nothing. */
  readonly from: (request: Passing) => boolean;
  readonly code: number;
  readonly says: RegExp;
  /** What `status` says of the clusters once they answer again, by the old spec where nothing has happened. */
  readonly afterwards: readonly [string, string];
  readonly by: FederationInput;
}

describe.sequential('a cluster that falls silent in a run', () => {
  rigged.for<[string, Silence]>([
    [
      'when it is locked: nothing has happened',
      {
        from: inB(({ isWrite, path }) => isWrite && path.includes('/leases/silent')),
        code: 2,
        says: /It is not known whether cluster-b has written Lease.*no answer within 2 s/,
        afterwards: ['in sync', 'in sync'],
        by: now,
      },
    ],
    [
      'when the run is noted: it has not begun',
      {
        from: record('.txn'),
        code: 2,
        says: /cluster-b: the records of the run: .*no answer within 2 s[\s\S]*No object was changed\./,
        afterwards: ['in sync', 'in sync'],
        by: now,
      },
    ],
    [
      'at the first object',
      {
        from: inB(writeOf('PATCH', 'authorizationpolicies')),
        code: 4,
        says: /cluster-b: AuthorizationPolicy default\/silent-silent: .*no answer within 2 s[\s\S]*Stopped in stage guard/,
        afterwards: ['unfinished', 'unfinished'],
        by: next,
      },
    ],
    [
      'when the revision is noted, and the other one has noted it',
      {
        from: record('.rev.'),
        code: 4,
        says: /cluster-b: the records of the run: .*no answer within 2 s[\s\S]*Stopped in stage commit/,
        afterwards: ['in sync', 'unfinished'],
        by: next,
      },
    ],
  ])('%s', async ([, { from, code, says, afterwards, by }], { rig }) => {
    const applied = await rig.apply(now, { lockTtl: 4_000, lockPatience: 5_000 });
    expect(applied.kind).toMatch(/done|unchanged/);
    let silent = false;
    rig.onRequest = (request) => {
      if (silent) return hang(request.cluster === 'cluster-b');
      silent = from(request);
      return silent ? { kind: 'hang', when: 'after' } : undefined;
    };
    const ended = await timed(runCli(rig, next, 'apply', ...quick, '--request-timeout', '2s'));
    rig.onRequest = () => undefined;
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(says)]);
    expect(ended.milliseconds).toBeLessThan(soon);

    const { clusters } = JSON.parse((await runCli(rig, by, 'status', '-o', 'json')).stdout);
    expect(clusters.map(({ state }: { state: string }) => state)).toEqual(afterwards);
    // The lock could not be given back there: whose it is can be seen.
    expect(clusters.map(({ lockedBy }: { lockedBy?: string }) => lockedBy)).toEqual([
      undefined,
      expect.stringContaining('(process '),
    ]);
    const resumed = await runCli(rig, next, 'resume', ...quick);
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringMatching(/Done: revision|no run is unfinished/)]);
    const again = await runCli(rig, next, 'apply', ...quick);
    expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/Done: revision|Nothing to do/)]);
    expect(await rig.plan(next)).toMatchObject({ steps: [], diagnostics: [] });
  });
});
