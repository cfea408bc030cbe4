import { describe, expect, test } from 'vitest';
import { observeCluster } from '../../src/clusters/observe.ts';
import type { InventoryItem } from '../../src/plan/inventory.ts';
import { type Answer, startApiServer, statusBody } from '../support/api-server.ts';
import { clientOf } from '../support/kubeconfig.ts';
import { liveInventory } from '../support/observation.ts';

const certificate = (namespace: string): InventoryItem => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  namespace,
  name: 'shop-istio-ca',
  stage: 'trust',
  hash: 'c0ffee',
});
const inventory = (...items: readonly InventoryItem[]) =>
  liveInventory({ federation: 'shop', revision: 1, state: 'applied', hash: '', participants: [], items });

const missing: Answer = { status: 404, body: statusBody(404, 'NotFound', 'not found', { name: 'istio-ca-root-cert' }) };
const forbidden: Answer = { status: 403, body: statusBody(403, 'Forbidden', 'may not be read', {}) };
const root: Answer = {
  body: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'istio-ca-root-cert', uid: 'u', resourceVersion: '7' },
  },
};
const listOf = (kind: string, items: readonly object[] = []): Answer => ({
  body: { apiVersion: 'v1', kind: `${kind}List`, metadata: { resourceVersion: '9' }, items },
});

/** A cluster with these records and nothing else, but what istiod has written into some Namespaces. */
async function meshRuns(records: readonly object[], roots: Readonly<Record<string, Answer>>): Promise<boolean> {
  const { url } = await startApiServer(({ url: asked }) => {
    const path = asked.split('?')[0] ?? '';
    const [, namespace = ''] = /^\/api\/v1\/namespaces\/([^/]+)\/configmaps\/istio-ca-root-cert$/.exec(path) ?? [];
    if (namespace !== '') return roots[namespace] ?? missing;
    if (path === '/version') return { body: { major: '1', minor: '36', gitVersion: 'v1.36.3' } };
    if (path === '/api' || path === '/apis') return { body: { kind: 'APIGroupDiscoveryList', items: [] } };
    if (path.endsWith('/kube-system')) return { body: { kind: 'Namespace', metadata: { uid: 'uid-of-b' } } };
    if (path.endsWith('/aegis-xc-system/configmaps')) return listOf('ConfigMap', records);
    if (path.endsWith('/services')) return listOf('Service');
    return path === '/api/v1/namespaces' ? listOf('Namespace') : missing;
  });
  const client = clientOf({ server: url });
  return (await observeCluster({ client, federation: 'shop', manifests: [], istioNamespace: 'istio-system' })).meshRuns;
}

describe('a mesh', () => {
  test.each<[string, readonly object[], Readonly<Record<string, Answer>>, boolean]>([
    ['does not run where istiod has given out no root', [], {}, false],
    ['runs where its root is beside istiod', [], { 'istio-system': root }, true],
    [
      'runs where its root is beside a CA that the spec does not name any more',
      inventory(certificate('mesh')),
      { mesh: root },
      true,
    ],
    ['is not looked for in other Namespaces', inventory(), { mesh: root }, false],
    ['is taken to run where nobody may look', [], { 'istio-system': forbidden }, true],
    ['is taken to run where nobody may look beside its CA', inventory(certificate('mesh')), { mesh: forbidden }, true],
  ])('%s', async (_, records, roots, runs) => {
    expect(await meshRuns(records, roots)).toBe(runs);
  });
});
