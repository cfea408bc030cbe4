import type { KubeObject, Resource } from '../../src/manifests/manifest.ts';

export const serviceEntries: Resource = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'ServiceEntry',
  plural: 'serviceentries',
  namespaced: true,
};
export const namespaces: Resource = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
export const leases: Resource = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};
export const configMaps: Resource = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };

export const backendApi: KubeObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'ServiceEntry',
  metadata: { name: 'backend-api', namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'aegis-xc' } },
  spec: {
    hosts: ['backend-api.cluster-b.local'],
    resolution: 'STATIC',
    ports: [{ name: 'http', number: 80, protocol: 'HTTP' }],
    endpoints: [{ address: '203.0.113.20', ports: { http: 15443 } }],
  },
};

/** What `apply` keeps in a cluster. */
export const state: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'shop' },
  data: { revision: '1' },
};

export const lock: KubeObject = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'shop' },
  spec: { holderIdentity: 'ann', leaseDurationSeconds: 30, renewTime: '2026-11-23T10:00:00.000000Z' },
};

export const inNamespace = (object: KubeObject, namespace: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, namespace },
});

/** The object as a server answers it. */
export const asLive = (object: KubeObject, metadata: object = {}) => ({
  ...object,
  metadata: { ...object.metadata, uid: 'c0ffee', resourceVersion: '7', generation: 1, ...metadata },
});
