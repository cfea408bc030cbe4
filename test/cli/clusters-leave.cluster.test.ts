import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect } from 'vitest';
import { test } from '../bench/fixtures.ts';
import { aegisXc, type CliResult } from '../support/cli.ts';
import {
  cluster,
  type FederationInput,
  federation,
  provider,
  service,
  sharedService,
  specText,
} from '../support/federation.ts';
import { openRig, type Rig } from '../support/run-rig.ts';

/** Three clusters and the built program: one of them leaves, is gone, or does not answer. */
const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-leave-'));
afterAll(() => rmSync(folder, { recursive: true }));

let current: Rig | undefined;
const rigged = test.extend('rig', { scope: 'file' }, async ({ bench, third }, { onCleanup }): Promise<Rig> => {
  const rig = await openRig(bench, third);
  current = rig;
  onCleanup(() => rig.close());
  return rig;
});
afterEach(() => {
  if (current) current.onRequest = () => undefined;
});

const three = { 'cluster-a': cluster('a'), 'cluster-b': cluster('b'), 'cluster-c': cluster('c') };
const two = { 'cluster-a': three['cluster-a'], 'cluster-b': three['cluster-b'] };
const callerIn = (name: string, serviceAccount = 'frontend') => ({ cluster: name, namespace: 'shop', serviceAccount });

/** Many calls of the program each: seconds where nobody else works, minutes where many do. */
const slow = { timeout: 300_000 };

/** cluster-b serves the others. */
const spec = (name: string, clusters: FederationInput['clusters'], account?: string): FederationInput =>
  federation({
    metadata: { name },
    clusters,
    services: {
      [name]: service({
        providers: { 'cluster-b': provider({ workload: { app: name } }) },
        consumers: Object.keys(clusters)
          .filter((one) => one !== 'cluster-b')
          .map((one) => callerIn(one, account)),
      }),
    },
  });

function written(of: FederationInput): string {
  const file = join(folder, `${of.metadata.name}.yaml`);
  writeFileSync(file, specText(of));
  return file;
}

const contextsOf = (names: readonly string[]): string[] => names.flatMap((name) => ['--context', `${name}=${name}`]);

/** As many contexts as the spec has clusters. */
const run = (rig: Rig, verb: string, of: FederationInput, ...args: string[]): Promise<CliResult> =>
  aegisXc([
    verb,
    ...['-f', written(of), '--kubeconfig', rig.kubeconfig, ...contextsOf(Object.keys(of.clusters))],
    ...(['apply', 'delete', 'resume', 'rollback'].includes(verb) ? ['--settle', '0', '--lock-ttl', '3s'] : []),
    ...args,
  ]);

/** Objects with our label in a cluster, records included. */
async function countIn(rig: Rig, name: string, federationName: string): Promise<number> {
  const label = `aegis-xc.dev/federation=${federationName}`;
  const kinds = 'configmaps,gateways.networking.istio.io,serviceentries,destinationrules,authorizationpolicies';
  const list = await rig.clusters[name]?.kubectl(['get', kinds, '-A', '-l', label, '-o', 'name']);
  return (list ?? '').split('\n').filter(Boolean).length;
}

const forbidden = JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message: 'no' });

