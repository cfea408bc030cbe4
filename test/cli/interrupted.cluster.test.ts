import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { test } from '../bench/fixtures.ts';
import { aegisXc, type CliResult, startAegisXc } from '../support/cli.ts';
import { atWrite, calledBy } from '../support/cli-rig.ts';
import { provider, service, specText } from '../support/federation.ts';
import { openRig, type Rig } from '../support/run-rig.ts';

/** The built program, killed and stopped by hand, and what it says to whoever comes next. */
const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-interrupted-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rigged = test.extend('rig', { scope: 'file' }, async ({ bench }, { onCleanup }): Promise<Rig> => {
  const rig = await openRig(bench);
  onCleanup(() => rig.close());
  return rig;
});

function writeSpec(name: string, account: string): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, specText(calledBy(name, account)));
  return file;
}

const contexts = (rig: Rig): string[] => [
  '--cluster-a',
  'cluster-a',
  '--cluster-b',
  'cluster-b',
  '--kubeconfig',
  rig.kubeconfig,
];
const quick = ['--settle', '0', '--lock-ttl', '4s'];
const run = (rig: Rig, verb: string, file: string, ...args: string[]): Promise<CliResult> =>
  aegisXc([verb, '-f', file, ...contexts(rig), ...args]);

/** Starts an apply and sends it a signal when it is about to write something: the policy. */
async function interrupt(
  rig: Rig,
  file: string,
  signal: 'SIGKILL' | 'SIGINT',
  at = '/authorizationpolicies/',
): Promise<CliResult> {
  const { child, ended } = startAegisXc(['apply', '-f', file, ...contexts(rig), ...quick]);
  await atWrite(rig, at, () => child.kill(signal));
  return ended;
}

describe.sequential('a run that is broken off', () => {
  rigged('by kill -9 is named by status, refused by apply, and finished by resume', async ({ rig }) => {
    await run(rig, 'apply', writeSpec('killed', 'frontend'), ...quick);
    const file = writeSpec('killed', 'orders');
    expect((await interrupt(rig, file, 'SIGKILL')).code).toBeNull();

    const status = await run(rig, 'status', file);
    expect(status.stdout).toMatch(/cluster-a .*unfinished[\s\S]*cluster-b .*unfinished/);
    expect(status.stdout).toMatch(/the run that makes revision 2 .* has stopped in stage guard/);
    // What the run did not come to is nobody's edit.
    expect(status.stdout).toMatch(/cluster-a .* 0 +\d+\ncluster-b .* 0 +\d+\n/);
    expect(status.stdout).not.toMatch(/was (deleted|changed)/);
    const again = await run(rig, 'apply', file, ...quick);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/AXC4008.*revision 2[\s\S]*aegis-xc resume.*aegis-xc rollback/);

    const resumed = await run(rig, 'resume', file, ...quick);
    expect(resumed.stderr).toContain('Done: revision 2 is in cluster-a, cluster-b.');
    expect(resumed.stderr).not.toContain('was changed in the cluster');
    expect(resumed.code).toBe(0);
    expect(await run(rig, 'plan', file, '--exit-code')).toMatchObject({ code: 0 });
    expect((await run(rig, 'resume', file)).stderr).toContain('no run is unfinished');
  });

  rigged('in the very first run is not told as objects that somebody has deleted', async ({ rig }) => {
    const file = writeSpec('first-killed', 'frontend');
    expect((await interrupt(rig, file, 'SIGKILL')).code).toBeNull();
    const { stdout } = await run(rig, 'status', file);
    expect(stdout).toMatch(/cluster-a .*unfinished +1 +\d+ +0 +[1-9]\d*\ncluster-b .*unfinished +1 +\d+ +0 +[1-9]/);
    expect(stdout).not.toContain('was deleted');
    expect(await run(rig, 'rollback', file, ...quick)).toMatchObject({ code: 0 });
  });

  rigged('by kill -9 is taken back by rollback', async ({ rig }) => {
    await run(rig, 'apply', writeSpec('undone', 'frontend'), ...quick);
    await interrupt(rig, writeSpec('undone', 'orders'), 'SIGKILL');
    const file = writeSpec('undone', 'frontend');
    const back = await run(rig, 'rollback', file, ...quick);
    expect(back.stderr).toContain('cluster-a, cluster-b are as they were before the run');
    expect(back.code).toBe(0);
    expect(await run(rig, 'plan', file, '--exit-code')).toMatchObject({ code: 0 });
  });

  const done = [
    ['resume', 0, 'Done: revision 1 is in cluster-a, cluster-b.'],
    ['rollback', 0, 'cluster-a, cluster-b are as they were before the run.'],
  ] as const;
  rigged.for([
    [
      'the first note',
      { name: 'prepare', at: '.txn', state: /^(?!.*(unfinished|has stopped))/s },
      [
        ['resume', 0, 'no run is unfinished'],
        ['rollback', 2, 'There is no revision before this one.'],
        ['apply', 0, 'Done: revision 1 is in cluster-a, cluster-b.'],
      ],
    ],
    ['a host', { name: 'publish', at: '/serviceentries/', state: /has stopped in stage publish/ }, done],
    ['the new revision', { name: 'commit', at: '.rev.1', state: /has stopped in stage route/ }, done],
  ] as const)(
    'by kill -9 at %s of a first apply says what comes next, and that does it',
    async ([, cut, ways], { rig }) => {
      for (const [verb, code, said] of ways) {
        const file = writeSpec(`killed-${cut.name}-${verb}`, 'frontend');
        expect((await interrupt(rig, file, 'SIGKILL', cut.at)).code).toBeNull();
        const status = await run(rig, 'status', file);
        expect(status.stdout + status.stderr).toMatch(cut.state);
        expect(await run(rig, verb, file, ...quick)).toMatchObject({ code, stderr: expect.stringContaining(said) });
        const isThere = said.includes('revision 1 is in');
        expect(await run(rig, 'plan', file, '--exit-code')).toMatchObject({ code: isThere ? 0 : 1 });
      }
    },
  );

  rigged('by Ctrl-C ends with 4, gives the lock back and says how to go on', async ({ rig }) => {
    await run(rig, 'apply', writeSpec('stopped', 'frontend'), ...quick);
    const file = writeSpec('stopped', 'orders');
    const { code, stderr } = await interrupt(rig, file, 'SIGINT');
    expect(code).toBe(4);
    expect(stderr).toMatch(/Interrupted:[\s\S]*aegis-xc resume.*aegis-xc rollback/);
    const resumed = await run(rig, 'resume', file, '--settle', '0');
    expect(resumed.stderr).not.toContain('holds the lock');
    expect(resumed.code).toBe(0);
  });
});

