import type * as z from 'zod';
import type { Code } from '../codes.ts';
import type { Diagnostic, Path } from '../diagnostics.ts';
import { nearest } from '../nearest.ts';
import { formatHint, missingHint, nullHint, typeHint, unknownKeyHint, valueHint } from './hints.ts';
import { isWrongType, nameSentence, sentence } from './sentences.ts';
import { keysOf, type Schema, schemaAt } from './shape.ts';
import { escapeInvisible, show } from './show.ts';
import { limits } from './yaml/scan.ts';

/** One thing that the schema says, and what it is about. */
export interface Issue {
  readonly kind: 'unknown' | 'missing' | 'name' | 'value';
  /** Of a key: the map that it is in, or is missing from, then the key. */
  readonly path: Path;
  /** An unknown key: the one that was meant. */
  readonly meant?: string;
  readonly diagnostic: Diagnostic;
}

/** What zod found, in the user's words, without what only follows from something else. */
export function issuesOf(error: z.core.$ZodError, schema: Schema, writing: Writing): Issue[] {
  const issues = error.issues
    .slice(0, limits.findings)
    .flatMap(flattened)
    .flatMap((issue) => explain(issue, { schema, writing }))
    .slice(0, limits.findings);
  const meant = new Set(
    issues.flatMap(({ kind, path, meant: key }) => (kind === 'unknown' && key ? [siblingKey(path, key)] : [])),
  );
  return issues.filter(({ kind, path }) => kind !== 'missing' || !meant.has(JSON.stringify(path)));
}

const siblingKey = (path: Path, key: string): string => JSON.stringify([...path.slice(0, -1), key]);

/** How the scalar at a path is written in the file; `secret` when that must not be shown. */
export type Writing = (path: Path) => { readonly text?: string; readonly secret: boolean };

interface Context {
  readonly schema: Schema;
  readonly writing: Writing;
}

type RawIssue = z.core.$ZodIssue;

/** A union fails as a whole; where one of its branches is clearly the one that was meant, that branch speaks. */
function flattened(issue: RawIssue): RawIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const inside = issue.errors.filter((branch) => branch.every(({ path }) => path.length > 0));
  const [only] = inside;
  if (inside.length !== 1 || !only) return [issue];
  return only.flatMap((one) => flattened({ ...one, path: [...issue.path, ...one.path] }));
}

function explain(issue: RawIssue, context: Context): Issue[] {
  // zod's paths may hold symbols; those of plain data don't.
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') return unknownKeys(path, issue, context);
  if (issue.code === 'invalid_key') return [badName(path, issue)];
  if (issue.input === undefined) return [missing(path, context)];
  if (issue.input === null && path.length > 0) return [withoutValue(path, context)];
  return [badValue(issue, path, context)];
}

function unknownKeys(at: Path, { keys, input }: UnknownKeys, { schema }: Context): Issue[] {
  const parent = schemaAt(schema, at);
  const present = new Set(typeof input === 'object' && input !== null ? Object.keys(input) : []);
  const absent = keysOf(parent).filter((known) => !present.has(known));
  return keys.slice(0, limits.findings).map((key) => {
    const path = [...at, key];
    const meant = nearest(key, absent);
    const hint = unknownKeyHint(key, parent, meant);
    const diagnostic = { ...error('AXC1102', `unknown key ${show(key)}`, hint), at: path, mark: 'key' as const };
    return { kind: 'unknown', path, ...(meant !== undefined && { meant }), diagnostic };
  });
}

type UnknownKeys = Extract<RawIssue, { code: 'unrecognized_keys' }>;

function badName(path: Path, issue: Extract<RawIssue, { code: 'invalid_key' }>): Issue {
  const name = String(path.at(-1));
  const { code, message } = nameSentence(name, issue.issues[0]);
  const diagnostic = { ...error(code, message, formatHint(path, name)), at: path, mark: 'key' as const };
  return { kind: 'name', path, diagnostic };
}

function missing(path: Path, { schema }: Context): Issue {
  const key = String(path.at(-1));
  const where = path.length > 1 ? ` in ${label(path.slice(0, -1))}` : '';
  const hint = missingHint(key, schemaAt(schema, path));
  return {
    kind: 'missing',
    path,
    diagnostic: { ...error('AXC1103', `${show(key)} is missing${where}`, hint), at: path },
  };
}

function withoutValue(path: Path, { schema }: Context): Issue {
  const hint = nullHint(path, schemaAt(schema, path));
  const diagnostic = { ...error('AXC1110', `${label(path)} has no value`, hint), at: path, mark: 'key' as const };
  return { kind: 'value', path, diagnostic };
}

function badValue(issue: RawIssue, path: Path, context: Context): Issue {
  const schema = schemaAt(context.schema, path);
  const { text, secret } = context.writing(path);
  const { code, message } = sentence({ issue, schema, name: path.length > 0 ? label(path) : '', secret });
  const hint = secret ? undefined : hintFor(issue, path, schema, text);
  return { kind: 'value', path, diagnostic: { ...error(code, message, hint), at: path } };
}

function hintFor(
  issue: RawIssue,
  path: Path,
  schema: Schema | undefined,
  written: string | undefined,
): string | undefined {
  const { input } = issue;
  if (issue.code === 'invalid_value') return valueHint(path, input, issue.values.map(String));
  if (isWrongType(issue)) return typeHint(path, input, schema, written);
  return typeof input === 'string' ? formatHint(path, input) : undefined;
}

/** `"port"`, `"consumers[0]"`: what a sentence calls the thing at a path. */
function label(path: Path): string {
  const key = path.findLastIndex((step) => typeof step === 'string');
  const [name = '', ...indices] = path.slice(Math.max(0, key));
  return `"${escapeInvisible(String(name).slice(0, 63))}${indices.map((index) => `[${index}]`).join('')}"`;
}

const error = (code: Code, message: string, hint: string | undefined) => ({
  code,
  severity: 'error' as const,
  message,
  ...(hint !== undefined && { hint }),
});
