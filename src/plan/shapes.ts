import type { KubeObject } from '../manifests/manifest.ts';

/**
 * How the server's schema of a kind departs from the plain rule: an object is owned field by field, a list as a whole, and
 * everything comes back as it was sent.
 */
export interface Shape {
  /** Lists that are owned entry by entry, and what names an entry, in alphabetical order. */
  readonly mapLists: Readonly<Record<string, readonly MapKey[]>>;
  /** Objects that are owned as a whole. */
  readonly atomic: readonly string[];
  /**
   * How what is wanted must stand in what is live. `contains`: the server adds defaults. `present`: we make it when it is
   * missing and never change it.
   */
  readonly comparison: 'equal' | 'contains' | 'present';
}

export interface MapKey {
  readonly name: string;
  readonly otherwise?: string;
}

const plain: Shape = { mapLists: {}, atomic: [], comparison: 'equal' };

/** Seen on a kube-apiserver 1.36 with Istio 1.31 and cert-manager 1.21; `test/plan/compare.cluster.test.ts` looks again. */
const shapes: Readonly<Record<string, Shape>> = {
  Namespace: { ...plain, comparison: 'present' },
  Service: {
    mapLists: { 'spec.ports': [{ name: 'port' }, { name: 'protocol', otherwise: 'TCP' }] },
    atomic: ['spec.selector'],
    comparison: 'contains',
  },
  'networking.k8s.io/NetworkPolicy': { ...plain, atomic: ['spec.podSelector'], comparison: 'contains' },
  'networking.istio.io/ServiceEntry': { ...plain, mapLists: { 'spec.ports': [{ name: 'name' }] } },
};

export function shapeOf({ apiVersion, kind }: KubeObject): Shape {
  const group = apiVersion.includes('/') ? `${apiVersion.slice(0, apiVersion.indexOf('/'))}/` : '';
  return shapes[`${group}${kind}`] ?? plain;
}
