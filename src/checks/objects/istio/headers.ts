import type { Field } from '../../../objects/field.ts';
import { formed, type Said, textOf } from '../said.ts';
import { quoted } from './forms.ts';

/** `@request.auth.claims.sub`, `@request.auth.claims[sub]`: a claim of a token, in the place of a header. */
export const isClaim = (name: string): boolean => /^@request\.auth\.claims(?:\..+|\[.+\])$/is.test(name);

export function matchedHeader(name: string): string | undefined {
  if (name === '') return 'header name cannot be empty';
  if (isClaim(name) || /^:(?:method|scheme|authority|path|status)$/.test(name)) return undefined;
  return /^[-!#$%&'*+.^_`|~A-Za-z0-9]+$/.test(name) ? undefined : `header name ${name} is not a valid header name`;
}

/** What a route adds to, sets in and removes from requests and responses. */
export function* headerOperations(headers: Field): Generator<Said> {
  for (const way of ['request', 'response']) {
    for (const operation of ['add', 'set']) {
      for (const [name, value] of headers.at(way, operation).entries) {
        yield* formed(value, changedHeader(name, way === 'request'));
        yield* formed(value, headerValue(textOf(value)));
      }
    }
    for (const name of headers.at(way, 'remove').items) yield* formed(name, changedHeader(textOf(name), false));
  }
}

function changedHeader(name: string, mayBeAuthority: boolean): string | undefined {
  if (name === '') return 'header name cannot be empty';
  if (mayBeAuthority && /^(?::authority|host)$/i.test(name)) return undefined;
  if (/^host$/i.test(name)) return `invalid header ${quoted(name)}: cannot set Host header`;
  return name.startsWith(':') ? `invalid header ${quoted(name)}: header cannot have ":" prefix` : undefined;
}

/** Text with `%VARIABLE%` and `%VARIABLE(…)%` in it; a percent sign is written twice. */
function headerValue(value: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
  if (/[\u0000-\u0008\u000A-\u001F\u007F]/.test(value)) return `header value configuration ${value} is invalid`;
  const literal = value.replaceAll('%%', '').replaceAll(/%[^%(]*(?:\([^)]*\) *)?%/g, '');
  if (!literal.includes('%')) return undefined;
  const invalid = 'header value configuration: invalid header configuration.';
  return value.endsWith('%') && !/%[^%]+%$/.test(value)
    ? `${invalid} Un-escaped %`
    : `${invalid} Un-terminated variable expression '${value}'`;
}
