import type { KubeObject, Resource } from '../manifests/manifest.ts';

export interface ObjectName {
  readonly resource: Resource;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** `/apis/networking.istio.io/v1`, `/api/v1`. */
export const groupPath = ({ apiVersion }: Pick<Resource, 'apiVersion'>): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** Without a namespace, a namespaced kind means all of them. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const within = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${groupPath(resource)}${within}/${resource.plural}`;
}

export const objectPath = ({ resource, namespace, name }: ObjectName): string =>
  `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;

/** `?a=1&b=2`, or nothing; what is undefined or false is left out. */
export function query(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && value !== false) search.set(key, String(value));
  }
  return search.size === 0 ? '' : `?${search}`;
}

/**
 * The body of a server-side apply. The server reads it as YAML, in which these characters are not allowed as they are, and
 * U+0085 would be stored as a space; everything else that JSON allows is fine.
 */
export const toBody = (object: KubeObject): string =>
  JSON.stringify(object).replace(
    /[\u007f-\u009f\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
