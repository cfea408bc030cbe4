import type { Position } from '../../diagnostics.ts';

/** Offsets into a text, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The first of several ranges, sorted and without overlaps, that overlaps another one. */
export function overlapping<R extends Range>(sorted: readonly R[], { start, end }: Range): R | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const candidate = sorted[low];
  return candidate && candidate.start < end ? candidate : undefined;
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
  readonly whole: string;
  readonly shifts: ReadonlyMap<number, number>;
  /** What is not shown: a range of the text is blotted out. */
  readonly blots: (range: Range) => Range | undefined;
}

export function indexLines({ file, original, whole, shifts, blots }: LinesOptions): Lines {
  // Made when the first place is asked for: most files have no findings.
  const starts = once(() => lineStarts(whole));
  const originalStarts = once(() => (original === whole ? starts() : lineStarts(original)));
  const startOf = (line: number): number => starts()[line - 1] ?? whole.length;
  const shiftOf = (line: number): number => shifts.get(line) ?? 0;
  const lineOf = (offset: number): number => lastNotAfter(starts(), offset) + 1;
  const shown = new Map<number, string>();

  const lineText = (line: number): string => {
    const known = shown.get(line);
    if (known !== undefined) return known;
    const written = original.slice(originalStarts()[line - 1], originalStarts()[line] ?? original.length);
    const made = blotted(written.replace(/[\r\n]+$/, ''), line);
    shown.set(line, made);
    return made;
  };

  const blotted = (written: string, line: number): string => {
    const origin = startOf(line) + shiftOf(line);
    const pieces: string[] = [];
    let done = 0;
    for (let from = startOf(line); ; ) {
      const blot = blots({ start: from, end: startOf(line + 1) });
      if (!blot) return pieces.join('') + written.slice(done);
      const [start, end] = [Math.max(done, blot.start - origin), Math.min(written.length, blot.end - origin)];
      pieces.push(written.slice(done, start), '*'.repeat(Math.max(0, end - start)));
      done = Math.max(done, end);
      from = blot.end;
    }
  };

  return {
    lineOf,
    position({ start, end }) {
      const line = lineOf(start);
      const column = Math.max(1, start - startOf(line) - shiftOf(line) + 1);
      const shownLine = lineText(line);
      const length = Math.max(1, Math.min(end - start, shownLine.length - column + 1));
      return { file, line, column, text: shownLine, length };
    },
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Four bytes for each line: a file may be nothing but line breaks. */
function lineStarts(text: string): Uint32Array {
  let count = 1;
  for (let index = 0; index < text.length; index++) if (endsLine(text, index)) count++;
  const starts = new Uint32Array(count);
  let line = 1;
  for (let index = 0; index < text.length; index++) if (endsLine(text, index)) starts[line++] = index + 1;
  return starts;
}

/** At a line feed, or a carriage return without one. */
function endsLine(text: string, index: number): boolean {
  const character = text.charCodeAt(index);
  return character === 0x0a || (character === 0x0d && text.charCodeAt(index + 1) !== 0x0a);
}

/** The index of the last of `sorted` that is not greater than `wanted`. */
function lastNotAfter(sorted: Uint32Array, wanted: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}
