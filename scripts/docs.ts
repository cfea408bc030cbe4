import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import {
  dnsLabel,
  dnsSubdomain,
  duration,
  hostName,
  ipv4,
  labelValue,
  plainName,
  portName,
  portNumber,
  trustDomain,
} from '../src/spec/names.ts';
import { presetPorts } from '../src/spec/ports.ts';
import { federationSpec } from '../src/spec/schema.ts';
import { allowedValues, bare, descriptionOf, isOptional, type Schema } from '../src/spec/shape.ts';

/** Writes the pages of `docs/` that are made from the program. `npm run docs`. */

const pages = { 'spec.md': specPage };

/** What is in `docs/` now; for the test that it is up to date. */
export const writtenPage = (name: keyof typeof pages): string => readFileSync(pagePath(name), 'utf8');

function pagePath(name: string): string {
  return fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
}

/** The reference of the spec: a table for every map that it has. */
export function specPage(): string {
  const sections = merged(sectionsOf('The file', federationSpec, []));
  return `${[intro, ...sections.map((section) => sectionText(section, sections)), wordsText(), presetsText()].join('\n\n')}\n`;
}

const intro = `<!-- Made from src/spec/schema.ts by \`npm run docs\`: change it there. -->

# The spec, key by key

One file in YAML says everything about a federation. [The README](../README.md) has a first one to copy, and \`examples/\` has one for
each scenario. \`aegis-xc validate\` checks a file, \`aegis-xc schema\` prints the JSON Schema for your editor, and
[checks.md](checks.md) explains every finding.

A key that is not in these tables is an error. What is meant by *name*, *host* and the like is [at the end](#kinds-of-values).`;

interface Section {
  readonly titles: readonly string[];
  readonly schema: z.ZodObject;
}

/** The map itself, then those below it, in the order of the keys. */
function sectionsOf(title: string, schema: Schema, above: readonly string[]): Section[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const below = Object.entries(schema.shape).flatMap(([key, value]) =>
    mapsIn(value).flatMap(({ suffix, map }) => {
      const place = [...above, `${key}${suffix}`];
      return sectionsOf(place.join('.'), map, place);
    }),
  );
  return [{ titles: [title], schema }, ...below];
}

/** `port` and an entry of `ports` are the same thing. */
const merged = (sections: readonly Section[]): Section[] =>
  [...new Set(sections.map(({ schema }) => schema))].map((schema) => ({
    schema,
    titles: sections.filter((section) => section.schema === schema).flatMap(({ titles }) => titles),
  }));

interface InnerMap {
  /** How one gets there from the key: `.<name>` or `[]`. */
  readonly suffix: string;
  readonly map: z.ZodObject;
}

function mapsIn(schema: Schema): InnerMap[] {
  const content = bare(schema);
  if (content instanceof z.ZodObject) return [{ suffix: '', map: content }];
  if (content instanceof z.ZodArray) return within('[]', content.element);
  if (content instanceof z.ZodRecord) return within('.<name>', content.valueType);
  return content instanceof z.ZodUnion ? content.options.flatMap(mapsIn) : [];
}

const within = (suffix: string, schema: Schema): InnerMap[] =>
  mapsIn(schema).map((inner) => ({ ...inner, suffix: suffix + inner.suffix }));

function sectionText({ titles, schema }: Section, sections: readonly Section[]): string {
  const rows = Object.entries(schema.shape).map(([key, value]) => rowText(key, value, sections));
  const table = ['| key | value | default | |', '| --- | --- | --- | --- |', ...rows].join('\n');
  const description = descriptionOf(schema);
  return [`## ${heading(titles)}`, ...(description === undefined ? [] : [description]), table].join('\n\n');
}

const heading = (titles: readonly string[]): string =>
  titles.map((title) => (title === 'The file' ? title : code(title))).join(', ');

/** As GitHub makes it of the heading. */
const anchor = (titles: readonly string[]): string =>
  heading(titles)
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

