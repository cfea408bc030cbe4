import { describe, expect } from 'vitest';
import { connectCluster } from '../../src/clusters/client.ts';
import { loadKubeconfig } from '../../src/clusters/kubeconfig.ts';
import type { Manifest } from '../../src/manifests/manifest.ts';
import { test } from '../bench/fixtures.ts';
import { goldenSpecs, manifestsOf } from '../support/goldens.ts';

/** What the schemas of `golden.test.ts` can't know: unknown fields, CEL rules, and whatever else the real kinds refuse. */
describe.each(goldenSpecs)('$name', ({ file }) => {
  test('is accepted by a real API server, field by field', async ({ bench }) => {
    const manifests = manifestsOf(file);
    const { request } = bench.clusters['cluster-a'];
    const spaces = new Set(manifests.flatMap(({ object }) => object.metadata.namespace ?? []));
    for (const name of spaces) {
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      expect([201, 409]).toContain((await request('POST', '/api/v1/namespaces', { body })).status);
    }
    const kubeconfig = loadKubeconfig({ path: bench.kubeconfig });
    const client = connectCluster({ cluster: 'cluster-a', context: 'cluster-a', kubeconfig });
    try {
      const refused = await Promise.all(manifests.map((manifest) => refusal(client, manifest)));
      expect(refused.flat()).toEqual([]);
    } finally {
      await client.close();
    }
  });
});

/** The import Namespace is there already; everything else must be one that can be created. */
async function refusal(client: ReturnType<typeof connectCluster>, { object, resource }: Manifest): Promise<string[]> {
  if (!resource.namespaced) return [];
  try {
    await client.create(object, resource, { fieldManager: 'golden', dryRun: true });
    return [];
  } catch (error) {
    return [`${object.kind} ${object.metadata.name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
