import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';

/** Throws when a name that was typed is not one of the clusters; the nearest one is the hint. */
export function knownCluster(name: string, clusters: readonly string[]): string {
  if (clusters.includes(name)) return name;
  const close = nearest(name, clusters);
  throw new UsageError(
    `"${name}" is not a cluster of this federation.`,
    close === undefined ? `Its clusters are ${clusters.join(', ')}.` : `Did you mean "${close}"?`,
  );
}