function rowText(key: string, schema: Schema, sections: readonly Section[]): string {
  const [inner] = mapsIn(schema);
  const section = sections.find((one) => one.schema === inner?.map);
  const value = valueText(schema);
  const linked = section ? value.replace(/maps?$/, (word) => `[${word}](#${anchor(section.titles)})`) : value;
  const cells = [code(key), linked, defaultText(schema), descriptionOf(schema) ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function defaultText(schema: Schema): string {
  if (schema instanceof z.ZodDefault) return code(plain(schema.def.defaultValue));
  return isOptional(schema) ? '' : '**required**';
}

function valueText(schema: Schema): string {
  const content = bare(schema);
  if (content instanceof z.ZodObject) return 'a map';
  if (content instanceof z.ZodArray) return listText(content.element);
  if (content instanceof z.ZodRecord) return `names, each with ${withArticle(valueText(content.valueType))}`;
  if (content instanceof z.ZodUnion) return unionText(content);
  const allowed = allowedValues(content);
  return allowed.length > 0 ? allowed.map((value) => code(String(value))).join(', ') : scalarText(content);
}

function unionText(schema: z.ZodUnion): string {
  const isFlat = mapsIn(schema).length === 0;
  return isFlat ? wordsOf(schema) : schema.options.map(valueText).join(', or ');
}

function listText(element: Schema): string {
  const text = valueText(element);
  const isWord = text === 'a map' || knownWords.has(wordsOf(element));
  return isWord ? `list of ${text.replace(/^a /, '')}s` : `list; each ${text}`;
}

const withArticle = (text: string): string => (kindsOfValues.some(([kind]) => kind === text) ? `a ${text}` : text);

function scalarText(schema: Schema): string {
  if (schema instanceof z.ZodNumber) {
    const kind = schema.format === 'safeint' ? 'a whole number' : 'a number';
    const text = `${kind} from ${schema.minValue} to ${schema.maxValue}`;
    return knownWords.get(text) ?? text;
  }
  const words = wordsOf(schema);
  return knownWords.get(words) ?? words;
}

/** The words that a finding would use for it. */
function wordsOf(schema: Schema): string {
  const wrong = [Symbol('no text'), '', '\n'];
  const messages = wrong.flatMap(
    (value) => z.safeParse(schema, value, { error: () => '' }).error?.issues.map(({ message }) => message) ?? [],
  );
  return messages.find((message) => message !== '') ?? 'text';
}

/** What stands in the tables instead of the same long words again and again. */
const kindsOfValues: readonly (readonly [kind: string, schema: Schema])[] = [
  ['name', plainName],
  ['DNS label', dnsLabel],
  ['DNS name', dnsSubdomain],
  ['host', hostName],
  ['trust domain', trustDomain],
  ['IPv4 address', ipv4],
  ['port number', portNumber],
  ['port name', portName],
  ['duration', duration],
  ['label value', labelValue],
];
const knownWords = new Map(kindsOfValues.map(([kind, schema]) => [wordsOf(schema), kind]));

function wordsText(): string {
  const rows = kindsOfValues.map(([kind, schema]) => {
    const words = wordsOf(schema);
    const longest = schema instanceof z.ZodString && !words.startsWith('a') ? `; at most ${schema.maxLength}` : '';
    return `| ${kind} | ${words}${longest} |`;
  });
  return ['## Kinds of values', ['| kind | form |', '| --- | --- |', ...rows].join('\n')].join('\n\n');
}

function presetsText(): string {
  const rows = Object.entries(presetPorts).map(
    ([name, { protocol, number }]) => `| \`${name}\` | ${protocol} | ${number ?? 'say it in `port`'} |`,
  );
  const table = ['| preset | protocol | port |', '| --- | --- | --- |', ...rows].join('\n');
  return `## Presets\n\n\`port\` may still say another number, and the workload's \`targetPort\`.\n\n${table}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

const plain = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value).replaceAll('"', '').replaceAll(':', ': ') : String(value);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, page] of Object.entries(pages)) writeFileSync(pagePath(name), page());
}