describe.sequential('a cluster that leaves the spec', () => {
  rigged('is named and refused by apply, and emptied by delete --cluster', slow, async ({ rig }) => {
    const [all, left] = [spec('leaves', three), spec('leaves', two)];
    expect(await run(rig, 'apply', all)).toMatchObject({ code: 0 });
    expect(await countIn(rig, 'cluster-c', 'leaves')).toBeGreaterThan(2);

    const refused = await run(rig, 'apply', left);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /AXC4007.*cluster-c takes part[\s\S]*delete --cluster cluster-c[\s\S]*--forget cluster-c/,
    );

    const early = await run(rig, 'delete', all, '--cluster', 'cluster-c', '--yes');
    expect(early.code).toBe(2);
    expect(early.stderr).toMatch(/cluster-c is in the spec[\s\S]*Take it out of the spec first/);

    const also = contextsOf(['cluster-c']);
    const unsaid = await run(rig, 'delete', left, '--cluster', 'cluster-c', ...also);
    expect(unsaid).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });

    const gone = await run(rig, 'delete', left, '--cluster', 'cluster-c', '--yes', ...also);
    expect(gone.stderr).toContain('revision 2 is in cluster-a, cluster-b; nothing of leaves is left in cluster-c');
    expect(gone.code).toBe(0);
    expect(await countIn(rig, 'cluster-c', 'leaves')).toBe(0);
    expect(await run(rig, 'plan', left, '--exit-code')).toMatchObject({ code: 0 });
    const again = await run(rig, 'delete', left, '--cluster', 'cluster-c', '--yes', ...also);
    expect(again.stderr).toContain('0 writes');
  });

  rigged(
    'and whose removal was broken off is named when the run is ended, and ended with it',
    slow,
    async ({ rig }) => {
      const [all, left] = [spec('breaks', three), spec('breaks', two)];
      expect(await run(rig, 'apply', all)).toMatchObject({ code: 0 });
      rig.onRequest = ({ cluster: name, method, isWrite, path }) =>
        isWrite && name === 'cluster-c' && method === 'DELETE' && path.includes('/serviceentries/')
          ? { kind: 'answer', when: 'before', status: 403, body: forbidden }
          : undefined;
      const also = contextsOf(['cluster-c']);
      const hold = ['--on-failure', 'hold'];
      const stopped = await run(rig, 'delete', left, '--cluster', 'cluster-c', '--yes', ...hold, ...also);
      expect(stopped.code, stopped.stderr).toBe(4);
      rig.onRequest = () => undefined;

      for (const verb of ['resume', 'rollback']) {
        const unnamed = await run(rig, verb, left, '--yes');
        expect(unnamed.code).toBe(2);
        expect(unnamed.stderr).toMatch(
          /cluster-c took part in the run that is unfinished, and is not asked[\s\S]*--context cluster-c=<context>/,
        );
      }
      const mistyped = await run(rig, 'resume', left, '--yes', ...also, '--context', 'cluster-d=cluster-b');
      expect(mistyped).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('"cluster-d" is not a cluster of this'),
      });

      const leftOut = await run(rig, 'resume', left, '--yes', ...also, '--without', 'cluster-d');
      expect(leftOut).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('"cluster-d" is not a cluster of this'),
      });

      const back = await run(rig, 'rollback', left, '--yes', ...also);
      expect(back.code, back.stderr).toBe(0);
      expect(await run(rig, 'plan', all, '--exit-code')).toMatchObject({ code: 0 });
      const gone = await run(rig, 'delete', left, '--cluster', 'cluster-c', '--yes', ...also);
      expect(gone.code, gone.stderr).toBe(0);
      expect(await countIn(rig, 'cluster-c', 'breaks')).toBe(0);
    },
  );

  rigged('is left as it is by --forget, and asked after no more', slow, async ({ rig }) => {
    const [all, left] = [spec('forgets', three), spec('forgets', two)];
    await run(rig, 'apply', all);
    const before = await countIn(rig, 'cluster-c', 'forgets');
    rig.onRequest = ({ cluster: name }) => (name === 'cluster-c' ? { kind: 'cut', when: 'before' } : undefined);
    expect(await run(rig, 'apply', left)).toMatchObject({ code: 2 });
    const forgot = await run(rig, 'apply', left, '--forget', 'cluster-c');
    expect(forgot.stderr).toContain('Done: revision 2 is in cluster-a, cluster-b.');
    expect(await run(rig, 'apply', left)).toMatchObject({ code: 0, stderr: expect.stringContaining('0 writes') });
    expect(await countIn(rig, 'cluster-c', 'forgets')).toBe(before);
  });
});

