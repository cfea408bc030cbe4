import type { Problem } from './problem.ts';

interface Untabbed {
  readonly text: string;
  readonly problems: Problem[];
  readonly shifts: Map<number, number>;
  /** Nobody guesses so much. */
  readonly hopeless: boolean;
}

/**
 * YAML allows no tab in the indentation. Each is a finding; for the rest of the work it becomes the spaces that were most
 * likely meant, so that the other findings of the file can be told as well. `shifts` says which lines grew by how much.
 */
export function replaceTabs(text: string): Untabbed {
  const shifts = new Map<number, number>();
  const first = /^[ ]*\t/m.exec(text);
  if (!first) return { text, problems: [], shifts, hopeless: false };
  const lines = text.split('\n', mostLines + 1);
  if (lines.length > mostLines) {
    const start = first.index + first[0].length - 1;
    return { text, problems: [{ ...finding, start, end: start + 1 }], shifts, hopeless: true };
  }
  const width = likelyWidth(lines);
  const problems: Problem[] = [];
  let offset = 0;
  for (const [index, line] of lines.entries()) {
    const indentation = tabbed(line);
    if (indentation !== undefined) {
      const spaces = ' '.repeat(columns(indentation, width));
      const shift = spaces.length - indentation.length;
      const tab = offset + indentation.indexOf('\t') + shift;
      lines[index] = spaces + line.slice(indentation.length);
      shifts.set(index + 1, shift);
      problems.push({ ...finding, start: tab, end: tab + 1 });
    }
    offset += (lines[index] ?? '').length + 1;
  }
  return { text: lines.join('\n'), problems: problems.slice(0, shown), shifts, hopeless: false };
}

const finding = {
  code: 'AXC1003',
  message: 'a tab in the indentation',
  hint: 'replace it by spaces: YAML counts spaces only',
} as const;

/** A file that is indented by tabs throughout is told often enough with these. */
const shown = 10;
const mostLines = 100_000;

/** The indentation of a line, when there is a tab in it; blank lines and comments may have some. */
function tabbed(line: string): string | undefined {
  const indentation = /^[ \t]*/.exec(line)?.[0] ?? '';
  return indentation.includes('\t') && /^[^\s#]/.test(line.slice(indentation.length)) ? indentation : undefined;
}

function columns(indentation: string, width: number): number {
  let column = 0;
  for (const character of indentation) column += character === '\t' ? width - (column % width) : 1;
  return column;
}

/**
 * The width with which most lines stand where they are likely to: right below what opens a block, else beside the line before,
 * or at least beside something that is open.
 */
function likelyWidth(lines: readonly string[]): number {
  const fits = (width: number): number => {
    let fitting = 0;
    let open: number[] = [0];
    let opens = false;
    for (const line of lines.slice(0, 5000)) {
      if (/^\s*(?:#|$)/.test(line)) continue;
      const column = columns(/^[ \t]*/.exec(line)?.[0] ?? '', width);
      const last = open.at(-1) ?? 0;
      if (opens ? column > last && column - last <= 4 : column === last) fitting += 2;
      else if (!opens && open.includes(column)) fitting++;
      open = [...open.filter((other) => other < column), column];
      opens = /:\s*(?:#.*)?$/.test(line);
    }
    return fitting;
  };
  const widths = [2, 4, 8, 1].map((width) => ({ width, fitting: fits(width) }));
  return widths.reduce((best, next) => (next.fitting > best.fitting ? next : best)).width;
}
