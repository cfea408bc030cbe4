import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { entryStep, fieldPath, fieldStep, type Leaf, leavesOf, printPath, valueAt } from './fields.ts';
import type { LiveObject, ManagedFieldsEntry } from './live.ts';
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
  const against: Against = { live, manager, shape, entry: entryOf(live, manager) };
  const changed = [
    ...otherVersion(wanted, against),
    ...leaves.flatMap((leaf) => difference(leaf, against)),
    ...otherOrder(wanted, against),
    ...leftOver(leaves, against),
  ];
  return changed.length === 0 ? 'same' : { changed };
}

/** A field that we have written, and that somebody else holds now. */
export interface TakenField {
  readonly path: string;
  readonly managers: readonly string[];
}

/**
 * What others have set in an object that is no longer wanted: in what it does, and in the marks by which it is ours. Their own
 * labels and annotations are no edit of ours.
 */
export function takenFields(live: LiveObject, manager: string): TakenField[] {
  const { status: _status, ...object } = live;
  const entry = entryOf(live, manager);
  return leavesOf(object).flatMap(({ steps }) => {
    if (!isOfOurs(steps.map(({ key }) => key)) || owns(entry?.fieldsV1 ?? {}, steps)) return [];
    const managers = otherManagers(live, steps, manager);
    return managers.length > 0 ? [{ path: printPath(steps), managers }] : [];
  });
}

const isOfOurs = ([root, , field = '']: readonly string[]): boolean =>
  root !== 'f:metadata' || field.startsWith('f:aegis-xc.dev/');

/** The fields that a server-side apply of the object owns, in the form of `fieldsV1`. */
export const ownedFields = (object: KubeObject): JsonObject => treeOf(leavesOf(object));

interface Against {
  readonly live: LiveObject;
  readonly manager: string;
  readonly shape: Shape;
  /** Of our manager in the live object. */
  readonly entry: ManagedFieldsEntry | undefined;
}

/** An apply under another apiVersion of the kind rewrites our entry. */
function otherVersion({ apiVersion }: KubeObject, { entry }: Against): FieldChange[] {
  if (entry === undefined || entry.apiVersion === apiVersion) return [];
  return [{ path: 'apiVersion', kind: 'own', wanted: apiVersion, live: entry.apiVersion, managers: [] }];
}

function difference({ steps, value: wanted }: Leaf, { live, manager, shape, entry }: Against): FieldChange[] {
  const there = valueAt(live, steps);
  // What is owned as a whole gets no defaults: a label that stands beside ours would still narrow a selector.
  const isWhole = shape.comparison === 'equal' || shape.atomic.includes(fieldPath(steps));
  const fits = isWhole ? isEqual : isWithin;
  const equal = there !== undefined && fits(wanted, there);
  if (equal && owns(entry?.fieldsV1 ?? {}, steps)) return [];
  const managers = otherManagers(live, steps, manager);
  return [{ path: printPath(steps), kind: equal ? 'own' : 'set', wanted, live: there, managers }];
}

/** Lists that are kept by key are still lists: their order counts. */
function otherOrder(wanted: KubeObject, { live, shape }: Against): FieldChange[] {
  return Object.entries(shape.mapLists).flatMap(([path, names]): FieldChange[] => {
    const steps = path.split('.').map(fieldStep);
    const [want, have] = [valueAt(wanted, steps), valueAt(live, steps)];
    const keysOf = (list: Json | undefined): string[] =>
      Array.isArray(list) ? list.map((item: Json) => entryStep(item, names).key) : [];
    const ours = keysOf(want);
    const theirs = keysOf(have).filter((key) => ours.includes(key));
    if (ours.length !== theirs.length || ours.every((key, index) => key === theirs[index])) return [];
    return [{ path, kind: 'set', wanted: want, live: have, managers: [] }];
  });
}

/** What our entry still holds from an earlier apply. */
function leftOver(leaves: readonly Leaf[], { live, manager, entry }: Against): FieldChange[] {
  const wanted = treeOf(leaves);
  return stepsIn(entry?.fieldsV1 ?? {})
    .filter((steps) => !owns(wanted, steps))
    .map((steps) => ({
      path: printPath(steps),
      kind: 'remove',
      wanted: undefined,
      live: valueAt(live, steps),
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
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]))
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
