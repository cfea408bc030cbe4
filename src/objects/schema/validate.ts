import type { Path } from '../../diagnostics.ts';
import { isJsonObject, type Json } from '../../json.ts';
import { didYouMean, nearest } from '../../nearest.ts';
import { found, show } from '../../spec/show.ts';
import { nanoseconds } from '../durations.ts';
import { goPattern } from '../patterns.ts';
import { choiceText, isMet } from './choices.ts';
import type { Schema } from './schema.ts';

/** What a schema has against a value. */
export interface SchemaProblem {
  readonly what: 'unknown' | 'missing' | 'type' | 'value' | 'form' | 'limit' | 'choice';
  readonly field: Path;
  readonly mark?: 'key' | 'value';
  readonly message: string;
  readonly hint?: string;
}

/** Where an unknown field stands: it may belong to a map around it. */
interface Context {
  readonly field: Path;
  readonly around: readonly Schema[];
}

/** Everything in a value that its schema does not allow, the rules in CEL left aside. */
export function* schemaProblems(
  value: Json | undefined,
  schema: Schema,
  field: Path,
  around: readonly Schema[] = [],
): Generator<SchemaProblem> {
  const context = { field, around };
  if (value === undefined) return;
  if (value === null) {
    if (!schema.nullable && schema.type !== undefined) yield nothingThere(schema, context);
    return;
  }
  if (schema.intOrString ? !isIntOrString(value) : !isOfType(value, schema)) {
    yield wrongType(value, schema, context);
    return;
  }
  yield* valueProblems(value, schema, context);
  yield* choiceProblems(value, schema, context);
  if (Array.isArray(value)) yield* itemProblems(value, schema, context);
  else if (isJsonObject(value)) yield* fieldProblems(value, schema, context);
}

const isIntOrString = (value: Json): boolean => typeof value === 'string' || Number.isInteger(value);

function isOfType(value: Json, { type }: Schema): boolean {
  if (type === undefined) return true;
  if (type === 'object') return isJsonObject(value);
  if (type === 'array') return Array.isArray(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

const nothingThere = (schema: Schema, { field }: Context): SchemaProblem => ({
  what: 'type',
  field,
  mark: 'key',
  message: `must be ${typeName(schema)}; found nothing`,
  hint: 'give it a value, or leave the key out',
});

function wrongType(value: Json, schema: Schema, { field }: Context): SchemaProblem {
  const hint = typeHint(value, schema);
  const message = `must be ${typeName(schema)}; found ${found(value)}`;
  return { what: 'type', field, message, ...(hint !== undefined && { hint }) };
}

function typeHint(value: Json, schema: Schema): string | undefined {
  const { type, items } = schema;
  if (type === 'string' && typeof value === 'boolean')
    return 'YAML reads on, yes, off and no like this: put it in quotes';
  if (type === 'string' && typeof value === 'number' && isDuration(schema)) return `write "${value}s"`;
  if (type === 'string' && typeof value === 'number') return `put it in quotes: "${value}"`;
  if (
    (type === 'integer' || type === 'number') &&
    typeof value === 'string' &&
    value.trim() !== '' &&
    Number.isFinite(Number(value))
  )
    return `leave the quotes out: ${Number(value)}`;
  if (type === 'boolean' && /^(?:true|false)$/.test(String(value))) return 'leave the quotes out';
  return type === 'array' && items && isOfType(value, items) ? 'begin the line with "- "' : undefined;
}

/** By its format, or by a rule that reads it as one. */
const isDuration = ({ format, rules = [] }: Schema): boolean =>
  format === 'duration' || rules.some(({ rule }) => rule.includes('duration(self)'));

function typeName({ type, intOrString }: Schema): string {
  if (intOrString) return 'text or a whole number';
  return type === undefined ? 'a value' : names[type];
}

const names = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
} as const;

function* valueProblems(value: Json, schema: Schema, { field }: Context): Generator<SchemaProblem> {
  if (schema.enum && !schema.enum.some((one) => one === value)) {
    const words = schema.enum.map(String).filter((word) => word !== '');
    const hint = typeof value === 'string' ? didYouMean(value, words) : undefined;
    const message = `must be ${words.length > 1 ? 'one of ' : ''}${words.join(', ')}; found ${found(value)}`;
    yield { what: 'value', field, message, ...(hint !== undefined && { hint }) };
  }
  const limit = limitText(value, schema);
  if (limit !== undefined) {
    yield { what: 'limit', field, message: `must ${limit}; found ${measured(value)}` };
  } else if (typeof value === 'string') {
    const form = formText(value, schema);
    if (form !== undefined) yield { what: 'form', field, message: `must ${form}; found ${found(value)}` };
  }
}

/** The limit that a value does not keep. */
function limitText(value: Json, schema: Schema): string | undefined {
  const { minimum = -Infinity, maximum = Infinity, minLength = 0, maxLength = Infinity } = schema;
  const { minItems = 0, maxItems = Infinity, minProperties = 0, maxProperties = Infinity } = schema;
  if (typeof value === 'number') {
    const [low, high] = range(schema.format);
    if (value < Math.max(minimum, low)) return `be at least ${Math.max(minimum, low)}`;
    return value > Math.min(maximum, high) ? `be at most ${Math.min(maximum, high)}` : undefined;
  }
  if (typeof value === 'string') return sizeText([...value].length, minLength, maxLength, 'characters');
  if (Array.isArray(value)) return sizeText(value.length, minItems, maxItems, 'entries');
  return isJsonObject(value) ? sizeText(Object.keys(value).length, minProperties, maxProperties, 'keys') : undefined;
}

function sizeText(size: number, least: number, most: number, what: string): string | undefined {
  if (size < least) return least === 1 ? 'not be empty' : `have at least ${least} ${what}`;
  return size > most ? `have at most ${most} ${what}` : undefined;
}

const range = (format: string | undefined): readonly [number, number] =>
  format === 'int32' ? [-(2 ** 31), 2 ** 31 - 1] : [-Infinity, Infinity];

function measured(value: Json): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : `${[...value].length}`;
  if (Array.isArray(value)) return `${value.length}`;
  return isJsonObject(value) ? `${Object.keys(value).length}` : show(value);
}