describe.sequential('a cluster that is gone for an hour', () => {
  const cutOff = (rig: Rig): void => {
    rig.onRequest = ({ cluster: name }) => (name === 'cluster-c' ? { kind: 'cut', when: 'before' } : undefined);
  };
  const shared = (weight: number, more: FederationInput['services'] = {}): FederationInput =>
    federation({
      metadata: { name: 'hour' },
      clusters: three,
      services: {
        catalog: sharedService({
          providers: {
            'cluster-b': provider({ workload: { app: 'hour' } }),
            'cluster-c': provider({ workload: { app: 'hour' } }),
          },
          consumers: [{ cluster: 'cluster-a', namespace: 'web', serviceAccount: 'web' }],
          traffic: { weights: { 'cluster-b': 100 - weight, 'cluster-c': weight } },
        }),
        ...more,
      },
    });

  rigged(
    'is left out by --without: calls leave it, status says so, and the next apply brings it up',
    async ({ rig }) => {
      await run(rig, 'apply', shared(50));
      cutOff(rig);
      const refused = await run(rig, 'apply', shared(0));
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('apply --without cluster-c');
      const without = ['--without', 'cluster-c'];

      const plan = await run(rig, 'plan', shared(0), ...without);
      expect(plan.stdout).toMatch(/cluster-c: is left out: it is not read and not written to/);
      const more = { orders: service({ providers: { 'cluster-c': provider() }, consumers: [callerIn('cluster-a')] }) };
      const needs = await run(rig, 'apply', shared(0, more), ...without);
      expect(needs.code).toBe(2);
      expect(needs.stderr).toMatch(/AXC5007.*shop would call orders\.cluster-c\.local:80 through cluster-c/);

      const done = await run(rig, 'apply', shared(0), ...without);
      expect(done.stderr).toContain('revision 2 is in cluster-a, cluster-b; cluster-c was left out');
      expect(done.code).toBe(0);
      expect((await run(rig, 'apply', shared(0), ...without)).stderr).toContain('0 writes');
      const gone = await run(rig, 'status', shared(0));
      expect(gone.stdout).toMatch(
        /cluster-c .*not reached[\s\S]*cluster-c was left out of revision 2: the next apply brings it up/,
      );

      rig.onRequest = () => undefined;
      expect((await run(rig, 'status', shared(0))).stdout).toMatch(/cluster-c +cluster-c +behind +1 /);
      expect((await run(rig, 'apply', shared(0))).stderr).toContain(
        'Done: revision 3 is in cluster-a, cluster-b, cluster-c.',
      );
      const after = await run(rig, 'status', shared(0));
      expect(after.stdout).not.toContain('left out');
      expect(after.stdout.match(/in sync +3/g)).toHaveLength(3);
    },
  );

  rigged('in the middle of a run is left behind, and comes back to a plain apply', slow, async ({ rig }) => {
    const [one, other, third] = ['frontend', 'orders', 'basket'].map((account) => spec('middle', three, account));
    if (one === undefined || other === undefined || third === undefined) throw new Error('there are three');
    await run(rig, 'apply', one);
    rig.onRequest = ({ isWrite, path }) =>
      isWrite && path.includes('/authorizationpolicies/')
        ? { kind: 'answer', when: 'before', status: 403, body: forbidden }
        : undefined;
    expect(await run(rig, 'apply', other, '--on-failure', 'hold')).toMatchObject({ code: 4 });
    cutOff(rig);
    const without = ['--without', 'cluster-c'];
    const refused = await run(rig, 'apply', third, ...without);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('AXC4008') });
    expect(await run(rig, 'rollback', other, ...without)).toMatchObject({ code: 0 });
    // New callers in cluster-c would need it: those of cluster-a alone are changed.
    const some = spec('middle', three);
    const consumers = [callerIn('cluster-a', 'basket'), callerIn('cluster-c', 'frontend')];
    const changed = { ...some, services: { middle: service({ ...some.services.middle, consumers }) } };
    expect(await run(rig, 'apply', changed, ...without)).toMatchObject({ code: 0 });

    rig.onRequest = () => undefined;
    expect((await run(rig, 'status', changed)).stdout).toMatch(/cluster-c +cluster-c +behind /);
    expect((await run(rig, 'resume', changed)).stderr).toContain('no run is unfinished');
    expect(await run(rig, 'apply', changed)).toMatchObject({ code: 0 });
    expect((await run(rig, 'status', changed)).stdout.match(/in sync/g)).toHaveLength(3);
    expect(await run(rig, 'plan', changed, '--exit-code')).toMatchObject({ code: 0 });
  });

  rigged('must be one of the spec, and not all of them', slow, async ({ rig }) => {
    const of = spec('names', two);
    expect((await run(rig, 'plan', of, '--without', 'clustr-b')).stderr).toMatch(
      /"clustr-b" is not a cluster[\s\S]*"cluster-b"/,
    );
    expect((await run(rig, 'plan', of, '--without', 'cluster-a', 'cluster-b')).stderr).toContain('leaves no cluster');
  });
});

