import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { permissionsSuffice } from '../../src/checks/live/permissions-suffice.ts';
import { readLacking } from '../../src/clusters/lacking.ts';
import { readActions } from '../../src/clusters/live-cluster.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { actionsOf } from '../../src/plan/permissions.ts';
import type { ClusterAccess } from '../bench/access.ts';
import { test as base } from '../bench/fixtures.ts';
import { benchClient } from '../support/bench-client.ts';
import { aegisXc, type CliResult } from '../support/cli.ts';
import { cluster, type FederationInput, federation, provider, service, specText } from '../support/federation.ts';
import { grant, kubeconfigAs, makeAccount, type Role, rolesIn } from '../support/service-account.ts';
import { rendered } from '../support/simulate.ts';

/** A service account with the roles that `rbac` prints, and nothing else, does everything; and misses each verb of them. */

const names = ['cluster-a', 'cluster-b'] as const;

const shop = (difference: Partial<FederationInput> = {}): FederationInput =>
  federation({
    clusters: {
      'cluster-a': cluster('a', { context: 'cluster-a' }),
      'cluster-b': cluster('b', {
        context: 'cluster-b',
        gateway: { addresses: ['203.0.113.98'], allowFrom: ['198.51.100.0/24'] },
      }),
    },
    services: {
      'backend-api': service(),
      'orders-db': service({
        preset: 'postgres',
        port: undefined,
        providers: { 'cluster-b': provider({ workload: { app: 'postgres' }, service: 'postgres' }) },
      }),
    },
    telemetry: { accessLog: { provider: 'envoy' } },
    ...difference,
  });

interface Ground {
  readonly kubeconfig: string;
  readonly clusters: Readonly<Record<(typeof names)[number], ClusterAccess>>;
  run(spec: FederationInput, ...args: string[]): Promise<CliResult>;
}

const test = base.extend('ground', { scope: 'file' }, async ({ ownBench }, { onCleanup }): Promise<Ground> => {
  const { clusters } = ownBench;
  const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-rbac-'));
  onCleanup(() => rmSync(folder, { recursive: true }));
  const kubeconfig = kubeconfigAs('deployer', ownBench.kubeconfig, join(folder, 'kubeconfig'));
  const run = (spec: FederationInput, ...args: string[]): Promise<CliResult> =>
    aegisXc([...args, '-f', '-'], { stdin: specText(spec), env: { KUBECONFIG: kubeconfig } });
  for (const name of names) {
    const { kubectl } = clusters[name];
    for (const space of ['istio-system', 'shop', 'ci']) await kubectl(['create', 'namespace', space]);
    await makeAccount(clusters[name], 'deployer');
    await grant(clusters[name], (await run(shop(), 'rbac', '--cluster', name)).stdout, 'deployer');
  }
  return { kubeconfig, clusters, run };
});

/** What `preflight` says of the permissions in one cluster. */
async function lacking({ kubeconfig }: Ground, name: string): Promise<Diagnostic[]> {
  const { federation: resolved, manifests } = rendered(shop());
  const client = benchClient({ kubeconfig }, { cluster: name, context: name });
  try {
    const needed = actionsOf(manifests.filter((one) => one.cluster === name));
    const helpful = readActions(resolved, name);
    const site = { cluster: name, lacking: await readLacking(client, resolved.name, { needed, helpful }) };
    const nothing = { found: [], isPlanned: false, untried: [], prerequisites: [] };
    const evidence = { federation: resolved, manifests, sites: [site], ...nothing };
    return permissionsSuffice.look(evidence).flatMap(({ found }) => found);
  } finally {
    await client.close();
  }
}

/** The API server hears of a changed role a moment later. */
async function untilLacking(
  ground: Ground,
  name: string,
  wanted: 'something' | 'nothing',
  what = '',
): Promise<Diagnostic[]> {
  let found: Diagnostic[] = [];
  const look = async (): Promise<string> => {
    found = await lacking(ground, name);
    return found.length > 0 ? 'something' : 'nothing';
  };
  await expect.poll(look, { timeout: 20_000, interval: 20, message: what }).toBe(wanted);
  return found;
}