function formText(value: string, { pattern, format }: Schema): string | undefined {
  if (pattern !== undefined && value.length <= longestMatched && !goPattern(pattern).test(value))
    return `match ${pattern}`;
  if (format === 'date-time' && Number.isNaN(Date.parse(value))) return 'be a date and time, as 2026-01-31T12:00:00Z';
  return format === 'duration' && nanoseconds(value) === undefined ? 'be a duration, as 10s or 1h30m' : undefined;
}

/** The work of some patterns grows with the square of the text; what has a pattern is short. */
const longestMatched = 8192;

function* choiceProblems(value: Json, schema: Schema, { field }: Context): Generator<SchemaProblem> {
  for (const part of [...(schema.allOf ?? []), schema]) {
    if (isMet(value, part)) continue;
    yield { what: 'choice', field, message: choiceText(part, value) };
    return;
  }
}

function* itemProblems(items: readonly Json[], schema: Schema, { field, around }: Context): Generator<SchemaProblem> {
  const { items: each, unique } = schema;
  if (each) {
    for (const [index, item] of items.entries()) yield* schemaProblems(item, each, [...field, index], around);
  }
  if (!unique) return;
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const keys =
      isJsonObject(item) && unique !== true ? unique.map((key) => item[key] ?? each?.properties?.[key]?.default) : item;
    const identity = JSON.stringify(keys);
    if (seen.has(identity)) {
      const about =
        unique === true
          ? show(item)
          : `${unique.join(', ')} ${[keys]
              .flat()
              .map((key) => show(key))
              .join(', ')}`;
      yield { what: 'limit', field: [...field, index], message: `${about} is there twice in the list` };
    }
    seen.add(identity);
  }
}

function* fieldProblems(
  value: Readonly<Record<string, Json | undefined>>,
  schema: Schema,
  { field, around }: Context,
): Generator<SchemaProblem> {
  const { properties = {}, additionalProperties, required = [], open } = schema;
  for (const key of required) {
    const isThere = Object.hasOwn(value, key) || properties[key]?.default !== undefined;
    if (!isThere) yield { what: 'missing', field: [...field, key], mark: 'key', message: `${show(key)} is missing` };
  }
  for (const [key, child] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (known) yield* schemaProblems(child, known, [...field, key], [...around, schema]);
    else if (!open) yield unknownField(key, schema, { field, around });
  }
}

function unknownField(key: string, schema: Schema, { field, around }: Context): SchemaProblem {
  const where = field.at(-1);
  const message = `unknown field ${show(key)}${typeof where === 'string' ? ` in ${where}` : ''}`;
  const hint = placeOf(key, schema, around) ?? didYouMean(key, Object.keys(schema.properties ?? {})) ?? listOf(schema);
  return { what: 'unknown', field: [...field, key], mark: 'key', message, ...(hint !== undefined && { hint }) };
}

/** Where a field of exactly this name is: in one of those beside it, or in a map around. */
function placeOf(key: string, { properties = {} }: Schema, around: readonly Schema[]): string | undefined {
  if (nearest(key, Object.keys(properties)) !== undefined) return undefined;
  for (const [name, child] of Object.entries(properties)) {
    if ((child.items ?? child).properties?.[key]) return `it belongs into ${name}`;
  }
  const index = around.findLastIndex((schema) => schema.properties?.[key]);
  if (index < 0) return undefined;
  const levels = around.length - index;
  return levels === 1 ? 'it belongs one level up' : `it belongs ${levels} levels up`;
}

function listOf({ properties = {} }: Schema): string | undefined {
  const keys = Object.keys(properties);
  return keys.length === 0 || keys.length > 12 ? undefined : `there are: ${keys.join(', ')}`;
}
