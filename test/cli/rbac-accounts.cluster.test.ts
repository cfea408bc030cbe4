import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { ClusterAccess } from '../bench/access.ts';
import { test as base } from '../bench/fixtures.ts';
import { aegisXc, type CliResult, type Running, startAegisXc } from '../support/cli.ts';
import { atPolicy } from '../support/cli-rig.ts';
import { cluster, type FederationInput, federation, service, specText } from '../support/federation.ts';
import { furnish } from '../support/live-mesh.ts';
import { openRig, type Rig } from '../support/run-rig.ts';
import { grant, kubeconfigAs, makeAccount, type Role, rolesIn } from '../support/service-account.ts';

/**
 * Service accounts with the roles that `rbac` prints and nothing else, in two clusters with everything in place: one that
 * deploys, and one that only looks.
 */
const names = ['cluster-a', 'cluster-b'] as const;
const accounts = ['deployer', 'reader', 'ca-deployer', 'ca-reader'] as const;
type Who = 'admin' | (typeof accounts)[number];

interface Ground {
  readonly clusters: Readonly<Record<(typeof names)[number], ClusterAccess>>;
  readonly rig: Rig;
  run(who: Who, spec: FederationInput, ...args: string[]): Promise<CliResult>;
  start(who: Who, spec: FederationInput, ...args: string[]): Running;
}

const spec = (difference: Partial<FederationInput> = {}): FederationInput =>
  federation({
    clusters: {
      'cluster-a': cluster('a', { context: 'cluster-a' }),
      'cluster-b': cluster('b', { context: 'cluster-b' }),
    },
    ...difference,
  });
const calledBy = (serviceAccount: string): FederationInput =>
  spec({
    services: { 'backend-api': service({ consumers: [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount }] }) },
  });
const [first, second, third] = [calledBy('frontend'), calledBy('orders'), calledBy('batch')];
/** No mesh runs yet of which it is the CA, so its Certificates are made. */
const withCa = spec({
  metadata: { name: 'with-ca' },
  trust: { certManager: { issuer: 'shop-root', kind: 'ClusterIssuer', namespace: 'mesh-to-come' } },
});

const test = base.extend('ground', { scope: 'file' }, async ({ ownBench }, { onCleanup }): Promise<Ground> => {
  const { clusters } = ownBench;
  await Promise.all((['a', 'b'] as const).map((letter) => furnish(clusters[`cluster-${letter}`], letter)));
  const rig = await openRig(ownBench);
  const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-accounts-'));
  onCleanup(async () => {
    await rig.close();
    rmSync(folder, { recursive: true });
  });
  const kubeconfigOf = new Map<Who, string>([
    ['admin', rig.kubeconfig],
    ...accounts.map((one) => [one, kubeconfigAs(one, rig.kubeconfig, join(folder, one))] as const),
  ]);
  const start: Ground['start'] = (who, wanted, ...args) =>
    startAegisXc([...args, '-f', '-'], { stdin: specText(wanted), env: { KUBECONFIG: kubeconfigOf.get(who) ?? '' } });
  for (const name of names) {
    const access = clusters[name];
    for (const space of ['ci', 'mesh-to-come']) await access.kubectl(['create', 'namespace', space]);
    for (const account of accounts) await makeAccount(access, account);
    await grant(access, await printed(first, name), 'deployer');
    await grant(access, await printed(first, name, '--read-only'), 'reader');
    await grant(access, await printed(withCa, name), 'ca-deployer');
    await grant(access, await printed(withCa, name, '--read-only'), 'ca-reader');
  }
  return { clusters, rig, start, run: (...args) => start(...args).ended };
});

async function printed(wanted: FederationInput, name: string, ...flags: string[]): Promise<string> {
  const { stdout } = await aegisXc(['rbac', '-f', '-', '--cluster', name, ...flags], { stdin: specText(wanted) });
  return stdout;
}

/** Everything that a run could write, with its version. */
async function versions({ clusters }: Ground): Promise<string[]> {
  const lists = names.map(async (name) => {
    const { items } = JSON.parse(await clusters[name].kubectl(['get', kinds, '-A', '-o', 'json']));
    return items.map(
      ({ kind, metadata }: { kind: string; metadata: Record<string, string> }) =>
        `${name} ${kind} ${metadata.namespace}/${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`,
    );
  });
  // API servers hold Leases too.
  return (await Promise.all(lists))
    .flat()
    .filter((one) => !/ Lease kube-/.test(one))
    .sort();
}
const kinds = [
  'namespaces,services,networkpolicies,configmaps,leases,certificates,gateways.networking.istio.io,serviceentries,destinationrules',
  'virtualservices,proxyconfigs,authorizationpolicies,peerauthentications,telemetries',
].join(',');

