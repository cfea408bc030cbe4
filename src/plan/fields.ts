import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { type MapKey, type Shape, shapeOf } from './shapes.ts';

/** One step from the root: a field, or the entry of a list that the server keeps by key. */
export type Step = { readonly field: string } | { readonly entry: JsonObject };

/** A value that one manager holds as a whole. */
export interface Leaf {
  readonly steps: readonly Step[];
  readonly value: Json;
}

/** What a server-side apply of the object would own, leaf by leaf. */
export function leavesOf(object: KubeObject): Leaf[] {
  const { apiVersion, kind, metadata, ...rest } = object;
  const { name, namespace, ...ownMetadata } = metadata;
  const fields: JsonObject = Object.keys(ownMetadata).length > 0 ? { metadata: ownMetadata, ...rest } : rest;
  return Object.keys(fields).length > 0 ? walk(fields, [], shapeOf(object)) : [];
}

function walk(value: Json, steps: readonly Step[], shape: Shape): Leaf[] {
  const keys = Array.isArray(value) ? shape.mapLists[dotted(steps)] : undefined;
  if (keys !== undefined && Array.isArray(value) && value.length > 0) {
    return value.flatMap((item: Json) => walk(item, [...steps, { entry: keyOf(item, keys) }], shape));
  }
  const isLeaf = !isJsonObject(value) || Object.keys(value).length === 0 || shape.atomic.includes(dotted(steps));
  if (isLeaf) return [{ steps, value }];
  return Object.entries(value).flatMap(([field, inner]) =>
    inner === undefined ? [] : walk(inner, [...steps, { field }], shape),
  );
}

/** The key of a list's entry, with the server's defaults. */
export const keyOf = (item: Json, keys: readonly MapKey[]): JsonObject =>
  Object.fromEntries(
    keys.map(({ name, otherwise }) => [name, (isJsonObject(item) ? item[name] : undefined) ?? otherwise]),
  );

/** What stands there; undefined when nothing does. */
export function valueAt(root: Json, steps: readonly Step[], { mapLists }: Shape): Json | undefined {
  let value: Json | undefined = root;
  for (const [index, step] of steps.entries()) {
    if ('field' in step) {
      value = isJsonObject(value) ? value[step.field] : undefined;
    } else {
      const keys = mapLists[dotted(steps.slice(0, index))] ?? Object.keys(step.entry).map((name) => ({ name }));
      const wanted = label(step);
      value = Array.isArray(value)
        ? value.find((item: Json) => label({ entry: keyOf(item, keys) }) === wanted)
        : undefined;
    }
  }
  return value;
}

/** `spec.ports`, to look a list up in a shape; entries of lists don't count. */
const dotted = (steps: readonly Step[]): string =>
  steps.flatMap((step) => ('field' in step ? [step.field] : [])).join('.');

/** `spec.ports[name=http].number`, `metadata.labels["app.kubernetes.io/name"]`: for people. */
export const printPath = (steps: readonly Step[]): string => steps.map(label).join('').replace(/^\./, '');

function label(step: Step): string {
  if ('field' in step) return /^[\w-]+$/.test(step.field) ? `.${step.field}` : `[${JSON.stringify(step.field)}]`;
  const pairs = Object.entries(step.entry).sort(([a], [b]) => (a < b ? -1 : 1));
  return `[${pairs.map(([name, value]) => `${name}=${value}`).join(',')}]`;
}
