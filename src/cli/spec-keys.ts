import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { Paint } from './ui/colour.ts';

/** The part of JSON Schema that the spec's has. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

interface Found {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
  /** The last key was taken for a name that the user has chosen: the known key that it looks like. */
  readonly meant?: string | undefined;
}

/**
 * A key of the spec as text: its type, default and meaning, and the keys below it. The names that users choose may be left out of the
 * path, and the numbers of list items too: `services.providers`.
 */
export function keyPage(root: object, path: string, paint: Paint): string {
  const keys = path.split('.').filter((key) => key !== '');
  const { path: found, schema, required, meant } = find({ path: '', schema: root, required: true }, keys);
  const head = `${paint.bold(found.slice(1) || 'the spec')}   ${facts(schema, required)}`;
  const below = keysBelow(schema);
  const list = Object.entries(below.properties ?? {}).map(([key, child]) => {
    const value = facts(child, below.required?.includes(key) ?? false);
    return `\n  ${paint.bold(key)}   ${value}\n    ${child.description ?? ''}`.trimEnd();
  });
  const doubt = meant === undefined ? [] : [`\nDid you mean ${[...keys.slice(0, -1), meant].join('.')}?`];
  return [head, `  ${schema.description ?? ''}`.trimEnd(), ...list, ...doubt].join('\n');
}

function find(at: Found, [key, ...rest]: readonly string[]): Found {
  if (key === undefined) return at;
  const { path, schema } = at;
  const below = keysBelow(schema);
  const child = below.properties?.[key];
  if (child) {
    const required = below.required?.includes(key) ?? false;
    return find({ path: `${path}${namesBetween(schema)}.${key}`, schema: child, required }, rest);
  }
  // `services.backend-api`, `consumers.0`: a name that users choose, or the number of an item.
  const close = nearest(key, Object.keys(below.properties ?? {}));
  if (namesBetween(schema) !== '') {
    return find({ path: `${path}${namesBetween(schema)}`, schema: below, required: false, meant: close }, rest);
  }
  throw new UsageError(
    `There is no key "${key}" in ${path === '' ? 'a spec' : path.slice(1)}.`,
    close === undefined ? undefined : `Did you mean "${close}"?`,
  );
}

/** The schema whose `properties` are the next keys that a user writes: of a map its values', of a list its items'. */
function keysBelow(schema: Schema): Schema {
  const values = inner(schema);
  return values === undefined ? schema : keysBelow(values);
}

function inner({ additionalProperties, items, anyOf }: Schema): Schema | undefined {
  if (items) return items;
  if (typeof additionalProperties === 'object') return additionalProperties;
  return anyOf?.find((one) => one.properties || inner(one));
}

function namesBetween({ additionalProperties, items, anyOf }: Schema): string {
  if (items) return `[]${namesBetween(items)}`;
  if (typeof additionalProperties === 'object') return `.<name>${namesBetween(additionalProperties)}`;
  const structured = anyOf?.find((one) => one.properties || inner(one));
  return structured ? namesBetween(structured) : '';
}

/** `text, default 10s` */
function facts(schema: Schema, required: boolean): string {
  const fallback = schema.default === undefined ? undefined : `default ${JSON.stringify(schema.default)}`;
  return [kindOf(schema), fallback ?? (required ? 'required' : undefined)]
    .filter((fact) => fact !== undefined)
    .join(', ');
}

function kindOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.join(' | ');
  if (schema.anyOf) return [...new Set(schema.anyOf.map(kindOf))].join(' or ');
  if (schema.items) return `list of ${kindOf(schema.items)}`;
  if (typeof schema.additionalProperties === 'object') return 'map';
  return names[schema.type ?? ''] ?? schema.type ?? 'anything';
}

const names: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  object: 'keys',
  boolean: 'true | false',
};
