import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { test } from '../bench/fixtures.ts';
import { aegisXc, type CliResult, type Running, startAegisXc } from '../support/cli.ts';
import { atPolicy, calledBy, runCli, startCli } from '../support/cli-rig.ts';
import { federation, provider, service, specText } from '../support/federation.ts';
import { openRig, type Rig } from '../support/run-rig.ts';

/** Several of the built program at the same time, some of them killed or asleep. */
const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-at-once-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rigged = test.extend('rig', { scope: 'file' }, async ({ bench }, { onCleanup }): Promise<Rig> => {
  const rig = await openRig(bench);
  onCleanup(() => rig.close());
  return rig;
});

/** The same federation with one caller or another. */
function specOf(name: string, caller: string): string {
  const file = join(folder, `${name}-${caller}.yaml`);
  const consumers = [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount: caller }];
  const providers = { 'cluster-b': provider({ workload: { app: name } }) };
  writeFileSync(
    file,
    specText(federation({ metadata: { name }, services: { [name]: service({ consumers, providers }) } })),
  );
  return file;
}

const argv = (rig: Rig, verb: string, file: string): string[] => [
  ...[verb, '-f', file, '--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b', '--kubeconfig', rig.kubeconfig],
];
const quick = ['--settle', '0', '--lock-ttl', '4s'];
const run = (rig: Rig, verb: string, file: string, ...more: string[]): Promise<CliResult> =>
  aegisXc([...argv(rig, verb, file), ...more]);

const start = (rig: Rig, file: string): Running => startAegisXc([...argv(rig, 'apply', file), ...quick]);

