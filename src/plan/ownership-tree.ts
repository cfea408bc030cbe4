import { isJsonObject, type JsonObject } from '../json.ts';
import { type Leaf, type Step, stepOf } from './fields.ts';
import type { LiveObject, ManagedFieldsEntry } from './live.ts';

/** Fields as `managedFields` has them (fieldsV1), without the `.` entries, which say only that a parent exists. */
export function treeOf(leaves: readonly Leaf[]): JsonObject {
  const root: Tree = {};
  for (const { steps } of leaves) {
    let node = root;
    for (const { key } of steps) {
      node[key] ??= {};
      node = node[key];
    }
  }
  return root;
}

/** Our entry: what a server-side apply under this name owns. */
export const entryOf = ({ metadata }: LiveObject, manager: string): ManagedFieldsEntry | undefined =>
  metadata.managedFields?.find((entry) => isOurEntry(entry, manager));

/** Who else has a hand in the field. */
export const otherManagers = ({ metadata }: LiveObject, steps: readonly Step[], manager: string): string[] => [
  ...new Set(
    (metadata.managedFields ?? [])
      .filter((entry) => !isOurEntry(entry, manager) && holds(entry.fieldsV1 ?? {}, steps))
      .map((entry) => entry.manager),
  ),
];

/** The fields have exactly this one, as a whole. */
export function owns(fields: JsonObject, steps: readonly Step[]): boolean {
  let node: JsonObject = fields;
  for (const { key } of steps) {
    const next = node[key];
    if (!isJsonObject(next)) return false;
    node = next;
  }
  return isEnd(node);
}

/** The fields have this one, or a part of it, or the whole that it is in. */
function holds(fields: JsonObject, steps: readonly Step[]): boolean {
  let node: JsonObject = fields;
  for (const { key } of steps) {
    const next = node[key];
    if (!isJsonObject(next)) return false;
    if (isEnd(next)) return true;
    node = next;
  }
  return true;
}

/** Every field of an entry that is held as a whole. */
export function stepsIn(fields: JsonObject, above: readonly Step[] = []): Step[][] {
  return Object.entries(fields).flatMap(([key, inner]) => {
    if (key === '.' || !isJsonObject(inner)) return [];
    const steps = [...above, stepOf(key)];
    return isEnd(inner) ? [steps] : stepsIn(inner, steps);
  });
}

interface Tree {
  [key: string]: Tree;
}

/** An Update under our own name is not ours: the server takes it for somebody else's and conflicts with it. */
const isOurEntry = (entry: ManagedFieldsEntry, manager: string): boolean =>
  entry.manager === manager && entry.operation === 'Apply' && !entry.subresource;

const isEnd = (fields: JsonObject): boolean => Object.keys(fields).every((key) => key === '.');
