import { dump } from 'js-yaml';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';

/** One YAML document; the same value gives the same bytes. */
export const toYaml = (value: Json): string => `${isBlock(value) ? block(value, '') : scalar(value)}\n`;

/** A stream of documents, as `kubectl apply -f -` takes it. Two streams put together are one, too. */
export const toYamlStream = (values: readonly Json[]): string =>
  values.map((value) => `---\n${toYaml(value)}`).join('');

type Block = JsonObject | readonly Json[];

/**
 * What has lines of its own. Its first line stands where the caller is; the others begin with `pad`.
 * js-yaml would write the same, but looks at every word as if for the first time: that was a third of `render`.
 */
function block(value: Block, pad: string): string {
  const inner = `${pad}  `;
  if (isList(value)) {
    return value.map((item) => `- ${isBlock(item) ? block(item, inner) : scalar(item)}`).join(`\n${pad}`);
  }
  // One text that grows: lists of lines would be most of the work.
  let text = '';
  for (const key in value) {
    const child = value[key];
    if (child === undefined) continue;
    text += `${text === '' ? '' : `\n${pad}`}${scalar(key)}:${below(child, inner)}`;
  }
  return text;
}

const below = (value: Json, pad: string): string =>
  isBlock(value) ? `\n${pad}${block(value, pad)}` : ` ${scalar(value)}`;

const isBlock = (value: Json): value is Block =>
  isList(value) ? value.length > 0 : isJsonObject(value) && Object.keys(value).length > 0;

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** A name, an identity, or a word too long to be one of YAML's own (`false`): whatever is tried on it, it needs no quotes. */
const plainly = /^(?:spiffe:\/\/)?[A-Za-z](?:\w*[./-][\w./-]*|\w{5,})$/;

/** Words that were written before: a stream of objects has few that are new. */
const written = new Map<string, string>();

/** What stands on the line of its key. Whether a word needs quotes, js-yaml knows. */
function scalar(value: Json): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return dump(value).slice(0, -1);
  if (plainly.test(value)) return value;
  const before = written.get(value);
  if (before !== undefined) return before;
  // JSON is YAML: on one line wherever it stands.
  const text = value.includes('\n') ? JSON.stringify(value) : dump(value, { lineWidth: -1 }).slice(0, -1);
  written.set(value, text);
  return text;
}
