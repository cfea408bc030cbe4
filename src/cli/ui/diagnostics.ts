import type { Diagnostic, ObjectRef, Position, Severity } from '../../diagnostics.ts';
import type { Paint } from './colour.ts';
import { count, visible, width } from './text.ts';

/** More than this nobody reads; `-o json` has them all. */
const shown = 50;
/** Of a longer line the part around the caret is shown. */
const longestLine = 140;

/** Findings as text, each with the line that it is about. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], paint: Paint): string {
  const texts = diagnostics.slice(0, shown).map((diagnostic) => diagnosticText(diagnostic, paint));
  if (diagnostics.length > shown) texts.push(`… and ${diagnostics.length - shown} more; \`-o json\` has them all.`);
  return texts.join('\n');
}

/** In the order of the files and of their lines; what has no place comes last. */
export function inPlaceOrder(diagnostics: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const order = new Map(files.map((file, index) => [file, index]));
  const fileOf = ({ position }: Diagnostic): number =>
    position ? (order.get(position.file) ?? files.length) : Infinity;
  return diagnostics.toSorted(
    (a, b) =>
      fileOf(a) - fileOf(b) ||
      (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
      (a.position?.column ?? 0) - (b.position?.column ?? 0),
  );
}

/** `2 errors, 1 warning` */
export function summaryText(diagnostics: readonly Diagnostic[]): string {
  const parts = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const number = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return number === 0 ? [] : [severity === 'info' ? count(number, 'note') : count(number, severity)];
  });
  return parts.length === 0 ? 'no findings' : parts.join(', ');
}

function diagnosticText({ code, severity, message, hint, position, object }: Diagnostic, paint: Paint): string {
  const head = paint.bold(colourOf(severity, paint)(`${severity}[${code}]`));
  const place = position ? ` ${paint.cyan(placeText(position))}` : '';
  const about = object ? ` ${visible(objectText(object))}:` : '';
  const title = `${head}${place}${about}  ${visible(message)}`;
  return [title, ...(position ? frame(position, hint, paint) : hintLines(hint, paint))].join('\n');
}

const colourOf = (severity: Severity, paint: Paint) =>
  ({ error: paint.red, warning: paint.yellow, info: paint.cyan })[severity];

const placeText = ({ file, line, column }: Position): string => `${visible(file)}:${line}:${column}`;

/** `cluster-b ServiceEntry shop/catalog spec.hosts` */
export function objectText({ cluster, kind, namespace, name, field }: ObjectRef): string {
  const own = name === '' ? '(no name)' : name;
  const path = namespace === undefined ? own : `${namespace}/${own}`;
  return [cluster, kind === '' ? '(no kind)' : kind, path, field].filter((part) => part !== undefined).join(' ');
}

/** The line with a caret under it, and what to do beside the caret. */
function frame(position: Position, hint: string | undefined, paint: Paint): string[] {
  const { text, column } = window(position);
  const number = `${position.line}`.padStart(5);
  const gutter = `${' '.repeat(5)} | `;
  const before = visible(text.slice(0, column - 1));
  const marked = visible(text.slice(column - 1, column - 1 + position.length));
  const caret = ' '.repeat(width(before)) + '^'.repeat(Math.max(1, width(marked)));
  const [first, ...rest] = hint?.split('\n').map(visible) ?? [];
  return [
    `${paint.dim(`${number} | `)}${visible(text)}`,
    `${paint.dim(gutter)}${paint.red(caret)}${first === undefined ? '' : ` ${first}`}`,
    ...rest.map((line) => `${paint.dim(gutter)}${line}`.trimEnd()),
  ];
}

function window({ text, column }: Position): { text: string; column: number } {
  if (text.length <= longestLine) return { text, column };
  const start = Math.max(0, column - 1 - longestLine / 2);
  const end = start + longestLine;
  const cut = start > 0 ? '…' : '';
  const rest = end < text.length ? '…' : '';
  return { text: `${cut}${text.slice(start, end)}${rest}`, column: column - start + cut.length };
}

const hintLines = (hint: string | undefined, paint: Paint): string[] =>
  hint === undefined ? [] : hint.split('\n').map((line) => `${paint.dim('      | ')}${visible(line)}`);
