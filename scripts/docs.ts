import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { presetPorts } from '../src/spec/ports.ts';
import { federationSpec } from '../src/spec/schema.ts';
import { allowedValues, bare, descriptionOf, isOptional, type Schema } from '../src/spec/shape.ts';

/** Writes the pages of `docs/` that are made from the program. `npm run docs`. */

const pages = { 'spec.md': specPage };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, page] of Object.entries(pages)) writeFileSync(pagePath(name), page());
}

/** What is in `docs/` now; for the test that it is up to date. */
export const writtenPage = (name: keyof typeof pages): string => readFileSync(pagePath(name), 'utf8');

function pagePath(name: string): string {
  return fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
}

/** The reference of the spec: a table for every map that it has. */
export function specPage(): string {
  const sections = sectionsOf('The file', federationSpec, []);
  return `${[intro, ...sections.map(sectionText), presetsText()].join('\n\n')}\n`;
}

const intro = `<!-- Made from src/spec/schema.ts by \`npm run docs\`: change it there. -->

# The spec, key by key

One file in YAML says everything about a federation. [The README](../README.md) has a first one to copy, and \`examples/\` has one for
each scenario. \`aegis-xc validate\` checks a file, \`aegis-xc schema\` prints the JSON Schema for your editor, and
[checks.md](checks.md) explains every finding.

A key that is not in these tables is an error. Durations are whole numbers with a unit: \`500ms\`, \`10s\`, \`5m\`, \`1h30m\`.`;

interface Section {
  readonly title: string;
  readonly schema: z.ZodObject;
}

/** The map itself, then those below it, in the order of the keys. */
function sectionsOf(title: string, schema: Schema, above: readonly string[]): Section[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const below = Object.entries(schema.shape).flatMap(([key, value]) => {
    const path = [...above, key];
    return mapsIn(value).flatMap(({ suffix, map }) => {
      const place = [...path.slice(0, -1), `${key}${suffix}`];
      return sectionsOf(place.join('.'), map, place);
    });
  });
  return [{ title, schema }, ...below];
}

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

function sectionText({ title, schema }: Section): string {
  const heading = title === 'The file' ? `## ${title}` : `## \`${title}\``;
  const description = descriptionOf(schema);
  const rows = Object.entries(schema.shape).map(([key, value]) => rowText(key, value));
  const table = ['| key | value | default | |', '| --- | --- | --- | --- |', ...rows].join('\n');
  return [heading, ...(description === undefined ? [] : [description]), table].join('\n\n');
}

function rowText(key: string, schema: Schema): string {
  const cells = [`\`${key}\``, valueText(schema), defaultText(schema), descriptionOf(schema) ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function defaultText(schema: Schema): string {
  if (schema instanceof z.ZodDefault) return code(plain(schema.def.defaultValue));
  return isOptional(schema) ? '' : '**required**';
}

function valueText(schema: Schema): string {
  const content = bare(schema);
  if (content instanceof z.ZodObject) return 'map, see below';
  if (content instanceof z.ZodArray) return `list of ${nested(content.element)}`;
  if (content instanceof z.ZodRecord) return `map of names to ${nested(content.valueType)}`;
  if (content instanceof z.ZodUnion) return [...new Set(content.options.map(valueText))].join(', or ');
  const allowed = allowedValues(content);
  return allowed.length > 0 ? allowed.map((value) => code(String(value))).join(', ') : scalarText(content);
}

const nested = (schema: Schema): string =>
  bare(schema) instanceof z.ZodObject ? 'maps, see below' : valueText(schema).replace(/^a(?:n)? /, '');

/** The words that a finding would use; a number says its limits. */
function scalarText(schema: Schema): string {
  if (schema instanceof z.ZodNumber) {
    const kind = schema.format === 'safeint' ? 'whole number' : 'number';
    return `${kind} from ${schema.minValue} to ${schema.maxValue}`;
  }
  const words = [Symbol('no text'), '', '\n'].flatMap(
    (wrong) => z.safeParse(schema, wrong, { error: () => '' }).error?.issues.map(({ message }) => message) ?? [],
  );
  const limit = schema instanceof z.ZodString && schema.maxLength !== null ? schema.maxLength : undefined;
  const text = words.find((message) => message !== '') ?? 'text';
  return limit === undefined || text.startsWith('a') ? text : `${text}; at most ${limit}`;
}

function presetsText(): string {
  const rows = Object.entries(presetPorts).map(
    ([name, { protocol, number }]) => `| \`${name}\` | ${protocol} | ${number ?? 'say it in `port`'} |`,
  );
  const table = ['| preset | protocol | port |', '| --- | --- | --- |', ...rows].join('\n');
  return `## Presets\n\n\`port\` may still say another number, and the workload's \`targetPort\`.\n\n${table}`;
}

const code = (text: string): string => `\`${text}\``;

const plain = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value).replaceAll('"', '').replaceAll(':', ': ') : String(value);
