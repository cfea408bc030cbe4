import type { Diagnostic, Path, Position } from '../diagnostics.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { indexLines, type Lines, overlapping, type Range } from '../spec/yaml/lines.ts';
import type { Problem } from '../spec/yaml/problem.ts';
import { encodingProblem } from '../spec/yaml/scan.ts';
import { findSecrets } from '../spec/yaml/secrets.ts';
import { type Node, rangeOf } from '../spec/yaml/tree.ts';
import { isJudged } from './kinds.ts';
import type { SourcedObject } from './object-set.ts';
import { holdsTemplate, templateIn, templateSaid } from './templates.ts';
import { dataOf } from './yaml/data.ts';
import { type Piece, piecesOf, readPiece } from './yaml/documents.ts';

export interface ObjectText {
  /** Only shown. */
  readonly file: string;
  readonly text: string;
  /** Without it, an object may say by its annotation which cluster it is for. */
  readonly cluster?: string | undefined;
}

export interface ReadObjects {
  readonly objects: readonly SourcedObject[];
  /** What is wrong with the text; an object that stands in such a place is not read. */
  readonly diagnostics: readonly Diagnostic[];
}

/** All Kubernetes objects of a YAML stream, read as kubectl would. Throws for nothing that a text can hold. */
export function readObjects(source: ObjectText): ReadObjects {
  const text = source.text.replace(/^\ufeff/, '');
  const lines = linesOf(source.file, text);
  const unreadable = text.length > largest ? tooLarge : encodingProblem(text);
  if (unreadable) return { objects: [], diagnostics: [located(unreadable, lines)] };
  const objects: SourcedObject[] = [];
  const problems: Problem[] = [];
  let isTemplate = false;
  for (const piece of piecesOf(text)) {
    const { roots, refusal, doubts } = readPiece(piece);
    if (refusal && templateIn(piece.text) >= 0) {
      isTemplate = true;
      continue;
    }
    problems.push(...[...(refusal ? [refusal] : []), ...doubts].map((problem) => moved(problem, piece.offset)));
    for (const [index, root] of (refusal ? [] : roots).entries()) {
      const locate = locator(piece, index, lines);
      for (const found of objectsIn(dataOf(root), [])) {
        const object = sourced(found, source.cluster, locate);
        if (isJudged(object) && holdsTemplate(object.object)) isTemplate = true;
        else objects.push(object);
      }
    }
  }
  const start = templateIn(text);
  if (isTemplate) problems.unshift({ ...templateSaid, start, end: start + 2 });
  return { objects, diagnostics: problems.map((problem) => located(problem, lines)) };
}

/** Ten thousand objects have a quarter of it. */
const largest = 32 * 1024 * 1024;

const tooLarge: Problem = {
  code: 'AXC1001',
  message: `the file has more than ${largest / 1024 / 1024} MiB`,
  hint: 'split it, or name the files that have Istio objects in them',
  start: 0,
  end: 1,
};

interface Found {
  readonly object: JsonObject;
  /** Where it stands in its document: in the items of a List. */
  readonly prefix: Path;
}

/** The document itself, or what is in it when it is a List. */
function* objectsIn(data: Json, prefix: Path): Generator<Found> {
  if (!isJsonObject(data)) return;
  const { apiVersion, kind, items } = data;
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    for (const [index, item] of items.entries()) yield* objectsIn(item, [...prefix, 'items', index]);
  } else if (typeof kind === 'string' || typeof apiVersion === 'string') {
    yield { object: data, prefix };
  }
}

type Locate = (path: Path, mark?: 'key' | 'value') => Position;

function sourced({ object, prefix }: Found, cluster: string | undefined, locate: Locate): SourcedObject {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {};
  const annotations = isJsonObject(metadata.annotations) ? metadata.annotations : {};
  return {
    cluster: cluster ?? textOr(annotations['aegis-xc.dev/cluster'], undefined),
    apiVersion: textOr(object.apiVersion, ''),
    kind: textOr(object.kind, ''),
    namespace: textOr(metadata.namespace, undefined),
    name: textOr(metadata.name, ''),
    object,
    locate: (field, mark) => locate([...prefix, ...field], mark),
  };
}

const textOr = <Other>(value: unknown, other: Other): string | Other => (typeof value === 'string' ? value : other);

/** Positions are needed for findings only: then the piece is read once more, and kept until one of another piece is asked for. */
function locator(piece: Piece, index: number, lines: Lines): Locate {
  return (path, mark) => {
    if (latest?.piece !== piece) latest = { piece, roots: readPiece(piece).roots };
    const root = latest.roots[index];
    const { start, end } = root ? rangeOf(root, path, mark) : { start: 0, end: 1 };
    return lines.position({ start: start + piece.offset, end: end + piece.offset });
  };
}

let latest: { readonly piece: Piece; readonly roots: readonly Node[] } | undefined;

const moved = (problem: Problem, by: number): Problem => ({
  ...problem,
  start: problem.start + by,
  end: problem.end + by,
});

function located({ start, end, ...said }: Problem, lines: Lines): Diagnostic {
  const severity = said.code === 'AXC1004' ? 'warning' : 'error'; // kubectl takes a key that is there twice
  return { ...said, severity, position: lines.position({ start: Math.max(0, start), end }) };
}

function linesOf(file: string, text: string): Lines {
  let secrets: readonly Range[] | undefined;
  const blots = (range: Range): Range | undefined => {
    secrets ??= findSecrets(text);
    return overlapping(secrets, range);
  };
  return indexLines({ file, original: text, whole: text, shifts: new Map(), blots });
}