describe.sequential('a run whose time is over', () => {
  rigged('begins no further write, ends with 4, and resume finishes it', slow, async ({ rig }) => {
    const [one, other] = [spec('late', two, 'frontend'), spec('late', two, 'orders')];
    await run(rig, 'apply', one);
    let slow = false;
    rig.onRequest = async ({ isWrite, path }) => {
      if (slow || !isWrite || !path.includes('/authorizationpolicies/')) return undefined;
      slow = true;
      // Longer than the run may take: its own time is over when the answer comes.
      await new Promise((resolve) => setTimeout(resolve, 13_000));
      return undefined;
    };
    const ended = await run(rig, 'apply', other, '--timeout', '12s');
    expect(ended.code).toBe(4);
    expect(ended.stderr).toMatch(/Interrupted: 1 of 2 writes done[\s\S]*aegis-xc resume.*aegis-xc rollback/);
    expect((await run(rig, 'status', other)).stdout).toMatch(/has stopped in stage guard/);
    expect(await run(rig, 'resume', other)).toMatchObject({ code: 0 });
    expect(await run(rig, 'plan', other, '--exit-code')).toMatchObject({ code: 0 });
  });

  rigged('has changed nothing when it was over before the first write', slow, async ({ rig }) => {
    const one = spec('at-once', two);
    rig.onRequest = async ({ isWrite, path }) => {
      if (isWrite && path.includes('/configmaps/')) await new Promise((resolve) => setTimeout(resolve, 3_000));
      return undefined;
    };
    const ended = await run(rig, 'apply', one, '--timeout', '2s');
    rig.onRequest = () => undefined;
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('No object was changed.');
    expect(await countIn(rig, 'cluster-b', 'at-once')).toBe(0);
    expect(await run(rig, 'apply', one)).toMatchObject({ code: 0 });
  });
});

describe.sequential('a stage that fails, with --on-failure hold,', () => {
  const forbidden = JSON.stringify({
    kind: 'Status',
    status: 'Failure',
    reason: 'Forbidden',
    code: 403,
    message: 'no',
  });

  rigged.for(['resume', 'rollback'] as const)('stops there; %s leads on', slow, async (verb, { rig }) => {
    const name = `hold-${verb}`;
    const [one, other] = [spec(name, two, 'frontend'), spec(name, two, 'orders')];
    await run(rig, 'apply', one);
    rig.onRequest = ({ isWrite, path }) =>
      isWrite && path.includes('/authorizationpolicies/')
        ? { kind: 'answer', when: 'before', status: 403, body: forbidden }
        : undefined;
    const held = await run(rig, 'apply', other, '--on-failure', 'hold');
    rig.onRequest = () => undefined;
    expect(held.code).toBe(4);
    expect(held.stderr).toMatch(
      /AuthorizationPolicy default\/\S+:.*not allow[\s\S]*Stopped in stage guard: 0 of 2 writes done/,
    );
    expect((await run(rig, 'status', other)).stdout).toMatch(/cluster-a .*unfinished/);

    expect(await run(rig, verb, other)).toMatchObject({ code: 0 });
    expect(await run(rig, 'plan', verb === 'resume' ? other : one, '--exit-code')).toMatchObject({ code: 0 });
  });
});
