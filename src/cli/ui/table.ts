import { width } from './text.ts';

/** Padded columns, as kubectl prints them. Cells may be in colour. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  columns([head, ...rows]);

/** The same without a head. */
export function columns(lines: readonly (readonly string[])[]): string {
  const longest = Math.max(0, ...lines.map(({ length }) => length));
  const widths = Array.from({ length: longest }, (_, column) =>
    Math.max(...lines.map((line) => width(line[column] ?? ''))),
  );
  return lines.map((line) => toLine(line, widths)).join('\n');
}

const toLine = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell) + 3))
    .join('')
    .trimEnd();
