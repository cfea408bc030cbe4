import { describe, expect } from 'vitest';
import type { ClusterAccess } from '../bench/access.ts';
import { test as base } from '../bench/fixtures.ts';
import { otherCa } from '../support/certificates.ts';
import { aegisXc, type CliResult } from '../support/cli.ts';
import { cluster, federation, specText } from '../support/federation.ts';
import { furnish, meshConfig, meshObjects, put, roots } from '../support/live-mesh.ts';

/** `preflight` and `--allow` as a user calls them, on two clusters with different roots. */

interface Ground {
  readonly clusters: Readonly<Record<'cluster-a' | 'cluster-b', ClusterAccess>>;
  run(...args: string[]): Promise<CliResult>;
}

const spec = specText(
  federation({
    clusters: {
      'cluster-a': cluster('a', { context: 'cluster-a' }),
      'cluster-b': cluster('b', { context: 'cluster-b' }),
    },
  }),
);

const test = base.extend('ground', { scope: 'file' }, async ({ ownBench }): Promise<Ground> => {
  const { clusters, kubeconfig } = ownBench;
  await Promise.all((['a', 'b'] as const).map((letter) => furnish(clusters[`cluster-${letter}`], letter)));
  await put(clusters['cluster-b'], roots([otherCa.cert]));
  const run = (...args: string[]): Promise<CliResult> =>
    aegisXc([...args, '-f', '-'], { stdin: spec, env: { KUBECONFIG: kubeconfig } });
  return { clusters, run };
});

describe.sequential('two clusters with different roots', () => {
  test('are told what that means and what to do', async ({ ground }) => {
    const ended = await ground.run('preflight');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/^CHECK +cluster-a +cluster-b$/m);
    expect(ended.stdout).toMatch(/^roots \(cluster-a → cluster-b\) +failed +failed$/m);
    for (const words of [
      'cluster-a calls cluster-b, but does not trust its certificates',
      'Every pod in a mesh has a certificate that says who it is',
      'Two meshes that were installed apart have two roots',
      'CERTIFICATE_VERIFY_FAILED',
      '1. One root for both (best)',
      "2. Keep both roots, and tell each mesh the other's",
      'kubectl get configmap istio-ca-root-cert',
      '`aegis-xc explain AXC4022`',
    ]) {
      expect(ended.stdout).toContain(words);
    }
    expect(ended.stdout).not.toMatch(/spiffe/i);
  });

  test('the same as JSON, with the same exit code', async ({ ground }) => {
    const { code, stdout } = await ground.run('preflight', '-o', 'json');
    const { checks, diagnostics, summary, schemaVersion } = JSON.parse(stdout);
    expect([code, schemaVersion, summary.errors]).toEqual([1, 1, 2]);
    expect(checks).toContainEqual({
      check: 'roots',
      clusters: ['cluster-a', 'cluster-b'],
      state: 'failed',
      codes: ['AXC4022'],
    });
    expect(diagnostics).toMatchObject([
      { code: 'AXC4022', cluster: 'cluster-a', file: '<stdin>', line: expect.any(Number) },
      { code: 'AXC4022', cluster: 'cluster-b' },
    ]);
  });

  test('the same as Markdown', async ({ ground }) => {
    const { stdout } = await ground.run('preflight', '-o', 'markdown');
    expect(stdout).toContain('| Check | cluster-a | cluster-b |\n| --- | --- | --- |\n| reachable | passed | passed |');
    expect(stdout).toContain('| error | AXC4022 |');
  });

  test('what is known and allowed is a warning', async ({ ground }) => {
    const { code, stdout } = await ground.run('preflight', '--allow', 'axc4022');
    expect(code).toBe(0);
    expect(stdout).toMatch(/warning\[AXC4022\].*\(allowed\)/);
    expect((await ground.run('preflight', '--allow', 'AXC4022', '--fail-on', 'warning')).code).toBe(1);
  });

  test.for([
    ['AXC4122', /Did you mean AXC4\d22/],
    ['AXC4001', /AXC4001 can't be allowed/],
    ['AXC1301', /AXC1301 can't be allowed/],
    ['certificates', /lists all codes/],
  ] as const)('--allow %s is refused', async ([code, says], { ground }) => {
    const ended = await ground.run('preflight', '--allow', code);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(says);
  });

  test('they agree once each knows the root of the other and gives it to its proxies', async ({ ground }) => {
    const [a, b] = [ground.clusters['cluster-a'], ground.clusters['cluster-b']];
    const env = [{ name: 'ISTIO_MULTIROOT_MESH', value: 'true' }];
    const [deploymentA, deploymentB] = (['a', 'b'] as const).map((letter) =>
      meshObjects(letter, { env }).find(({ kind }) => kind === 'Deployment'),
    );
    const [caA] = meshObjects('a').flatMap(
      ({ metadata: { name }, data }) =>
        name === 'istio-ca-root-cert' ? [(data as { 'root-cert.pem': string })['root-cert.pem']] : [], // made so there
    );
    if (!deploymentA || !deploymentB || !caA) throw new Error('there is no istiod, or no root');
    const defaultConfig = { proxyMetadata: { PROXY_CONFIG_XDS_AGENT: 'true' } };
    await put(a, deploymentA);
    await put(b, deploymentB);
    const known = (domain: string, pem: string) => ({
      defaultConfig,
      caCertificates: [{ trustDomains: [domain], pem }],
    });
    await put(a, meshConfig('a', known('cluster-b.example', otherCa.cert)));
    await put(b, meshConfig('b', known('cluster-a.example', caA)));
    const { code, stdout } = await ground.run('preflight');
    expect(stdout).toMatch(/✔ preflight: no findings/);
    expect(code).toBe(0);
  });
});

describe.sequential('a mesh whose webhook accepts everything', () => {
  test('is no place to apply, unless that is allowed; the journal and the revision say so', async ({ ground }) => {
    for (const { request } of Object.values(ground.clusters)) {
      await request('DELETE', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/istio-stand-in');
    }
    await expect.poll(async () => (await ground.run('preflight')).stdout, { timeout: 30_000 }).toContain('AXC4012');
    const refused = await ground.run('apply');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/error\[AXC4012\].*must refuse was accepted/s);
    expect(refused.stderr).toContain('--allow AXC4012');
    expect(refused.stderr).toContain('Nothing was changed.');

    const running = ground.run('apply', '--allow', 'AXC4012', '--settle', '3s');
    const path = '/api/v1/namespaces/aegis-xc-system/configmaps/shop.txn';
    const journal = async (): Promise<string> => (await ground.clusters['cluster-a'].request('GET', path)).text;
    await expect.poll(journal, { timeout: 30_000, interval: 100 }).toContain('AXC4012');
    const ended = await running;
    expect(`${ended.code} ${ended.stderr}`).toMatch(/^0 [\s\S]*warning\[AXC4012\].*\(allowed\)/);
    const { revisions } = JSON.parse((await ground.run('history', '-o', 'json')).stdout);
    expect(revisions).toMatchObject([{ revision: 1, allowed: ['AXC4012'] }]);
    expect((await ground.run('history')).stdout).toMatch(/ALLOWED\n1 .*AXC4012\n/);
    const again = await ground.run('apply');
    expect(`${again.code} ${again.stderr}`).toMatch(/^0 [\s\S]*0 writes/);
  });
});
