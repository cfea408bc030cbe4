import * as z from 'zod';
import type { Path } from '../diagnostics.ts';

/** The schema as a thing to walk through: what may stand at a path. */
export type Schema = z.core.$ZodType;

/** The schema of the value at a path; undefined where there is no such key. */
export function schemaAt(root: Schema, path: Path): Schema | undefined {
  let schema: Schema | undefined = bare(root);
  for (const step of path) schema = schema && stepInto(schema, step);
  return schema;
}

/** Without the wrapping that makes a value optional. */
export function bare(schema: Schema): Schema {
  const optional = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
  return optional ? bare(schema.unwrap()) : schema;
}

export const isOptional = (schema: Schema): boolean => z.safeParse(schema, undefined).success;

/** Whether the key at the end of a path may be left out. */
export function isOptionalAt(root: Schema, path: Path): boolean {
  const parent = schemaAt(root, path.slice(0, -1));
  const value: unknown = parent instanceof z.ZodObject ? parent.shape[String(path.at(-1))] : undefined;
  return value instanceof z.ZodType && isOptional(value);
}

/** The keys of a map whose keys are given. */
export function keysOf(schema: Schema | undefined): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

export const descriptionOf = (schema: Schema | undefined): string | undefined =>
  schema instanceof z.ZodType ? (schema.description ?? inner(schema)) : undefined;

const inner = (schema: z.ZodType): string | undefined => {
  const content = bare(schema);
  return content === schema ? undefined : descriptionOf(content);
};

function stepInto(schema: Schema, step: string | number): Schema | undefined {
  if (schema instanceof z.ZodObject) {
    const child: unknown = Object.hasOwn(schema.shape, step) ? schema.shape[step] : undefined;
    return child instanceof z.ZodType ? bare(child) : undefined;
  }
  if (schema instanceof z.ZodRecord) return bare(schema.valueType);
  if (schema instanceof z.ZodArray) return typeof step === 'number' ? bare(schema.element) : undefined;
  if (!(schema instanceof z.ZodUnion)) return undefined;
  return schema.options.flatMap((option) => stepInto(bare(option), step) ?? [])[0];
}

/** A value that stands in for one which can't be used. It is valid, and means nothing. */
export function sample(schema: Schema): unknown {
  const content = bare(schema);
  const known = samples.get(content);
  if (known !== undefined) return structuredClone(known);
  const made = candidates(content).find((candidate) => z.safeParse(content, candidate).success);
  samples.set(content, made);
  return structuredClone(made);
}
const samples = new WeakMap<Schema, unknown>();

function candidates(schema: Schema): readonly unknown[] {
  if (schema instanceof z.ZodObject) return [sampleObject(schema)];
  if (schema instanceof z.ZodArray) return [[], [sample(schema.element)]];
  if (schema instanceof z.ZodRecord) {
    const value = sample(schema.valueType);
    return [{}, { placeholder: value }, { 'placeholder-a': value, 'placeholder-b': value }];
  }
  if (schema instanceof z.ZodUnion) return schema.options.map((option) => sample(option));
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) return [...allowedValues(schema)];
  return scalars;
}

const scalars: readonly unknown[] = [
  ...['placeholder', 'placeholder.example', '203.0.113.1', '203.0.113.0/24', '10s', '/', 'GET'],
  ...['00000000-0000-0000-0000-000000000000', 1, true],
];

function sampleObject(schema: z.ZodObject): object {
  const required = Object.entries(schema.shape).filter(([, value]) => !isOptional(value));
  const all = Object.entries(schema.shape);
  const filled = Object.fromEntries(required.map(([key, value]) => [key, sample(value)]));
  if (z.safeParse(schema, filled).success) return filled;
  return Object.fromEntries(all.map(([key, value]) => [key, sample(value)]));
}

/** The values of an enum or literal. */
export function allowedValues(schema: Schema): readonly (string | number)[] {
  if (schema instanceof z.ZodEnum) return schema.options;
  if (!(schema instanceof z.ZodLiteral)) return [];
  return [...schema.values].filter((value) => typeof value === 'string' || typeof value === 'number');
}
