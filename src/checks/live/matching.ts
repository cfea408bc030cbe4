import type { ObjectRef } from '../../diagnostics.ts';
import { isJsonObject, type JsonObject } from '../../json.ts';

/** How Istio and Kubernetes compare labels, hosts and Namespaces. */

type Labels = Readonly<Record<string, string>>;

/** An empty selector selects everything. */
export const selects = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** Whether an object of `home` is seen in a Namespace; nothing said is everywhere. */
export const isVisibleIn = (namespace: string, home: string, exportTo: readonly string[]): boolean =>
  exportTo.length === 0 || exportTo.some((to) => to === '*' || to === namespace || (to === '.' && home === namespace));

interface Marked {
  readonly metadata: { readonly labels: Labels; readonly annotations: Labels };
}

/** Whether an object is one that this federation has rendered, by `apply` or by somebody's GitOps. */
export const isOf = ({ metadata: { labels, annotations } }: Marked, federation: string): boolean =>
  labels['aegis-xc.dev/federation'] === federation || annotations['aegis-xc.dev/federation'] === federation;

interface Named {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
}

export const refOf = (cluster: string, { apiVersion, kind, metadata }: Named, field?: string): ObjectRef => ({
  cluster,
  apiVersion,
  kind,
  namespace: metadata.namespace,
  name: metadata.name,
  ...(field !== undefined && { field }),
});

/** `a, b and 3 more` */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** What the MeshConfig sets for every proxy, beside what a Namespace sets. */
export function proxyMetadata({ defaultConfig }: JsonObject): JsonObject {
  const metadata = isJsonObject(defaultConfig) ? defaultConfig.proxyMetadata : undefined;
  return isJsonObject(metadata) ? metadata : {};
}
