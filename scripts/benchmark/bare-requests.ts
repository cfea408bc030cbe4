import { loadAll } from 'js-yaml';
import type { KubeObject } from '../../src/manifests/manifest.ts';

/** What `bare-loop.ts` sends to one cluster; ready before the clock starts, so that it costs nothing but the requests. */
export interface BareRequests {
  readonly patches: readonly { readonly path: string; readonly body: string }[];
  /** One collection per kind, of all namespaces. */
  readonly lists: readonly string[];
}

/** @param manifests What `render --cluster` prints. */
export function bareRequests(manifests: string): BareRequests {
  const objects = loadAll(manifests).filter(Boolean) as KubeObject[]; // our own output
  return {
    patches: objects.map((object) => ({
      path: `${collection(object, object.metadata.namespace)}/${object.metadata.name}`,
      body: JSON.stringify(object),
    })),
    lists: [...new Set(objects.map((object) => collection(object, undefined)))],
  };
}

function collection({ apiVersion, kind }: KubeObject, namespace: string | undefined): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = kind
    .toLowerCase()
    .replace(/(?<=[^aeiou])y$/, 'ie')
    .concat('s');
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}
