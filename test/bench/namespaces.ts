import { randomBytes } from 'node:crypto';
import type { ClusterAccess } from './access.ts';

interface Namespaces<Name extends string> {
  /** `shop` → `shop-3f9c1a`, the same in every cluster. */
  readonly unique: Record<Name, string>;
  /** Asks for their removal; the controllers do it in the background. */
  remove(): Promise<void>;
}

/** Makes each namespace under a name that nobody else uses, in all the clusters. */
export async function createNamespaces<Name extends string>(
  clusters: readonly ClusterAccess[],
  names: readonly Name[],
): Promise<Namespaces<Name>> {
  const suffix = randomBytes(3).toString('hex');
  const unique = names.map((name) => [name, `${name}-${suffix}`] as const);
  const everywhere = clusters.flatMap((cluster) => unique.map(([, name]) => ({ cluster, name })));
  await Promise.all(everywhere.map(({ cluster, name }) => create(cluster, name)));
  return {
    unique: Object.fromEntries(unique) as Record<Name, string>, // the keys are the names
    remove: async () => {
      await Promise.all(everywhere.map(({ cluster, name }) => cluster.request('DELETE', `${path}/${name}`)));
    },
  };
}

const path = '/api/v1/namespaces';

async function create(cluster: ClusterAccess, name: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  const { status, text } = await cluster.request('POST', path, { body });
  if (status !== 201) throw new Error(`namespace ${name} in ${cluster.context}: ${status} ${text}`);
}