const quick = ['--settle', '0', '--lock-ttl', '4s'];

interface Preflight {
  readonly checks: readonly { readonly check: string; readonly state: string; readonly notChecked?: string[] }[];
  readonly diagnostics: readonly { readonly code: string; readonly message: string }[];
}

describe.sequential('who only looks', () => {
  test('has roles of its own, beside those of who deploys', async () => {
    const all = rolesIn(await printed(first, 'cluster-b'));
    const looking = rolesIn(await printed(first, 'cluster-b', '--read-only'));
    const nameOf = ({ kind, metadata: { name, namespace } }: Role): string => `${kind} ${namespace}/${name}`;
    expect(all.map(nameOf).filter((name) => looking.map(nameOf).includes(name))).toEqual([]);
    const verbs = looking.flatMap(({ rules }) => rules.flatMap((rule) => rule.verbs));
    expect([...new Set(verbs)].sort()).toEqual(['get', 'list']);
  });

  test('sees what would be made', async ({ ground }) => {
    const before = await versions(ground);
    const plan = await ground.run('reader', first, 'plan');
    expect([plan.code, plan.stderr]).toEqual([0, expect.not.stringMatching(/error|warning/)]);
    expect(plan.stdout).toMatch(/^shop: (\d+) to create, 0 to change, 0 to delete; makes revision 1\n/);
    const [, number] = /^shop: (\d+) to create/.exec(plan.stdout) ?? [];
    expect(plan.stdout).toContain(
      `Dry run: 0 writes accepted; ${number} not tried: these credentials may not write it.`,
    );
    expect(await ground.run('reader', first, 'plan', '--exit-code')).toMatchObject({ code: 1 });
    const status = await ground.run('reader', first, 'status');
    expect([status.code, status.stdout]).toEqual([
      0,
      expect.stringMatching(/cluster-a .* not applied .*\n.*not applied/),
    ]);
    const history = await ground.run('reader', first, 'history');
    expect([history.code, history.stdout, history.stderr]).toEqual([0, '', 'Nothing was applied yet.\n']);
    expect(await versions(ground)).toEqual(before);
  });

  test('hears from preflight all that somebody else does, and that it may not write itself', async ({ ground }) => {
    const preflight = async (who: Who): Promise<Preflight> =>
      JSON.parse((await ground.run(who, first, 'preflight', '-o', 'json')).stdout);
    // The stand-in for Istio's webhook is heard of a moment later.
    await expect.poll(async () => (await preflight('admin')).diagnostics, { timeout: 30_000 }).toEqual([]);
    const { checks } = await preflight('admin');
    const own = await preflight('reader');
    expect(own.diagnostics.map(({ code }) => code)).toEqual(['AXC4011', 'AXC4011']);
    for (const { message } of own.diagnostics) {
      expect(message).toMatch(/^these credentials may not create, patch, delete \S+ in /);
      expect(message).not.toMatch(/\b(get|list)\b/);
    }
    const writing = ['permissions', 'writes', 'webhook'];
    const others = (all: Preflight['checks']) => all.filter(({ check }) => !writing.includes(check));
    expect(others(own.checks)).toEqual(others(checks));
    expect(own.checks.filter(({ check }) => writing.includes(check)).map(({ check, state }) => [check, state])).toEqual(
      expect.arrayContaining([
        ['permissions', 'failed'],
        ['writes', 'not checked'],
        ['webhook', 'not checked'],
      ]),
    );
    expect(await ground.run('reader', first, 'preflight')).toMatchObject({ code: 1 });
    expect(await ground.run('reader', first, 'preflight', '--allow', 'AXC4011')).toMatchObject({ code: 0 });
  });

  test('sees what was applied, and by whom', async ({ ground }) => {
    for (const wanted of [first, second]) {
      const applied = await ground.run('deployer', wanted, 'apply', ...quick);
      expect([applied.code, applied.stderr]).toEqual([0, expect.stringContaining('Done: revision')]);
    }
    const plan = await ground.run('reader', second, 'plan', '--exit-code');
    expect([plan.code, plan.stderr]).toEqual([0, expect.not.stringMatching(/error|warning/)]);
    expect(plan.stdout).toContain('nothing to do, revision 2 is everywhere');
    expect(await ground.run('reader', first, 'plan', '--exit-code')).toMatchObject({ code: 1 });
    const status = await ground.run('reader', second, 'status', '-o', 'json');
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({
      clusters: names.map((name) => ({ name, state: 'in sync', revision: 2, drift: [], pending: [] })),
      diagnostics: [],
    });
    for (const who of ['reader', 'deployer'] as const) {
      const history = await ground.run(who, second, 'history', '-o', 'json');
      expect(history.code).toBe(0);
      expect(JSON.parse(history.stdout).revisions).toMatchObject([
        { revision: 2, clusters: names },
        { revision: 1, clusters: names },
      ]);
    }
  });

  test.for<[string, string[], RegExp]>([
    ['apply', ['apply'], /error\[AXC4011\].*may not .*patch.*\n[\s\S]*Nothing was changed\./],
    [
      'apply --allow AXC4011',
      ['apply', '--allow', 'AXC4011'],
      /error: cluster-[ab] Lease aegis-xc-system\/shop: cluster-[ab] does not allow it: /,
    ],
    ['rollback --to 1', ['rollback', '--to', '1', '--yes'], /error\[AXC4011\][\s\S]*Nothing was changed\./],
    ['delete', ['delete', '--yes'], /error\[AXC4011\][\s\S]*Nothing was changed\./],
  ])('is refused by %s, and nothing is written', async ([, line, says], { ground }) => {
    const before = await versions(ground);
    const ended = await ground.run('reader', third, ...line, ...quick);
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringMatching(says)]);
    expect(ended.stderr).not.toMatch(/unexpected:|^\s+at .+:\d+:\d+/m);
    expect(await versions(ground)).toEqual(before);
  });
});

