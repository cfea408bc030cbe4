import { isJsonObject, type Json } from '../../json.ts';
import { goPattern } from '../patterns.ts';
import type { Schema } from './schema.ts';

/** Whether a value keeps to the alternatives of a schema: `anyOf`, `oneOf`, `not`. */
export function isMet(value: Json, { anyOf, oneOf, not }: Schema): boolean {
  if (anyOf && !anyOf.some((one) => fits(value, one))) return false;
  if (oneOf && oneOf.filter((one) => fits(value, one)).length !== 1) return false;
  return !(not && fits(value, not));
}

/** In an alternative there are only keywords that judge values, none that names types or fields for the first time. */
function fits(value: Json, schema: Schema): boolean {
  const {
    type,
    enum: values,
    required = [],
    properties = {},
    pattern,
    minLength,
    maxLength,
    minimum,
    maximum,
  } = schema;
  if (type && !isA(value, type)) return false;
  if (values && !values.some((one) => one === value)) return false;
  if (typeof value === 'string') {
    if (pattern !== undefined && !goPattern(pattern).test(value)) return false;
    if (value.length < (minLength ?? 0) || value.length > (maxLength ?? Infinity)) return false;
  }
  if (typeof value === 'number' && (value < (minimum ?? -Infinity) || value > (maximum ?? Infinity))) return false;
  if (isJsonObject(value)) {
    if (required.some((key) => !Object.hasOwn(value, key))) return false;
    for (const [key, child] of Object.entries(properties)) {
      const inner = value[key];
      if (inner !== undefined && !fits(inner, child)) return false;
    }
  }
  return (schema.allOf ?? []).every((one) => fits(value, one)) && isMet(value, schema);
}

function isA(value: Json, type: NonNullable<Schema['type']>): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isJsonObject(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

/** What would be right, in words. */
export function choiceText({ anyOf = [], oneOf = [] }: Schema, value: Json): string {
  const keys = [...new Set([...anyOf, ...oneOf].flatMap(({ required = [] }) => required))];
  if (keys.length === 0) return 'must be one of the forms that are allowed here';
  const there = isJsonObject(value) ? keys.filter((key) => Object.hasOwn(value, key)) : [];
  // Istio writes "at most one" as: none of them, or exactly one.
  const mayBeNone = [...anyOf, ...oneOf].some(({ not }) => not !== undefined);
  if (there.length > 1) return `${there.join(' and ')} exclude each other: only one of them may be there`;
  return mayBeNone ? `at most one of ${keys.join(', ')} may be there` : `one of ${keys.join(', ')} has to be there`;
}
