import { structuredPatch } from 'diff';
import { dump } from 'js-yaml';
import type { Json } from '../../json.ts';
import type { FieldChange } from '../../plan/compare.ts';
import type { Paint } from './colour.ts';
import { visible } from './text.ts';

/** One field that changes: both values in a line where they are short, else a diff of their YAML. */
export function changeLines(change: FieldChange, paint: Paint): string[] {
  const { path, wanted, live, managers } = change;
  const by = managers.length > 0 ? paint.dim(` (set by ${managers.join(', ')})`) : '';
  if (change.kind === 'own') return [`${path}: ${paint.dim('the value is right, the field becomes ours')}${by}`];
  if (isScalar(wanted) && isScalar(live)) {
    return [`${path}: ${paint.red(scalar(live))} → ${paint.green(scalar(wanted))}${by}`];
  }
  return [`${path}:${by}`, ...diffLines(live, wanted).map((line) => `  ${coloured(line, paint)}`)];
}

const isScalar = (value: Json | undefined): boolean =>
  value === undefined || value === null || typeof value !== 'object';

const scalar = (value: Json | undefined): string => (value === undefined ? 'none' : visible(JSON.stringify(value)));

function diffLines(before: Json | undefined, after: Json | undefined): string[] {
  const patch = structuredPatch('', '', yaml(before), yaml(after), undefined, undefined, { context: 2 });
  return patch.hunks.flatMap(({ lines }, n) => [...(n > 0 ? ['  …'] : []), ...lines.map(visible)]);
}

const yaml = (value: Json | undefined): string =>
  value === undefined ? '' : dump(value, { lineWidth: -1, noRefs: true, sortKeys: true });

const coloured = (line: string, paint: Paint): string =>
  line.startsWith('+') ? paint.green(line) : line.startsWith('-') ? paint.red(line) : line;
