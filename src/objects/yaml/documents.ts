import { parseEvents, YAMLException } from 'js-yaml';
import { type Depth, syntaxProblem } from '../../spec/yaml/syntax.ts';
import { type Composed, composeObjects } from './compose.ts';

/** A part of a file between two `---`: what is wrong in one does not hide the others. */
export interface Piece {
  readonly offset: number;
  readonly text: string;
}

export function piecesOf(text: string): Piece[] {
  const marks = [...text.matchAll(/^---(?=\s|$)/gm)].map(({ index }) => index);
  // Directives and comments stand before the mark of their document.
  const [first] = marks;
  if (first !== undefined && /^(?:[ \t]*(?:#.*)?\r?\n|%.*\n)*$/.test(text.slice(0, first))) marks[0] = 0;
  else marks.unshift(0);
  return marks.map((offset, index) => ({ offset, text: text.slice(offset, marks[index + 1] ?? text.length) }));
}

/** The trees of a piece; its problems count from the beginning of the piece. */
export function readPiece({ text }: Piece): Composed {
  if (empty.test(text)) return { roots: [], doubts: [] };
  try {
    return composeObjects(parseEvents(text, { maxDepth: depth.most }), text);
  } catch (error) {
    if (error instanceof YAMLException) return { roots: [], doubts: [], refusal: syntaxProblem(error, text, depth) };
    throw error;
  }
}

const empty = /^(?:---[ \t]*\r?\n?)?\s*$/;

/** Far more than any kind has; the parser and everything behind it recurses. */
const depth: Depth = { most: 100, usual: 'objects have about twenty levels' };
