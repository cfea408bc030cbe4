import * as z from 'zod';
import type { Path } from '../diagnostics.ts';
import type { Json } from '../json.ts';
import type { Issue } from './issues.ts';
import { isOptionalAt, type Schema, sample, schemaAt } from './shape.ts';
import { type Entry, type Node, nodeAt, resolved } from './yaml/tree.ts';

/**
 * Changes the tree so that an issue is gone, to let the checks see the rest: a mistyped key gets its right name, what is invalid is
 * left out or gives way to something valid. Yields where nothing may be concluded from any more; a last `*` stands for
 * which keys there are.
 */
export function repair(root: Node, { kind, path, meant }: Issue, schema: Schema): Path[] {
  const siblings = [...path.slice(0, -1), '*'];
  if (path.length === 0) return [path];
  if (kind === 'unknown' && meant !== undefined) {
    rename(root, path, meant);
    return [];
  }
  if (kind === 'name') {
    const name = placeholderName(root, path, schema);
    rename(root, path, name);
    return [[...path.slice(0, -1), name], siblings];
  }
  if (kind === 'unknown' || isOptionalAt(schema, path)) {
    remove(root, path);
    return [path, siblings];
  }
  const wanted = schemaAt(schema, path);
  // Samples are plain data that the schema accepts.
  if (wanted) put(root, path, sample(wanted) as Json);
  return [path];
}

function rename(root: Node, path: Path, name: string): void {
  const entries = entriesAt(root, path.slice(0, -1));
  const entry = entries?.get(String(path.at(-1)));
  if (!entries || !entry || entries.has(name)) return;
  entries.delete(String(path.at(-1)));
  entries.set(name, entry);
}

/** A name that the map takes and doesn't have yet. */
function placeholderName(root: Node, path: Path, schema: Schema): string {
  const record = schemaAt(schema, path.slice(0, -1));
  const entries = entriesAt(root, path.slice(0, -1));
  const fits = (name: string): boolean => record instanceof z.ZodRecord && z.safeParse(record.keyType, name).success;
  const separator = fits('placeholder-1') ? '-' : '_';
  for (let number = 1; ; number++) {
    const name = `placeholder${separator}${number}`;
    if (!entries?.has(name)) return name;
  }
}

const remove = (root: Node, path: Path): boolean | undefined =>
  entriesAt(root, path.slice(0, -1))?.delete(String(path.at(-1)));

function put(root: Node, path: Path, value: Json): void {
  const parent = nodeAt(root, path.slice(0, -1));
  const step = path.at(-1);
  if (parent === undefined || step === undefined) return;
  const container = resolved(parent);
  if (container.kind === 'map') container.entries.set(String(step), { key: nowhere, value: nodeOf(value) });
  else if (container.kind === 'list' && typeof step === 'number') container.items[step] = nodeOf(value);
}

const entriesAt = (root: Node, path: Path): Map<string, Entry> | undefined => {
  const node = nodeAt(root, path);
  const container = node && resolved(node);
  return container?.kind === 'map' ? container.entries : undefined;
};

const nowhere = { start: -1, end: -1 };

function nodeOf(value: Json): Node {
  if (Array.isArray(value)) return { kind: 'list', ...nowhere, items: value.map(nodeOf) };
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', ...nowhere, value };
  const entries = Object.entries(value).flatMap(([key, child]): [string, Entry][] =>
    child === undefined ? [] : [[key, { key: nowhere, value: nodeOf(child) }]],
  );
  return { kind: 'map', ...nowhere, entries: new Map(entries) };
}