describe.sequential('the printed roles', () => {
  test('are enough to look, to apply, to apply again without a write, to go back, and to delete', async ({
    ground,
  }) => {
    const narrower = shop({ services: { 'backend-api': service({ localCallers: 'any' }) } });
    const looked = await ground.run(shop(), 'preflight', '-o', 'json');
    const { checks, diagnostics } = JSON.parse(looked.stdout);
    expect(diagnostics.filter(({ code }: Diagnostic) => code === 'AXC4011')).toEqual([]);
    expect(JSON.stringify(checks)).not.toContain('may not be read');
    for (const [line, says] of [
      [['apply', '--settle', '0'], /revision 1 is in cluster-a, cluster-b/],
      [['apply', '--settle', '0'], /Nothing to do.* 0 writes/],
      [['status'], /^reading/],
    ] as const) {
      const ended = await ground.run(shop(), ...line);
      expect(`${ended.code} ${ended.stderr}`).toMatch(/^0 /);
      expect(ended.stderr.trim().split('\n').at(-1)).toMatch(says);
    }
    for (const [spec, line] of [
      [narrower, ['apply', '--settle', '0', '--max-removals', '20']],
      [narrower, ['rollback', '--to', '1', '--yes', '--settle', '0']],
      [shop(), ['delete', '--yes', '--settle', '0']],
    ] as const) {
      const ended = await ground.run(spec, ...line);
      expect(`${ended.code} ${ended.stderr}`).toMatch(/^0 /);
    }
  }, 480_000);

  test('of one cluster are for kubectl as they are; a name that is none is answered with the nearest', async ({
    ground,
  }) => {
    const { code, stderr } = await ground.run(shop(), 'rbac', '--cluster', 'cluster-c');
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean "cluster-');
  });

  test('without one of their verbs preflight says which, and prints the role that adds it', async ({ ground }) => {
    let removed = 0;
    for (const name of names) {
      const access = ground.clusters[name];
      const { stdout } = await ground.run(shop(), 'rbac', '--cluster', name);
      for (const whole of rolesIn(stdout)) {
        for (const [index, rule] of whole.rules.entries()) {
          for (const verb of rule.verbs) {
            removed += 1;
            await replaceRules(access, whole, without(whole, index, verb));
            const what = `${name} ${whole.metadata.namespace ?? ''} ${verb} ${rule.resources}`;
            const found = await untilLacking(ground, name, 'something', what);
            expect(found.map(({ message }) => message).join('\n'), what).toMatch(new RegExp(`may not .*${verb}`));
            const missing = found.flatMap(({ hint }) => rolesIn(roleText(hint)).flatMap(({ rules }) => rules));
            expect([...new Set(missing.flatMap(({ verbs }) => verbs))], what).toEqual([verb]);
            const kinds = new Set(missing.flatMap(({ resources }) => resources));
            expect([...kinds].sort(), what).toEqual([...rule.resources].sort());
            await replaceRules(access, whole, whole.rules);
            await untilLacking(ground, name, 'nothing', what);
          }
        }
      }
    }
    expect(removed).toBeGreaterThan(40);
  }, 600_000);

  test('also where nothing of the cluster can be read any more', async ({ ground }) => {
    const access = ground.clusters['cluster-a'];
    const { stdout } = await ground.run(shop(), 'rbac', '--cluster', 'cluster-a');
    const whole = rolesIn(stdout).find(({ metadata }) => metadata.namespace === 'aegis-xc-system');
    if (whole === undefined) throw new Error('there is no role for the records');
    await replaceRules(access, whole, without(whole, 0, 'list'));
    await untilLacking(ground, 'cluster-a', 'something');
    const { code, stdout: said } = await ground.run(shop(), 'preflight');
    expect(code).toBe(2);
    expect(said).toMatch(/^reachable +failed +passed$/m);
    expect(said).toMatch(/these credentials may not list configmaps in aegis-xc-system in cluster-a/);
    expect(said).toMatch(/kind: Role\n[\s|]+metadata:[\s\S]+verbs:[\s|]+- list/);
    expect(said).toMatch(/^gateway +- +failed$/m);
    await replaceRules(access, whole, whole.rules);
    await untilLacking(ground, 'cluster-a', 'nothing');
  }, 60_000);

  test('and that role is enough', async ({ ground }) => {
    const access = ground.clusters['cluster-b'];
    const { stdout } = await ground.run(shop(), 'rbac', '--cluster', 'cluster-b');
    const whole = rolesIn(stdout).find(({ metadata }) => metadata.namespace === 'default');
    if (whole === undefined) throw new Error('there is no role for the providers');
    const looking = whole.rules.map((rule) => ({ ...rule, verbs: rule.verbs.filter((verb) => /get|list/.test(verb)) }));
    await replaceRules(access, whole, looking);
    const found = await untilLacking(ground, 'cluster-b', 'something');
    const refused = await ground.run(shop(), 'apply', '--settle', '0');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('AXC4011');
    expect(refused.stderr).toContain('Nothing was changed.');
    for (const [n, { hint }] of found.entries()) {
      await grant(access, roleText(hint).replaceAll('-more', `-more-${n}`), 'deployer');
    }
    await untilLacking(ground, 'cluster-b', 'nothing');
  }, 120_000);
});

const roleText = (hint = ''): string => hint.slice(hint.indexOf('apiVersion'));

const without = ({ rules }: Role, index: number, verb: string): Role['rules'] =>
  rules.map((rule, n) => (n === index ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) } : rule));

async function replaceRules({ request }: ClusterAccess, { kind, metadata }: Role, rules: Role['rules']): Promise<void> {
  const { name, namespace } = metadata;
  const place = namespace === undefined ? 'clusterroles' : `namespaces/${namespace}/roles`;
  const path = `/apis/rbac.authorization.k8s.io/v1/${place}/${name}`;
  const body = { rules: rules.filter(({ verbs }) => verbs.length > 0) };
  const { status, text } = await request('PATCH', path, { body, contentType: 'application/merge-patch+json' });
  if (status !== 200) throw new Error(`${kind} ${name}: ${status} ${text}`);
}
