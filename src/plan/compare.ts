import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { keyOf, type Leaf, leavesOf, printPath, type Step, valueAt } from './fields.ts';
import type { LiveObject } from './live.ts';
import { entryOf, otherManagers, owns, stepsIn, treeOf } from './ownership-tree.ts';
import { type Shape, shapeOf } from './shapes.ts';

/** One field in which an object differs from what is wanted. */
export interface FieldChange {
  /** `spec.resolution`, `spec.ports[name=http].number`. */
  readonly path: string;
  /** `own`: the value is right, but it is not ours: a write that never conflicts. */
  readonly kind: 'set' | 'remove' | 'own';
  /** Undefined for `remove`. */
  readonly wanted: Json | undefined;
  readonly live: Json | undefined;
  /** Who else holds the field. With `set`, the server answers with a field conflict. */
  readonly managers: readonly string[];
}

/**
 * Whether a server-side apply would change nothing, decided without asking the server: our entry in `managedFields` has exactly the
 * fields that we want, and each has the value that we want. Status and the fields of others don't count.
 */
export function sameAsLive(
  wanted: KubeObject,
  live: LiveObject,
  manager: string,
): 'same' | { readonly changed: readonly FieldChange[] } {
  const shape = shapeOf(wanted);
  if (shape.comparison === 'present') return 'same';
  const leaves = leavesOf(wanted);
  const changed = [
    ...otherVersion(wanted, live, manager),
    ...leaves.flatMap((leaf) => difference(leaf, { live, manager, shape })),
    ...otherOrder(wanted, live, shape),
    ...leftOver(leaves, { live, manager, shape }),
  ];
  return changed.length === 0 ? 'same' : { changed };
}

/** The fields that a server-side apply of the object owns, in the form of `fieldsV1`. */
export const ownedFields = (object: KubeObject): JsonObject => treeOf(leavesOf(object));

interface Against {
  readonly live: LiveObject;
  readonly manager: string;
  readonly shape: Shape;
}

/** An apply under another apiVersion of the kind rewrites our entry. */
function otherVersion({ apiVersion }: KubeObject, live: LiveObject, manager: string): FieldChange[] {
  const entry = entryOf(live, manager);
  if (entry === undefined || entry.apiVersion === apiVersion) return [];
  return [{ path: 'apiVersion', kind: 'own', wanted: apiVersion, live: entry.apiVersion, managers: [] }];
}

function difference({ steps, value: wanted }: Leaf, { live, manager, shape }: Against): FieldChange[] {
  const there = valueAt(live, steps, shape);
  const equal =
    there !== undefined && (shape.comparison === 'equal' ? isEqual(wanted, there) : isWithin(wanted, there));
  const ours = owns(entryOf(live, manager)?.fieldsV1 ?? {}, steps);
  if (equal && ours) return [];
  const managers = otherManagers(live, steps, manager);
  return [{ path: printPath(steps), kind: equal ? 'own' : 'set', wanted, live: there, managers }];
}

/** Lists that are kept by key are still lists: their order counts. */
function otherOrder(wanted: KubeObject, live: LiveObject, shape: Shape): FieldChange[] {
  return Object.entries(shape.mapLists).flatMap(([path, keys]): FieldChange[] => {
    const steps: Step[] = path.split('.').map((field) => ({ field }));
    const names = (object: KubeObject): string[] => {
      const list = valueAt(object, steps, shape);
      return Array.isArray(list) ? list.map((item: Json) => JSON.stringify(keyOf(item, keys))) : [];
    };
    const ours = names(wanted);
    const theirs = names(live).filter((name) => ours.includes(name));
    if (ours.length !== theirs.length || ours.every((name, index) => name === theirs[index])) return [];
    const [want, have] = [valueAt(wanted, steps, shape), valueAt(live, steps, shape)];
    return [{ path, kind: 'set', wanted: want, live: have, managers: [] }];
  });
}

/** What our entry still holds from an earlier apply. */
function leftOver(leaves: readonly Leaf[], { live, manager, shape }: Against): FieldChange[] {
  const wanted = treeOf(leaves);
  return stepsIn(entryOf(live, manager)?.fieldsV1 ?? {})
    .filter((steps) => !owns(wanted, steps))
    .map((steps) => ({
      path: printPath(steps),
      kind: 'remove',
      wanted: undefined,
      live: valueAt(live, steps, shape),
      managers: otherManagers(live, steps, manager),
    }));
}

export function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item: Json, index) => isEqual(item, other[index]));
  }
  if (!isJsonObject(one) || !isJsonObject(other)) return one === other;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length && keys.every((key) => key in other && isEqual(one[key], other[key]))
  );
}

/** Everything that is wanted is there; defaults of the server may stand beside it. */
function isWithin(wanted: Json | undefined, live: Json | undefined): boolean {
  if (Array.isArray(wanted) && Array.isArray(live)) {
    return wanted.length === live.length && wanted.every((item: Json, index) => isWithin(item, live[index]));
  }
  if (!isJsonObject(wanted) || !isJsonObject(live)) return wanted === live;
  return Object.keys(wanted).every((key) => isWithin(wanted[key], live[key]));
}
