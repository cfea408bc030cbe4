import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import * as z from 'zod';
import type { Path } from '../diagnostics.ts';
import { didYouMean } from '../nearest.ts';
import { minimalSpec } from './minimal-spec.ts';
import { allowedValues, bare, descriptionOf, keysOf, type Schema } from './shape.ts';

/** What to do about a value that doesn't fit, where more can be said than what is expected. */

const namesOfSecrets = /pass(?:word|wd|phrase)|secret|token|credential|private|api_?key/i;

export function unknownKeyHint(key: string, parent: Schema | undefined, meant: string | undefined): string {
  if (meant !== undefined) return `did you mean "${meant}"?`;
  if (namesOfSecrets.test(key)) {
    return 'a spec holds no secrets: remove it, and replace it where it is used if the file was shared';
  }
  const place = keysOf(parent).find((known) => keysOf(childSchema(parent, known)).includes(key));
  if (place !== undefined) return `it belongs under "${place}"`;
  const known = keysOf(parent);
  return known.length === 0 ? 'remove it' : `known keys here: ${known.join(', ')}`;
}

const childSchema = (parent: Schema | undefined, key: string): Schema | undefined => {
  const child: unknown = parent instanceof z.ZodObject ? parent.shape[key] : undefined;
  return child instanceof z.ZodType ? bare(child) : undefined;
};

const missingHints: Readonly<Record<string, string>> = {
  localCallers:
    'say who else calls it within the cluster, for the first policy refuses everyone who is not named:\n' +
    'localCallers: [{ namespace: default, serviceAccount: batch }]   or `[]` for nobody\n' +
    'localCallers: any',
  apiVersion: 'the first line of a spec is `apiVersion: aegis-xc.dev/v1alpha1`',
  kind: 'the second line of a spec is `kind: Federation`',
};

export const missingHint = (key: string, schema: Schema | undefined): string | undefined =>
  missingHints[key] ?? described(key, schema);

function described(key: string, schema: Schema | undefined): string | undefined {
  const description = descriptionOf(schema);
  return description === undefined ? undefined : `${key}: ${description}`;
}

export function nullHint(path: Path, schema: Schema | undefined): string | undefined {
  const key = String(path.at(-1));
  if (key === 'allow') {
    return 'a blank `allow` is not "all": leave the key out for that, or name `methods` or `paths` under it';
  }
  if (typeof path.at(-1) === 'number') return 'write the entry, or remove the "-"';
  return missingHints[key] ?? described(key, schema) ?? 'write a value, or remove the key';
}

export function valueHint(path: Path, input: unknown, allowed: readonly string[]): string | undefined {
  const key = path.at(-1);
  if (key === 'mode') return 'more modes will follow; remove the key until then';
  if (typeof input !== 'string') return undefined;
  const sameButCase = allowed.find((value) => value.toLowerCase() === input.toLowerCase());
  return sameButCase === undefined ? didYouMean(input, allowed) : `write ${sameButCase}`;
}

/** `written` is the value as it stands in the file: 1.10 is the number 1.1. */
export function typeHint(
  path: Path,
  input: unknown,
  schema: Schema | undefined,
  written: string | undefined,
): string | undefined {
  const scalar = typeof input === 'string' || typeof input === 'number' || typeof input === 'boolean';
  if (path.length === 0) return `a minimal spec:\n${minimalSpec}`;
  if (schema instanceof z.ZodArray) return scalar ? `write [${input}]` : listHint(input);
  if (schema instanceof z.ZodString && scalar && typeof input !== 'string') {
    return isDuration(schema) && typeof input === 'number'
      ? `write ${input}s`
      : `write "${written ?? input}", in quotes`;
  }
  if (schema instanceof z.ZodNumber && typeof input === 'string' && /^\s*\d+\s*$/.test(input)) {
    return `write ${Number(input)}, without quotes and spaces`;
  }
  if (schema instanceof z.ZodObject) return `keys: ${keysOf(schema).join(', ')}`;
  if (schema instanceof z.ZodRecord && typeof input === 'string') return labelsHint(input);
  return schema instanceof z.ZodUnion ? unionHint(schema) : undefined;
}

/** `app=backend-api,version=v1`, as kubectl selects. */
function labelsHint(input: string): string | undefined {
  const labels = input.split(',').map((label) => label.trim().split(/==?/));
  return labels.every((label) => label.length === 2)
    ? `write { ${labels.map(([key, value]) => `${key}: ${value}`).join(', ')} }`
    : undefined;
}

const listHint = (input: unknown): string | undefined =>
  typeof input === 'object' ? 'a list has a "-" before each entry, or stands in [ ]' : undefined;

const isDuration = (schema: z.ZodString): boolean => schema.safeParse('10s').success && !schema.safeParse('x').success;

const unionHint = (schema: z.ZodUnion): string | undefined => {
  const words = schema.options.flatMap((option) => allowedValues(option));
  return words.length === 0 ? undefined : `write [${schema.options.length > 1 ? '…' : ''}] or ${words.join(' or ')}`;
};

