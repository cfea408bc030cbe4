import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';

/** Values by placeholder; `undefined` removes the field. */
export type Values = Readonly<Record<string, Json | undefined>>;

/** Fills the placeholders of a tree; the tree's own shape can't be changed by a value. */
export type Binder = (values: Values) => JsonObject;

const placeholder = /\$\$\{|\$\{([a-z][A-Za-z0-9]*)\}/g;
const alone = /^\$\{([a-z][A-Za-z0-9]*)\}$/;

/**
 * Prepares a template.
 *
 * - `${x}` alone becomes the value, of whatever type; `undefined` removes the field or the item.
 * - `${x}` inside text takes a one-line string, a number or a boolean.
 * - `$${` is a literal `${`. A value is never looked at again.
 *
 * The binder throws when a value is missing or does not fit: that is a mistake of the kind, not of the user.
 */
export function compileTemplate(template: JsonObject): Binder {
  return (values) => bindObject(template, values);
}

/** The names of all placeholders in a template. */
export function placeholders(template: Json): Set<string> {
  const names = new Set<string>();
  const walk = (node: Json | undefined): void => {
    if (typeof node === 'string') {
      for (const [, name] of node.matchAll(placeholder)) if (name !== undefined) names.add(name);
    } else if (Array.isArray(node)) node.forEach(walk);
    else if (isJsonObject(node)) Object.values(node).forEach(walk);
  };
  walk(template);
  return names;
}

function bindObject(node: JsonObject, values: Values): JsonObject {
  const bound: Record<string, Json> = {};
  for (const [key, child] of Object.entries(node)) {
    if (key.includes('${')) throw new Error(`a placeholder in the key "${key}"`);
    const value = bindNode(child ?? null, values);
    if (value !== undefined) bound[key] = value;
  }
  return bound;
}

function bindNode(node: Json, values: Values): Json | undefined {
  if (typeof node === 'string') return bindText(node, values);
  if (Array.isArray(node)) {
    return node.map((item) => bindNode(item, values)).filter((item): item is Json => item !== undefined);
  }
  return isJsonObject(node) ? bindObject(node, values) : node;
}

function bindText(text: string, values: Values): Json | undefined {
  const name = alone.exec(text)?.[1];
  if (name !== undefined) return lookUp(name, values);
  return text.replace(placeholder, (found, inner: string | undefined) =>
    inner === undefined ? found.slice(1) : inlineText(inner, lookUp(inner, values)),
  );
}

function lookUp(name: string, values: Values): Json | undefined {
  if (!Object.hasOwn(values, name)) throw new Error(`no value for \${${name}}`);
  return values[name];
}

function inlineText(name: string, value: Json | undefined): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string' && !/[\n\r]/.test(value)) return value;
  throw new Error(`\${${name}} inside text takes a one-line string, a number or a boolean`);
}
