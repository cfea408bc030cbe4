import type { Path } from '../../diagnostics.ts';
import type { Json } from '../../json.ts';
import type { Range } from './lines.ts';

/** A YAML document as a tree that remembers its places. An empty scalar has none of its own. */
export type Node = Scalar | List | Mapping | Alias;

export interface Scalar extends Range {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
}
export interface List extends Range {
  readonly kind: 'list';
  readonly items: Node[];
}
export interface Mapping extends Range {
  readonly kind: 'map';
  readonly entries: Map<string, Entry>;
}
export interface Entry {
  readonly key: Range;
  readonly value: Node;
}
/** Stands where `*name` stands, and holds what `&name` marks. */
export interface Alias extends Range {
  readonly kind: 'alias';
  readonly target: Node;
}

/** The plain data of a tree. Aliases become copies: the composer has bounded how many. */
export function plainData(node: Node): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'alias':
      return plainData(node.target);
    case 'list':
      return node.items.map(plainData);
    case 'map': {
      const value: Record<string, Json> = {};
      for (const [key, entry] of node.entries) value[key] = plainData(entry.value);
      return value;
    }
  }
}

/** The map or list or scalar itself, whatever aliases lead to it. */
export const resolved = (node: Node): Exclude<Node, Alias> => (node.kind === 'alias' ? resolved(node.target) : node);

/** A step down the tree; undefined when there is no such thing. */
export function childOf(node: Node, step: string | number): Entry | undefined {
  const parent = resolved(node);
  if (parent.kind === 'map') return parent.entries.get(String(step));
  const item = parent.kind === 'list' && typeof step === 'number' ? parent.items[step] : undefined;
  return item && { key: item, value: item };
}

export function nodeAt(root: Node, path: Path): Node | undefined {
  let node: Node | undefined = root;
  for (const step of path) node = node && childOf(node, step)?.value;
  return node;
}

/**
 * Where a path is in the text: its key, or its value. What is missing is at the key of what it is missing from; what
 * comes through an alias is at the alias.
 */
export function rangeOf(root: Node, path: Path, mark: 'key' | 'value' = 'value'): Range {
  let entry: Entry = { key: root, value: root };
  let site: Range | undefined;
  for (const step of path) {
    if (entry.value.kind === 'alias') site ??= entry.value;
    const child = childOf(entry.value, step);
    if (!child) return site ?? known(entry.key);
    entry = child;
  }
  const range = mark === 'value' && entry.value.start >= 0 ? entry.value : entry.key;
  return site ?? known(range);
}

const known = ({ start, end }: Range): Range => (start >= 0 ? { start, end } : { start: 0, end: 1 });
