import type { Json } from '../../json.ts';
import type { Node } from '../../spec/yaml/tree.ts';

/** The plain data of a tree. Aliases become copies: the composer has bounded how many. */
export function dataOf(node: Node): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'alias') return dataOf(node.target);
  if (node.kind === 'list') return node.items.map(dataOf);
  const value: Record<string, Json> = {};
  for (const [key, entry] of node.entries) {
    // An assignment would set the prototype.
    if (key === '__proto__') Object.defineProperty(value, key, { value: dataOf(entry.value), enumerable: true });
    else value[key] = dataOf(entry.value);
  }
  return value;
}
