import type { Path, Position } from '../diagnostics.ts';
import type { JsonObject } from '../json.ts';

/** An object as it stands in a file, or as it was rendered. Its fields may be anything: the API server has not seen it yet. */
export interface SourcedObject {
  /** Undefined where the files were not said to be of a cluster. */
  readonly cluster: string | undefined;
  readonly apiVersion: string;
  readonly kind: string;
  /** As written: undefined where `metadata.namespace` is missing. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly object: JsonObject;
  /** Where a field stands; the nearest one above it where the path goes nowhere. Undefined where there is no text. */
  readonly locate: (field: Path, mark?: 'key' | 'value') => Position | undefined;
}

export interface ClusterObjects {
  readonly cluster: string | undefined;
  readonly objects: readonly SourcedObject[];
}

/** Everything that is looked at together: one cluster, or several that call each other. */
export interface ObjectSet {
  readonly clusters: readonly ClusterObjects[];
}

/** The objects by their clusters, in the order in which they first appear. */
export function objectSetOf(objects: readonly SourcedObject[]): ObjectSet {
  const clusters = new Map<string | undefined, SourcedObject[]>();
  for (const object of objects) {
    const known = clusters.get(object.cluster);
    if (known) known.push(object);
    else clusters.set(object.cluster, [object]);
  }
  return { clusters: [...clusters].map(([cluster, objects]) => ({ cluster, objects })) };
}