describe.sequential('a run that is broken off', () => {
  /** At the first policy. */
  async function breakOff({ rig, start }: Ground, wanted: FederationInput): Promise<void> {
    const { child, ended } = start('deployer', wanted, 'apply', ...quick);
    await atPolicy(rig, () => child.kill('SIGKILL'));
    expect(await ended).toMatchObject({ code: null });
  }

  test('is seen by who only looks, with the holder of its lock, and not finished by them', async ({ ground }) => {
    await breakOff(ground, third);
    const status = await ground.run('reader', third, 'status', '-o', 'json');
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout).clusters).toMatchObject(
      names.map((name) => ({ name, state: 'unfinished', lockedBy: expect.stringContaining('(process ') })),
    );
    const before = await versions(ground);
    for (const verb of ['resume', 'rollback']) {
      const ended = await ground.run('reader', third, verb, '--yes', ...quick);
      expect([ended.code, ended.stderr]).toEqual([
        2,
        expect.stringMatching(/does not allow it: .*leases[\s\S]*aegis-xc rbac/),
      ]);
      expect(await versions(ground)).toEqual(before);
    }
  });

  test('is finished, and another one taken back, by who deploys', async ({ ground }) => {
    const resumed = await ground.run('deployer', third, 'resume', ...quick);
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining('Done: revision 3 is in')]);
    await breakOff(ground, first);
    const back = await ground.run('deployer', first, 'rollback', '--yes', ...quick);
    expect([back.code, back.stderr]).toEqual([0, expect.stringContaining('are as they were before the run')]);
    expect(await ground.run('deployer', third, 'plan', '--exit-code')).toMatchObject({ code: 0 });
  });
});

describe.sequential('a spec with Certificates', () => {
  test('needs more roles than one without', async ({ ground }) => {
    const ended = await ground.run('deployer', withCa, 'apply', ...quick);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/certificates/);
  });

  test('is looked at, applied, applied again and removed with its own roles', async ({ ground }) => {
    const plan = await ground.run('ca-reader', withCa, 'plan');
    expect([plan.code, plan.stdout]).toEqual([
      0,
      expect.stringContaining('+ Certificate mesh-to-come/with-ca-istio-ca'),
    ]);
    const looked = await ground.run('ca-deployer', withCa, 'preflight', '-o', 'json');
    expect(looked.stdout).not.toMatch(/may not/);
    const applied = await ground.run('ca-deployer', withCa, 'apply', ...quick);
    expect([applied.code, applied.stderr]).toEqual([0, expect.stringContaining('Done: revision 1')]);
    for (const name of names) {
      const made = await ground.clusters[name].kubectl(['get', 'certificates', '-n', 'mesh-to-come', '-o', 'name']);
      expect(made).toBe('certificate.cert-manager.io/with-ca-istio-ca\n');
    }
    const again = await ground.run('ca-deployer', withCa, 'apply', ...quick);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('0 writes')]);
    expect(await ground.run('ca-reader', withCa, 'plan', '--exit-code')).toMatchObject({ code: 0 });
    const status = await ground.run('ca-reader', withCa, 'status', '-o', 'json');
    expect(JSON.parse(status.stdout).clusters).toMatchObject(names.map((name) => ({ name, state: 'in sync' })));
    const gone = await ground.run('ca-deployer', withCa, 'delete', '--yes', ...quick);
    expect([gone.code, gone.stderr]).toEqual([0, expect.stringContaining('nothing of with-ca is left')]);
  });
});
