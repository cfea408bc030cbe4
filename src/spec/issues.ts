import * as z from 'zod';
import type { Code } from '../codes.ts';
import type { Diagnostic, Path } from '../diagnostics.ts';
import { nearest } from '../nearest.ts';
import { expected, oneOf } from './expected.ts';
import { formatHint, missingHint, nullHint, typeHint, unknownKeyHint, valueHint } from './hints.ts';
import { limits } from './scan.ts';
import { bare, keysOf, type Schema, schemaAt } from './shape.ts';
import { codePoint, escapeInvisible, found, show } from './show.ts';

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
    .flatMap((issue) => explain(flattened(issue), { schema, writing }))
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
function flattened(issue: RawIssue): RawIssue {
  if (issue.code !== 'invalid_union') return issue;
  const inside = issue.errors.filter((branch) => branch.every(({ path }) => path.length > 0));
  const [only] = inside;
  const [first] = inside.length === 1 && only ? only : [];
  return first ? flattened({ ...first, path: [...issue.path, ...first.path] }) : issue;
}

function explain(issue: RawIssue, context: Context): Issue[] {
  // zod's paths may hold symbols; those of plain data don't.
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') return unknownKeys(path, issue, context);
  if (issue.code === 'invalid_key') return [badName(path, issue)];
  if (issue.input === undefined) return [missing(path, context)];
  if (issue.input === null) return [withoutValue(path, context)];
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
  const foreign = letterOutsideAscii(name);
  if (foreign !== undefined) {
    const message = foreignLetter(show(name), foreign);
    return {
      kind: 'name',
      path,
      diagnostic: { ...error('AXC1112', message, formatHint(path, name)), at: path, mark: 'key' },
    };
  }
  const rule = issue.issues[0];
  const message = rule
    ? `${show(name)} is not a name here: ${ruleText(rule, name)}`
    : `${show(name)} is not a name here`;
  const diagnostic = { ...error('AXC1111', message, formatHint(path, name)), at: path, mark: 'key' as const };
  return { kind: 'name', path, diagnostic };
}

const ruleText = (rule: RawIssue, name: string): string =>
  rule.code === 'too_big' ? `${name.length} characters, at most ${rule.maximum}` : `it must be ${rule.message}`;

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

function badValue(issue: RawIssue, path: Path, { schema, writing }: Context): Issue {
  const { text, secret } = writing(path);
  const { code, message } = sentence(issue, path, schemaAt(schema, path), secret);
  const hint = secret ? undefined : hintFor(issue, path, schemaAt(schema, path), text);
  return { kind: 'value', path, diagnostic: { ...error(code, message, hint), at: path } };
}

function sentence(
  issue: RawIssue,
  path: Path,
  schema: Schema | undefined,
  hidden: boolean,
): { code: Code; message: string } {
  const { input } = issue;
  const name = label(path);
  const mustBe = `${name} must be ${wanted(issue, schema)}`;
  const but = hidden ? '' : `; found ${found(input)}`;
  if (issue.code === 'custom' && typeof input === 'object')
    return { code: 'AXC1109', message: `${name} ${issue.message}` };
  if (issue.code === 'too_small' && issue.origin === 'array')
    return { code: 'AXC1109', message: empty(name, issue.message) };
  if (issue.code === 'too_big' && issue.origin === 'string') {
    return {
      code: 'AXC1108',
      message: `${name} is too long: ${String(input).length} characters, at most ${issue.maximum}`,
    };
  }
  if (issue.code === 'too_small' && issue.origin === 'string') return { code: 'AXC1109', message: empty(name, '') };
  if (issue.code === 'too_big' || issue.code === 'too_small') return { code: 'AXC1107', message: mustBe + but };
  if (path.length === 0)
    return { code: 'AXC1104', message: `a spec is a map that begins with apiVersion and kind${but}` };
  if (issue.code === 'invalid_value') return { code: versionKey(path) ? 'AXC1101' : 'AXC1105', message: mustBe + but };
  if (issue.code === 'invalid_type' || (issue.code === 'invalid_union' && typeof input !== 'string')) {
    return { code: 'AXC1104', message: mustBe + but };
  }
  const foreign = typeof input === 'string' && !hidden ? letterOutsideAscii(input) : undefined;
  if (foreign !== undefined) {
    return {
      code: 'AXC1112',
      message: `${name} has the letter ${codePoint(foreign)} (${escapeInvisible(foreign)}), which is not ASCII`,
    };
  }
  return { code: 'AXC1106', message: mustBe + but + (hidden ? '' : offender(issue, input)) };
}

const foreignLetter = (name: string, letter: string): string =>
  `${name} has the letter ${codePoint(letter)} (${escapeInvisible(letter)}), which is not ASCII`;

const empty = (name: string, message: string): string => `${name} ${message === '' ? 'is empty' : message}`;

const versionKey = ([first, ...rest]: Path): boolean =>
  rest.length === 0 && (first === 'apiVersion' || first === 'kind');

const wanted = (issue: RawIssue, schema: Schema | undefined): string => {
  // zod lets one branch of a union speak for it; the union itself knows better.
  if (schema instanceof z.ZodUnion) return z.safeParse(schema, undefined).error?.issues[0]?.message ?? '';
  if (issue.message !== '') return issue.message;
  return issue.code === 'invalid_value' ? oneOf(issue.values.map(String)) : expected(schema);
};

/** The character because of which a text does not fit its form: without it, it would. Of several the first odd one. */
function offender(issue: RawIssue, input: unknown): string {
  if (issue.code !== 'invalid_format' || issue.pattern === undefined || typeof input !== 'string') return '';
  const [, source = '', flags] = /^\/([\s\S]*)\/([a-z]*)$/.exec(issue.pattern) ?? [];
  const pattern = new RegExp(source, flags);
  const text = input.slice(0, 300);
  const odd = [...new Set(text.match(/[^\w-]/gu))].slice(0, 40);
  const culprit = odd.find((character) => pattern.test(text.replaceAll(character, ''))) ?? odd.find(isInvisible);
  if (culprit === undefined) return '';
  const name = isInvisible(culprit) ? `${JSON.stringify(culprit)}, ${codePoint(culprit)},` : show(culprit);
  return ` (${name} does not belong there)`;
}

const isInvisible = (character: string): boolean => /\s|\p{C}/u.test(character);

// biome-ignore lint/suspicious/noControlCharactersInRegex: "not ASCII" is the question
const letterOutsideAscii = (text: string): string | undefined => /[^\x00-\x7f]/u.exec(text)?.[0];

function hintFor(
  issue: RawIssue,
  path: Path,
  schema: Schema | undefined,
  written: string | undefined,
): string | undefined {
  const { input } = issue;
  if (issue.code === 'invalid_value') return valueHint(path, input, issue.values.map(String));
  if (issue.code === 'invalid_type' || (issue.code === 'invalid_union' && typeof input !== 'string')) {
    return typeHint(path, input, schema && bare(schema), written);
  }
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