/** Who holds the lock of a federation, by its Lease: `name@host (process 4711)`. */
async function holder(rig: Rig, name: string): Promise<number> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/aegis-xc-system/leases/${name}`;
  const answer = await rig.clusters['cluster-b']?.request('GET', path);
  return Number(/\(process (\d+)\)/.exec(answer?.text ?? '')?.[1]);
}

describe.sequential('programs that apply at once', () => {
  rigged.for([2, 8])('%i of them, one killed: one revision everywhere', async (count, { rig }) => {
    const name = `at-once-${count}`;
    const files = ['frontend', 'orders'].map((caller) => specOf(name, caller));
    const [first = '', second = ''] = files;
    expect(await run(rig, 'apply', first, ...quick)).toMatchObject({ code: 0 });

    // Who comes to the policy first, with the lock, is killed there.
    void atPolicy(rig, async () => process.kill(await holder(rig, name), 'SIGKILL'));
    const running = Array.from({ length: count }, (_, n) => start(rig, n % 2 === 0 ? second : first));
    const endings = await Promise.all(running.map(({ ended }) => ended));
    expect(endings.filter(({ code }) => code === null)).toHaveLength(1);
    // The others find the lock held, or a run that is not finished.
    for (const { code, stderr } of endings) if (code !== null) expect([0, 2], stderr).toContain(code);
    const resumed = await run(rig, 'resume', second, ...quick);
    expect(resumed.code, resumed.stderr).toBe(0);
    const status = JSON.parse((await run(rig, 'status', first, '-o', 'json')).stdout);
    expect(new Set(status.clusters.map(({ revision }: { revision: number }) => revision)).size).toBe(1);
    const plans = await Promise.all(files.map((file) => run(rig, 'plan', file, '--exit-code')));
    expect(plans.map(({ code }) => code).sort()).toEqual([0, 1]);
  });

  rigged('one that sleeps for longer than its lock lasts writes nothing more when it wakes', async ({ rig }) => {
    const [first, second] = ['frontend', 'orders'].map((caller) => specOf('asleep', caller));
    if (first === undefined || second === undefined) throw new Error('two specs');
    expect(await run(rig, 'apply', first, ...quick)).toMatchObject({ code: 0 });
    const sleeper = start(rig, second);
    await atPolicy(rig, () => sleeper.child.kill('SIGSTOP'));

    const resumed = await run(rig, 'resume', second, ...quick);
    expect(resumed.stderr).toContain('holds the lock: watching whether it is alive');
    expect(resumed.code).toBe(0);
    expect(await run(rig, 'apply', first, ...quick)).toMatchObject({ code: 0 });
    const before = rig.writes();
    sleeper.child.kill('SIGCONT');
    const { code, stderr } = await sleeper.ended;
    expect(code).toBe(4);
    expect(stderr).toContain('lock was not renewed in time');
    // The renewals of two locks may be tried, and are refused.
    expect(rig.writes() - before).toBeLessThanOrEqual(2);
    expect(await run(rig, 'plan', first, '--exit-code')).toMatchObject({ code: 0 });
  });
});

describe.sequential('who holds the lock', () => {
  interface Row {
    readonly name: string;
    readonly lockedBy?: string;
  }
  const [now, next] = [calledBy('holder', 'frontend'), calledBy('holder', 'orders')];
  const rowsOf = async (rig: Rig): Promise<Row[]> =>
    JSON.parse((await runCli(rig, next, 'status', '-o', 'json')).stdout).clusters;

  rigged('is named by status while it is at work, and nobody is when it has ended', async ({ rig }) => {
    expect(await rig.apply(now)).toMatchObject({ kind: 'done' });
    expect((await rowsOf(rig)).map(({ lockedBy }) => lockedBy)).toEqual([undefined, undefined]);

    const running = startCli(rig, next, 'apply', '--settle', '0');
    await atPolicy(rig, () => running.child.kill('SIGSTOP'));
    const name = new RegExp(`^\\S+@\\S+ \\(process ${running.child.pid}\\)$`);
    expect(await rowsOf(rig)).toMatchObject([
      { name: 'cluster-a', state: 'unfinished', lockedBy: expect.stringMatching(name) },
      { name: 'cluster-b', state: 'unfinished', lockedBy: expect.stringMatching(name) },
    ]);
    const { stdout } = await runCli(rig, next, 'status');
    const said = [...stdout.matchAll(/^(cluster-[ab]): locked by (.+)$/gm)].map(([, cluster, holder]) => [
      cluster,
      holder,
    ]);
    expect(said).toEqual([
      ['cluster-a', expect.stringMatching(name)],
      ['cluster-b', expect.stringMatching(name)],
    ]);

    running.child.kill('SIGCONT');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect((await rowsOf(rig)).map(({ lockedBy }) => lockedBy)).toEqual([undefined, undefined]);
    expect((await runCli(rig, next, 'status')).stdout).not.toContain('locked by');
  });

  rigged('in one cluster only is named there, and a cluster that does not tell is not reached', async ({ rig }) => {
    expect((await rig.apply(now)).kind).toMatch(/done|unchanged/);
    const path = '/apis/coordination.k8s.io/v1/namespaces/aegis-xc-system/leases/holder';
    const body = { spec: { holderIdentity: 'ci@runner-7 (process 12)' } };
    const contentType = 'application/merge-patch+json';
    expect(await rig.clusters['cluster-b']?.request('PATCH', path, { body, contentType })).toMatchObject({
      status: 200,
    });
    expect((await rowsOf(rig)).map(({ lockedBy }) => lockedBy)).toEqual([undefined, 'ci@runner-7 (process 12)']);

    rig.onRequest = ({ cluster, path: asked }) =>
      cluster === 'cluster-a' && asked.includes('/leases/') ? { kind: 'cut', when: 'before' } : undefined;
    const ended = await runCli(rig, now, 'status');
    rig.onRequest = () => undefined;
    expect(ended.code).toBe(2);
    expect(ended.stdout).toMatch(
      /^cluster-a .* not reached .*\ncluster-b .* in sync .*\n\ncluster-b: locked by ci@runner-7/m,
    );
    expect(ended.stderr).toMatch(/cluster-a can't be reached at/);
  });
});
