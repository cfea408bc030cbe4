import type { Path } from '../../diagnostics.ts';
import { isJsonObject, type Json } from '../../json.ts';
import { compileCel, type Rule } from '../cel/evaluate.ts';
import type { Schema } from './schema.ts';

export interface BrokenRule {
  readonly field: Path;
  readonly message: string;
}

/**
 * The rules in CEL that a value breaks. The API server asks them of values that their schema allows otherwise, with all defaults filled in.
 */
export function* brokenRules(value: Json | undefined, schema: Schema, field: Path): Generator<BrokenRule> {
  if (value === undefined || value === null || !hasRules(schema)) return;
  for (const { rule, message } of schema.rules ?? []) {
    if (!ruleOf(rule)(value)) yield { field, message: message ?? `the rule does not hold: ${rule}` };
  }
  if (Array.isArray(value) && schema.items) {
    for (const [index, item] of value.entries()) yield* brokenRules(item, schema.items, [...field, index]);
  } else if (isJsonObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      const known = schema.properties?.[key] ?? schema.additionalProperties;
      if (known) yield* brokenRules(child, known, [...field, key]);
    }
  }
}

/** The same value with what the server fills in. */
export function withDefaults(value: Json, schema: Schema): Json {
  if (!hasDefaults(schema)) return value;
  if (Array.isArray(value)) return schema.items ? value.map((item) => withDefaults(item, schema.items ?? {})) : value;
  if (!isJsonObject(value)) return value;
  const filled: Record<string, Json | undefined> = { ...value };
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const there = filled[key] ?? child.default;
    if (there !== undefined) filled[key] = withDefaults(there, child);
  }
  return filled;
}

const rules = new Map<string, Rule>();

function ruleOf(source: string): Rule {
  const known = rules.get(source) ?? compileCel(source);
  rules.set(source, known);
  return known;
}

const hasRules = remembered((schema) => schema.rules !== undefined);
const hasDefaults = remembered((schema) => schema.default !== undefined);

/** Whether something is true of a schema or anything in it. */
function remembered(test: (schema: Schema) => boolean): (schema: Schema) => boolean {
  const known = new WeakMap<Schema, boolean>();
  const isTrue = (schema: Schema): boolean => {
    const before = known.get(schema);
    if (before !== undefined) return before;
    const inner = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties];
    const answer = test(schema) || inner.some((one) => one !== undefined && isTrue(one));
    known.set(schema, answer);
    return answer;
  };
  return isTrue;
}
