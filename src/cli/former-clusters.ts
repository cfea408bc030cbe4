import type { Cluster, Federation } from '../model/federation.ts';
import type { ContextOptions } from './contexts.ts';

/** A cluster that the spec does not name any more: nothing is rendered for it. */
export const formerCluster = (name: string): Cluster => ({
  name,
  trustDomain: 'cluster.local',
  context: undefined,
  uid: undefined,
  dns: 'external',
  locality: '',
  gateway: undefined,
  at: ['clusters'],
});

/** Those that only the options name. Who ends a run has to name all that took part in it, wherever the spec has gone since. */
export function formerClusters({ clusters }: Federation, { context, without = [] }: ContextOptions): Cluster[] {
  const known = new Set(clusters.map(({ name }) => name));
  const named = new Set([...(context?.keys() ?? []), ...without]);
  return [...named].filter((name) => !known.has(name)).map(formerCluster);
}
