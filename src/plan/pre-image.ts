import type { Json } from '../json.ts';
import type { KubeObject, Manifest } from '../manifests/manifest.ts';
import { leavesOf, printPath, type Step } from './fields.ts';
import type { LiveObject } from './live.ts';
import { keyOf, objectKey } from './object-key.ts';
import type { Observation } from './observation.ts';
import { fieldManager, isOurs } from './ownership.ts';
import { entryOf, owns } from './ownership-tree.ts';
import type { Kept } from './records.ts';

/**
 * What is ours in a cluster, as it could be applied again: the state that a rollback leads to. The run takes what it wants for
 * ours by its marks too, so that what an inventory has lost is no less there before: else the way back would delete it.
 */
export function preImages(
  federation: string,
  { inventory, objects }: Observation,
  wanted: readonly Manifest[],
): Kept[] {
  const byKey = new Map(wanted.map((manifest) => [keyOf(manifest.object), manifest]));
  const listed = new Map((inventory?.items ?? []).map((item) => [objectKey(item), item]));
  const stages = new Map([...byKey, ...listed].map(([key, { stage }]) => [key, stage] as const));
  return [...stages].flatMap(([key, stage]) => {
    const live = objects.get(key);
    if (live === undefined || !isOurs(live, federation, listed.get(key)?.uid)) return [];
    const object = appliedObject(live, fieldManager(federation), byKey.get(key)?.object);
    return [{ stage, object, source: [] }];
  });
}

/** The fields that we hold, and those that the run will set: with the values that they have now. */
export function appliedObject(live: LiveObject, manager: string, wanted?: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, status: _status, ...rest } = live;
  const { name, namespace, labels, annotations } = metadata;
  const identity = { name, ...(namespace !== undefined && { namespace }) };
  const all: KubeObject = {
    apiVersion,
    kind,
    metadata: { ...identity, ...(labels && { labels }), ...(annotations && { annotations }) },
    ...rest,
  };
  const fields = entryOf(live, manager)?.fieldsV1;
  if (fields === undefined) return all;
  const changing = new Set(wanted ? leavesOf(wanted).map(({ steps }) => printPath(steps)) : []);
  const leaves = leavesOf(all).filter(({ steps }) => owns(fields, steps) || changing.has(printPath(steps)));
  const root: Tree = { apiVersion, kind, metadata: { ...identity } };
  for (const { steps, value } of leaves) plant(root, steps, value);
  // What was planted is what stood in an object of this form.
  return root as unknown as KubeObject;
}

type Tree = { [key: string]: Tree | Tree[] | Json };

function plant(root: Tree, steps: readonly Step[], value: Json): void {
  let node: Tree | Tree[] = root;
  for (const [index, step] of steps.entries()) {
    const last = index === steps.length - 1;
    const next = steps[index + 1];
    if ('names' in step) {
      if (!Array.isArray(node)) return;
      const names = entryNames(step.key);
      const has = node.find((item) => Object.entries(names).every(([key, part]) => item[key] === part));
      const item: Tree = has ?? { ...names };
      if (has === undefined) node.push(item);
      node = item;
    } else if (!Array.isArray(node)) {
      if (last) node[step.field] = value;
      else {
        const made: Tree | Tree[] = next && 'names' in next ? [] : {};
        // A leaf is never above another one.
        const inner = (node[step.field] ?? made) as Tree | Tree[];
        node[step.field] = inner;
        node = inner;
      }
    }
  }
}

/** `k:{"name":"http"}`: written by ourselves. */
const entryNames = (key: string): Tree => JSON.parse(key.slice(2)) as Tree;
