import { expect } from 'vitest';
import type { KubeObject } from '../../src/manifests/manifest.ts';
import { specOf } from '../../src/manifests/transition.ts';
import { test as base } from '../bench/fixtures.ts';
import { ca, otherCa } from '../support/certificates.ts';
import { aegisXc } from '../support/cli.ts';
import { federation, specText } from '../support/federation.ts';
import { meshObjects, meshPods, put, putPod, roots } from '../support/live-mesh.ts';
import { rendered } from '../support/simulate.ts';

/** Two clusters as istiod, gateways and workloads leave them, with what the spec renders. What proxies see is told to it. */
const test = base.extend('ground', { scope: 'file' }, async ({ ownBench }) => {
  const { clusters, kubeconfig } = ownBench;
  const { manifests } = rendered(federation());
  for (const letter of ['a', 'b'] as const) {
    const access = clusters[`cluster-${letter}`];
    const own = manifests.filter(({ cluster }) => cluster === `cluster-${letter}`).map(({ object }) => object);
    for (const object of [...meshObjects(letter), ...own]) await put(access, object);
    await Promise.all(meshPods().map((one) => putPod(access, one)));
  }
  const doctor = (...args: string[]) =>
    aegisXc(['-q', 'doctor', '-f', '-', '--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b', ...args], {
      stdin: specText(federation()),
      env: { KUBECONFIG: kubeconfig },
    });
  return { clusters, doctor, rule: ofKind('DestinationRule') };

  function ofKind(kind: string): KubeObject {
    const found = manifests.find(({ resource }) => resource.kind === kind)?.object;
    if (found === undefined) throw new Error(`no ${kind}`);
    return found;
  }
});

test('where nothing is wrong it finds nothing, and says what it can not know', { timeout: 240_000 }, async ({
  ground,
}) => {
  const { code, stdout, stderr } = await ground.doctor('--symptom', '503 UO');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('cluster-a/shop/frontend to backend-api:80\n  Nothing that was checked explains it.\n');
  expect(stdout).toContain('  ? the caller has all the connections that it may have\n      not checked: ');
});

test('a rule that somebody has changed', async ({ ground: { clusters, doctor, rule } }) => {
  const sni = 'outbound_.80_._.other.default.svc.cluster.local';
  const tls = { mode: 'ISTIO_MUTUAL', sni, subjectAltNames: ['spiffe://cluster-b.example/ns/default/sa/backend'] };
  await put(clusters['cluster-a'], { ...rule, spec: { ...specOf(rule), trafficPolicy: { tls } } });
  try {
    const { code, stdout } = await doctor('--symptom', 'NR filter_chain_not_found');
    expect(code).toBe(1);
    expect(stdout).toContain(
      `  ✖ the caller asks the gateway for the wrong name\n      the DestinationRule asks for the SNI ${sni}, the spec says outbound_.80_._.backend-api.default.svc.cluster.local\n      → What the spec says is not what the cluster has`,
    );
  } finally {
    await put(clusters['cluster-a'], rule);
  }
});

test('another root', async ({ ground: { clusters, doctor } }) => {
  await put(clusters['cluster-b'], roots([otherCa.cert]));
  const { code, stdout } = await doctor('--symptom', 'CERTIFICATE_VERIFY_FAILED', '-o', 'json');
  expect(code).toBe(1);
  const { schemaVersion, diagnoses } = JSON.parse(stdout);
  expect([schemaVersion, diagnoses.length]).toEqual([1, 1]);
  expect(diagnoses[0]).toMatchObject({ service: 'backend-api', signs: ['certificate-refused'] });
  expect(diagnoses[0].causes[0]).toMatchObject({ cause: 'roots-are-not-trusted', state: 'confirmed' });
});

test('a caller that nobody knows', async ({ ground: { doctor } }) => {
  const { code, stdout } = await doctor(
    '--symptom',
    'RBAC: access denied',
    '--from',
    'cluster-a/shop/reporting',
    '--to',
    'backend-api',
  );
  expect([code, stdout]).toEqual([1, expect.stringContaining('  ✖ a policy of the workload refuses the caller\n')]);
  expect(stdout).toContain(
    '→ Add { cluster: cluster-a, namespace: shop, serviceAccount: reporting } to the consumers of backend-api',
  );
});

test('a cluster that does not answer: nothing is made up of it', async ({ ownBench, ground: { clusters, doctor } }) => {
  await put(clusters['cluster-b'], roots([ca.cert]));
  await ownBench.clusters['cluster-b'].stop();
  const { code, stdout } = await doctor('--symptom', '503 UH');
  expect([code, stdout]).toEqual([2, expect.stringContaining('Nothing that was checked explains it.')]);
  expect(stdout).toMatch(/\? no pod of the service is there and ready\n {6}not checked: cluster-b could not be read/);
});
