import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect } from 'vitest';
import type { BenchCluster } from '../bench/cluster.ts';
import { test } from '../bench/fixtures.ts';
import { aegisXc } from '../support/cli.ts';
import { contentOf, temporaryFolder } from '../support/folder.ts';

/** API servers with what an installed Istio leaves in them. */
const installed = test.extend('env', { scope: 'file' }, async ({ ownBench: bench }) => {
  const names = { 'cluster-a': 'installed-a', 'cluster-b': 'installed-b' } as const;
  for (const [name, file] of Object.entries(names)) {
    const { kubectl } = bench.clusters[name as keyof typeof names]; // The keys are the names.
    await kubectl(['apply', '--server-side', '-f', join(import.meta.dirname, `fixtures/${file}.yaml`)]);
  }
  await balance(bench.clusters['cluster-b'], '203.0.113.20');
  return { KUBECONFIG: bench.kubeconfig };
});
/** The first test waits for the API servers, too. */
const untilInstalled = 180_000;

/** What the controller of a cloud writes. */
const balance = ({ kubectl }: Pick<BenchCluster, 'kubectl'>, ip: string) =>
  kubectl([
    ...['patch', 'service', 'istio-eastwestgateway', '-n', 'istio-system', '--subresource', 'status'],
    ...['-p', JSON.stringify({ status: { loadBalancer: { ingress: [{ ip }] } } })],
  ]);

const line = ['init', '--from-contexts', 'cluster-a,cluster-b', '--name', 'shop'];

describe('init --from-contexts', () => {
  installed(
    'writes what it finds, says where, and marks what it can not know',
    { timeout: untilInstalled },
    async ({ env, ownBench }) => {
      const cwd = temporaryFolder();
      const { code, stdout, stderr } = await aegisXc(line, { cwd, env });
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(stderr).toContain('what was found in cluster-a, cluster-b, and 2 TODOs to look at');

      const text = readFileSync(join(cwd, 'federation.yaml'), 'utf8');
      const uids = await Promise.all(Object.values(ownBench.clusters).map(uidOf));
      const stable = text
        .replaceAll(uids[0] ?? '', '<uid of cluster-a>')
        .replaceAll(uids[1] ?? '', '<uid of cluster-b>')
        .replace(/ {2}id: .*/, '  id: <id>')
        .replaceAll(/Kubernetes v[\d.]+\S*/g, 'Kubernetes <version>');
      await expect(stable).toMatchFileSnapshot('fixtures/from-contexts.yaml');
      expect(load(text)).toMatchObject({
        clusters: {
          'cluster-a': { trustDomain: 'cluster-a.example', dns: 'external', context: 'cluster-a', uid: uids[0] },
          'cluster-b': {
            trustDomain: 'cluster-b.example',
            dns: 'capture',
            region: 'eu-west-1',
            gateway: { addresses: ['203.0.113.20'], selector: { istio: 'eastwestgateway' } },
          },
        },
        services: {
          'backend-api': {
            port: { number: 80, targetPort: 8080, protocol: 'HTTP' },
            providers: { 'cluster-b': { namespace: 'backend', serviceAccounts: ['backend'] } },
          },
        },
      });
    },
  );

  installed('what it writes is valid, and can do no harm before somebody has filled it in', async ({ env }) => {
    const cwd = temporaryFolder();
    await aegisXc(line, { cwd, env });
    expect(await aegisXc(['validate'], { cwd, env })).toMatchObject({ code: 0 });
    const { stdout } = await aegisXc(['render', '--cluster', 'cluster-b'], { cwd, env });
    const principals = [...stdout.matchAll(/- (\S+\/(?:ns|sa)\/\S+|\S+\/\*)$/gm)].map(([, principal]) => principal);
    expect(principals).toEqual(['cluster-a.example/ns/change-me/sa/change-me', 'cluster-b.example/*']);
  });

  installed('a proposal is valid when the signs before its lines are removed', async ({ env }) => {
    const cwd = temporaryFolder();
    await aegisXc(line, { cwd, env });
    const text = contentOf(cwd)['federation.yaml'] ?? '';
    const [before, proposals] = text.split(/^ {2}# These could .*\n/m);
    const stdin = `${before}${proposals?.replaceAll(/^ {2}# /gm, '  ')}`;
    const { code, stdout } = await aegisXc(['validate', '-f', '-', '-o', 'json'], { stdin });
    expect(JSON.parse(stdout).diagnostics.filter(({ severity }: { severity: string }) => severity === 'error')).toEqual(
      [],
    );
    expect(code).toBe(0);
    expect(load(stdin)).toMatchObject({ services: { 'orders-db': { preset: 'postgres' } } });
  });

  installed(
    'who may read nothing but one Namespace still gets a spec, with what is missing said',
    async ({ env, ownBench }) => {
      const cwd = temporaryFolder();
      const kubeconfig = JSON.parse(readFileSync(env.KUBECONFIG, 'utf8'));
      for (const { user } of kubeconfig.users) user.as = 'visitor';
      for (const { kubectl } of Object.values(ownBench.clusters)) {
        await kubectl([
          'create',
          'clusterrole',
          'visitor',
          '--verb=get',
          '--resource=namespaces',
          '--resource-name=kube-system',
        ]);
        await kubectl(['create', 'clusterrolebinding', 'visitor', '--clusterrole=visitor', '--user=visitor']);
      }
      const readOnly = temporaryFolder({ 'kubeconfig.json': JSON.stringify(kubeconfig) });
      const { code } = await aegisXc([...line, '--kubeconfig', join(readOnly, 'kubeconfig.json')], { cwd });
      expect(code).toBe(0);
      const text = contentOf(cwd)['federation.yaml'];
      expect(text).toContain('# TODO Services may not be listed with these credentials');
      expect(text).toContain('identity: shared');
      expect(await aegisXc(['validate'], { cwd })).toMatchObject({ code: 0 });
    },
  );

  installed.for([
    ['one context', ['--from-contexts', 'cluster-a'], 'two or more different contexts'],
    ['one context twice', ['--from-contexts', 'cluster-a,cluster-a'], 'two or more different contexts'],
    ['an unknown context', ['--from-contexts', 'cluster-a,clutser-b'], 'Did you mean "cluster-b"?'],
    ['too few names', ['--from-contexts', 'cluster-a,cluster-b', '--clusters', 'east'], '--clusters takes 2'],
    ['a scenario, too', ['--from-contexts', 'cluster-a,cluster-b', '--scenario', 'events'], 'cannot be used with'],
  ] as const)('%s is refused, and nothing is written', async ([, flags, message], { env }) => {
    const cwd = temporaryFolder();
    const { code, stderr } = await aegisXc(['init', ...flags], { cwd, env });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(contentOf(cwd)).toEqual({});
  });
});

async function uidOf({ request }: Pick<BenchCluster, 'request'>): Promise<string> {
  const { text } = await request('GET', '/api/v1/namespaces/kube-system');
  return JSON.parse(text).metadata.uid;
}
