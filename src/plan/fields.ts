import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { type MapKey, type Shape, shapeOf } from './shapes.ts';

/** One step from the root. `key` is how `fieldsV1` has it: `f:spec`, `k:{"name":"http"}`. */
export type Step = FieldStep | EntryStep;

interface FieldStep {
  readonly key: string;
  readonly field: string;
}

/** The entry of a list that the server keeps by key. */
interface EntryStep {
  readonly key: string;
  readonly names: readonly MapKey[];
}

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
  return Object.keys(fields).length > 0 ? walk(fields, { steps: [], path: '', shape: shapeOf(object) }) : [];
}

interface Place {
  readonly steps: readonly Step[];
  /** `fieldPath` of the steps. */
  readonly path: string;
  readonly shape: Shape;
}

function walk(value: Json, { steps, path, shape }: Place): Leaf[] {
  const names = Array.isArray(value) ? shape.mapLists[path] : undefined;
  if (names !== undefined && Array.isArray(value) && value.length > 0) {
    return value.flatMap((item: Json) => walk(item, { steps: [...steps, entryStep(item, names)], path, shape }));
  }
  const isLeaf = !isJsonObject(value) || Object.keys(value).length === 0 || shape.atomic.includes(path);
  if (isLeaf) return [{ steps, value }];
  return Object.entries(value).flatMap(([field, inner]) => {
    if (inner === undefined) return [];
    return walk(inner, { steps: [...steps, fieldStep(field)], path: path === '' ? field : `${path}.${field}`, shape });
  });
}

export const fieldStep = (field: string): FieldStep => ({ key: `f:${field}`, field });

/** The entry that an item of such a list is, with the server's defaults in its key. */
export const entryStep = (item: Json | undefined, names: readonly MapKey[]): EntryStep => {
  const values = names.map(({ name, otherwise }) => [name, (isJsonObject(item) ? item[name] : undefined) ?? otherwise]);
  return { key: `k:${JSON.stringify(Object.fromEntries(values))}`, names };
};

/** The step that a key of `fieldsV1` stands for. */
export function stepOf(key: string): Step {
  const entry: unknown = key.startsWith('k:') ? JSON.parse(key.slice(2)) : undefined;
  return isJsonObject(entry) ? { key, names: Object.keys(entry).map((name) => ({ name })) } : fieldStep(key.slice(2));
}

/** What stands there; undefined when nothing does. */
export function valueAt(root: Json, steps: readonly Step[]): Json | undefined {
  let value: Json | undefined = root;
  for (const step of steps) {
    if ('field' in step) {
      value = isJsonObject(value) && Object.hasOwn(value, step.field) ? value[step.field] : undefined;
    } else {
      const items: readonly Json[] = Array.isArray(value) ? value : [];
      value = items.find((item) => entryStep(item, step.names).key === step.key);
    }
  }
  return value;
}

/** Without the entries of lists, as a shape names it. */
export const fieldPath = (steps: readonly Step[]): string =>
  steps.flatMap((step) => ('field' in step ? [step.field] : [])).join('.');

/** `spec.ports[name=http].number`, `metadata.labels["app.kubernetes.io/name"]`: for people. */
export const printPath = (steps: readonly Step[]): string => steps.map(printStep).join('').replace(/^\./, '');

function printStep(step: Step): string {
  if ('field' in step) return /^[\w-]+$/.test(step.field) ? `.${step.field}` : `[${JSON.stringify(step.field)}]`;
  const entry: object = JSON.parse(step.key.slice(2));
  return `[${Object.entries(entry)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')}]`;
}
