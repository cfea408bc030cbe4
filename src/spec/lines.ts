import type { Position } from '../diagnostics.ts';

/** Offsets into a text, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The places of a text as people count them: lines and columns from 1. */
export interface Lines {
  lineOf(offset: number): number;
  position(range: Range): Position;
}

export interface LinesOptions {
  readonly file: string;
  /** What the user wrote, and what is shown. */
  readonly original: string;
  /** What the offsets count in: the same lines, but the indentation of some is `shifts` characters longer. */
  readonly text: string;
  readonly shifts: ReadonlyMap<number, number>;
  /** What is not shown: a range of the text is blotted out. */
  readonly blots: (range: Range) => Range | undefined;
}

export function indexLines({ file, original, text, shifts, blots }: LinesOptions): Lines {
  const starts = lineStarts(text);
  const originalStarts = original === text ? starts : lineStarts(original);
  const startOf = (line: number): number => starts[line - 1] ?? text.length;
  const shiftOf = (line: number): number => shifts.get(line) ?? 0;
  const lineOf = (offset: number): number => lastNotAfter(starts, offset) + 1;

  const shownLine = (line: number): string => {
    const shown = original
      .slice(originalStarts[line - 1], originalStarts[line] ?? original.length)
      .replace(/[\r\n]+$/, '');
    return blotted(shown, line);
  };

  const blotted = (shown: string, line: number): string => {
    const origin = startOf(line) + shiftOf(line);
    let result = shown;
    for (let from = startOf(line); ; ) {
      const blot = blots({ start: from, end: startOf(line + 1) });
      if (!blot) return result;
      const [start, end] = [Math.max(0, blot.start - origin), Math.min(shown.length, blot.end - origin)];
      result = result.slice(0, start) + '*'.repeat(Math.max(0, end - start)) + result.slice(end);
      from = blot.end;
    }
  };

  return {
    lineOf,
    position({ start, end }) {
      const line = lineOf(start);
      const column = Math.max(1, start - startOf(line) - shiftOf(line) + 1);
      const shown = shownLine(line);
      const length = Math.max(1, Math.min(end - start, shown.length - column + 1));
      return { file, line, column, text: shown, length };
    },
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { 0: lineBreak, index } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + lineBreak.length);
  return starts;
}

/** The index of the last of `sorted` that is not greater than `wanted`. */
function lastNotAfter(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}
