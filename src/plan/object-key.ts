import type { ObjectRef } from '../diagnostics.ts';
import type { KubeObject } from '../manifests/manifest.ts';

/** What identifies an object within a cluster. The version of its API is no part of it. */
export interface Identified {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

export function objectKey({ apiVersion, kind, namespace = '', name }: Identified): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${group}/${kind}/${namespace}/${name}`;
}

export const identify = ({ apiVersion, kind, metadata }: KubeObject): Identified => ({
  apiVersion,
  kind,
  namespace: metadata.namespace,
  name: metadata.name,
});

export const keyOf = (object: KubeObject): string => objectKey(identify(object));

export const objectRef = (
  cluster: string,
  { apiVersion, kind, namespace, name }: Identified,
  field?: string,
): ObjectRef => ({
  cluster,
  apiVersion,
  kind,
  name,
  ...(namespace !== undefined && { namespace }),
  ...(field !== undefined && { field }),
});

/** For people: `namespace/name`. */
export const nameOf = ({ namespace, name }: Pick<Identified, 'namespace' | 'name'>): string =>
  namespace ? `${namespace}/${name}` : name;