/** For text of the wrong form: by what it looks like, then by the key that it is for. */
export function formatHint(path: Path, input: string): string | undefined {
  const key = path.findLast((step) => typeof step === 'string') ?? '';
  return foreignLetterHint(String(key), input) ?? formHints[String(key)]?.(input) ?? lowerCaseHint(String(key), input);
}

/** Only hosts have a form in ASCII; for the rest it was a slip of the keyboard, or somebody's trick. */
function foreignLetterHint(key: string, input: string): string | undefined {
  if (!/[^\p{ASCII}]/u.test(input)) return undefined;
  const look = 'it may look like a Latin letter: type it anew';
  const ascii = ['host', 'addresses', 'trustDomain'].includes(key) ? domainToASCII(input) : '';
  return ascii === '' ? look : `${look}, or write the name as DNS has it: ${ascii}`;
}

const formHints: Readonly<Record<string, (input: string) => string | undefined>> = {
  addresses: (input) => {
    if (/^unix:|^\//.test(input)) return 'a gateway is reached over the network: sockets are not allowed';
    const url = /^[a-z][a-z0-9+.-]*:\/\/\[?([^/\]]+?)\]?(?::\d+)?(?:\/|$)/i.exec(input)?.[1];
    if (url !== undefined) return `write the address alone: ${url}`;
    const address = /^\[?(.+?)\]?:(\d+)$/.exec(input);
    if (address && isIP(input) === 0) return `write ${address[1]} here, and ${address[2]} as the gateway's \`port\``;
    return input.includes('*') ? 'name each address' : undefined;
  },
  host: (input) => {
    if (input.includes('*')) return 'name one exact host, such as catalog.xc.global';
    const url = /^[a-z]+:\/\/([^/:]+)/i.exec(input)?.[1];
    if (url !== undefined) return `write the host alone: ${url}`;
    if (/[^.]\.$/.test(input)) return `write it without the dot at its end: ${input.slice(0, -1)}`;
    const long = input.split('.').find((label) => label.length > 63);
    if (long !== undefined) return `"${long.slice(0, 20)}…" has ${long.length} characters, a label has at most 63`;
    return input.includes('.') ? undefined : 'a host has two labels or more, such as catalog.xc.global';
  },
  methods: (input) => {
    if (input === '*') return 'leave `methods` out: without it all are allowed';
    const words = input.toUpperCase().match(/[A-Z]+/g);
    return words === null ? undefined : `write ${words.length === 1 ? words[0] : `[${words.join(', ')}]`}`;
  },
  paths: (input) => {
    if (input.trim() === '*') return 'leave `paths` out: without it all are allowed';
    if (/^https?:\/\//.test(input)) return `write the path alone: ${input.replace(/^https?:\/\/[^/]*/, '') || '/'}`;
    if (!input.startsWith('/')) return `write /${input.replace(/^[\s*]+/, '')}`;
    return input.slice(0, -1).includes('*') ? 'a "*" may stand only at the end, as in /api/*' : undefined;
  },
  trustDomain: (input) => (input.startsWith('spiffe://') ? `write ${input.slice('spiffe://'.length)}` : undefined),
  serviceAccount: accountHint,
  serviceAccounts: accountHint,
  allowFrom: rangeHint,
  localCallers: (input) =>
    /^["']?(?:any|all|anyone|anybody|everyone|everybody|\*)["']?$/i.test(input) ? 'write any' : undefined,
  timeout: durationHint,
  perTryTimeout: durationHint,
  connectTimeout: durationHint,
  idleTimeout: durationHint,
  interval: durationHint,
  ejectFor: durationHint,
};

function rangeHint(input: string): string | undefined {
  const [address = '', length] = input.split('/');
  const longest = { 0: undefined, 4: 32, 6: 128 }[isIP(address)];
  if (longest === undefined) return undefined;
  if (length === undefined) return `write ${input}/${longest}`;
  return Number(length) <= longest ? undefined : `the number after "/" is at most ${longest}, which is one address`;
}

function accountHint(input: string): string | undefined {
  const account = /\/sa\/([^/]+)$/.exec(input)?.[1];
  if (account !== undefined) return `write ${account}: trust domain and namespace are known from their own keys`;
  return input.includes('*') ? 'name every identity: any caller of a namespace is not supported' : undefined;
}

function durationHint(input: string): string | undefined {
  if (/^\d+$/.test(input)) return `write ${input}s`;
  const fraction = /^(\d+)\.(\d{1,3})(s)$/.exec(input.trim());
  if (fraction) return `write ${Number(fraction[1]) * 1000 + Number((fraction[2] ?? '').padEnd(3, '0'))}ms`;
  const days = /^(\d+)d$/.exec(input)?.[1];
  if (days !== undefined) return `write ${Number(days) * 24}h`;
  return /\s/.test(input) ? `write ${input.replaceAll(/\s+/g, '')}` : undefined;
}

const lowerCaseKeys = /^(?!workload$|selector$|tags$|provider$|id$|context$)/;

function lowerCaseHint(key: string, input: string): string | undefined {
  const lower = input.toLowerCase().replaceAll(/[_ ]/g, '-');
  const usable = lowerCaseKeys.test(key) && lower !== input && /^[a-z0-9](?:[-.a-z0-9]{0,61}[a-z0-9])?$/.test(lower);
  return usable ? `write ${lower}` : undefined;
}