describe.sequential('what was applied', () => {
  rigged('is listed by history, and a revision can be had again', async ({ rig }) => {
    const first = writeSpec('history', 'frontend');
    await run(rig, 'apply', first, ...quick);
    const second = writeSpec('history', 'orders');
    await run(rig, 'apply', second, ...quick);
    const list = JSON.parse((await run(rig, 'history', second, '-o', 'json')).stdout);
    expect(list.revisions).toMatchObject([
      { revision: 2, change: 'apply', clusters: ['cluster-a', 'cluster-b'] },
      { revision: 1, change: 'apply', clusters: ['cluster-a', 'cluster-b'] },
    ]);
    const missing = await run(rig, 'rollback', second, '--to', '7');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/Revision 7 is not kept[\s\S]*Kept are: 2, 1/);
    const back = await run(rig, 'rollback', second, ...quick);
    expect(back.stderr).toContain('Done: revision 3 is in cluster-a, cluster-b.');
    writeSpec('history', 'frontend');
    expect(await run(rig, 'plan', first, '--exit-code')).toMatchObject({ code: 0 });
  });

  rigged('is exactly what was planned, or nothing', async ({ rig, bench }) => {
    const file = writeSpec('saved', 'frontend');
    const plan = join(folder, 'saved.plan');
    expect(await run(rig, 'plan', file, '--out', plan)).toMatchObject({ code: 0 });
    expect(await run(rig, 'apply', file, plan, ...quick)).toMatchObject({ code: 0 });
    const stale = await run(rig, 'apply', file, plan, ...quick);
    expect(stale.code).toBe(2);
    expect(stale.stderr).toMatch(/does not fit any more:[\s\S]*- cluster-a has revision 1, not none/);

    const changed = writeSpec('saved', 'orders');
    expect(await run(rig, 'plan', changed, '--out', plan)).toMatchObject({ code: 0 });
    const policy = ['authorizationpolicy', '-n', 'default', '-l', 'aegis-xc.dev/federation=saved'];
    await bench.clusters['cluster-b'].kubectl(['annotate', ...policy, 'team=payments']);
    const { 'cluster-b': access } = bench.clusters;
    await access.kubectl(['delete', ...policy]);
    const moved = await run(rig, 'apply', changed, plan, ...quick);
    expect(moved.stderr).toMatch(/AuthorizationPolicy default\/saved-saved in cluster-b was changed/);
    writeFileSync(plan, '{"schemaVersion": 1}');
    expect((await run(rig, 'apply', changed, plan)).stderr).toContain('is not a plan of this version');
  });

  rigged('does not shrink by more than a third in a pipeline unless it is said', async ({ rig }) => {
    const file = join(folder, 'shrinks.yaml');
    const two = calledBy('shrinks', 'frontend');
    const other = service({
      port: { number: 81, protocol: 'HTTP' },
      providers: { 'cluster-b': provider({ workload: { app: 'other' } }) },
      consumers: [{ cluster: 'cluster-a', namespace: 'web', serviceAccount: 'web' }],
    });
    writeFileSync(file, specText({ ...two, services: { ...two.services, other } }));
    await run(rig, 'apply', file, ...quick);
    writeSpec('shrinks', 'frontend');
    const refused = await run(rig, 'apply', file, ...quick);
    expect(refused.code).toBe(2);
    const [, number] = /--max-removals (\d+)/.exec(refused.stderr) ?? [];
    expect(await run(rig, 'apply', file, ...quick, '--max-removals', number ?? '')).toMatchObject({ code: 0 });
  });
});
