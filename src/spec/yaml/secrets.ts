import type { Range } from './lines.ts';

export interface Secret extends Range {
  /** Why it is taken for one; without it the value is only not shown. */
  readonly what?: string;
}

/**
 * Where a text holds what nobody else may read: keys and certificates in PEM, tokens, the data of a Secret, the values of
 * keys such as `password`. It works on the bare text, so that a file which isn't even YAML gives nothing away. Sorted,
 * without overlaps.
 */
export function findSecrets(text: string): Secret[] {
  const found = [...pemBlocks(text), ...tokens(text), ...secretData(text), ...namedValues(text)];
  return merged(found.filter(({ start, end }) => end > start));
}

function* pemBlocks(text: string): Generator<Secret> {
  const lastEnd = text.lastIndexOf('-----END ');
  let searched = 0;
  for (const { 0: begin, index } of text.matchAll(/-----BEGIN [A-Z0-9 ]{1,40}-----/g)) {
    if (index < searched) continue;
    searched = index < lastEnd ? lineEnd(text, text.indexOf('-----END ', index)) : bodyEnd(text, index + begin.length);
    yield { start: index, end: searched, what: begin.includes('CERTIFICATE') ? 'a certificate' : 'a key' };
  }
}

/** Of a block that is cut off: only what can belong to it, not the rest of the file. */
function bodyEnd(text: string, start: number): number {
  const body = /[A-Za-z0-9+/=\\\s]*/y;
  body.lastIndex = start;
  body.test(text);
  return body.lastIndex;
}

const tokenPatterns: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a token (JWT)', /\beyJ[\w-]{10,4000}\.eyJ[\w-]{10,8000}(?:\.[\w-]{0,4000})?/g],
  ['a key or certificate in base64', /\bLS0tLS1CRUdJTi[A-Za-z0-9+/=]{0,20000}/g],
  ['an access token', /\b(?:gh[pousr]_\w{20,255}|github_pat_\w{20,255}|glpat-[\w-]{20,64}|xox[abprs]-[\w-]{10,250})/g],
  ['an access key', /\bAKIA[A-Z0-9]{16}\b/g],
];

function* tokens(text: string): Generator<Secret> {
  for (const [what, pattern] of tokenPatterns) {
    for (const match of text.matchAll(pattern)) yield { start: match.index, end: match.index + match[0].length, what };
  }
}

/** In a file with a Secret: everything after `data:` or `stringData:`, to the next key at the margin. */
function* secretData(text: string): Generator<Secret> {
  if (!/["']?kind["']?:[ \t]*["']?Secret\b/.test(text)) return;
  let searched = 0;
  for (const match of text.matchAll(/\b(?:data|stringData)["']?:/g)) {
    if (match.index < searched) continue;
    const start = match.index + match[0].length;
    const nextKey = /\n(?=[^\s#-]|---)/g;
    nextKey.lastIndex = start;
    searched = nextKey.exec(text)?.index ?? text.length;
    yield trimmed(text, start, searched, 'the data of a Secret');
  }
}

const names = [
  'password|passwd|passphrase|secret|client_?secret|secret_?access_?key|token|bearer_?token|api_?key|access_?key',
  'private_?key|client-key-data|client-certificate-data|credentials?',
].join('|');
const namedValue = new RegExp(`(?<![\\w.-])["']?(?:${names})["']?:[ \\t]+(?=[^\\s{[#&])`, 'gi');

/** Such a key is none of the spec's, and is reported as that; a label may be called `token`. */
function* namedValues(text: string): Generator<Secret> {
  for (const match of text.matchAll(namedValue)) {
    const start = match.index + match[0].length;
    yield trimmed(text, start, lineEnd(text, start));
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function trimmed(text: string, start: number, end: number, what?: string): Secret {
  const value = text.slice(start, end);
  const range = { start: start + value.length - value.trimStart().length, end: start + value.trimEnd().length };
  return what === undefined ? range : { ...range, what };
}

function merged(secrets: readonly Secret[]): Secret[] {
  const result: Secret[] = [];
  for (const secret of secrets.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    const what = last?.what ?? secret.what;
    if (!last || secret.start > last.end) result.push(secret);
    else result[result.length - 1] = { start: last.start, end: Math.max(last.end, secret.end), ...(what && { what }) };
  }
  return result;
}
