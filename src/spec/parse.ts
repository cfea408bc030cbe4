import { type Event, parseEvents, YAMLException } from 'js-yaml';
import { type Diagnostic, hasErrors, type Path } from '../diagnostics.ts';
import { type ComposeContext, type Composed, compose } from './compose.ts';
import { foreignDocument } from './foreign.ts';
import { indexLines, type Lines, overlapping, type Range } from './lines.ts';
import { minimalSpec } from './minimal-spec.ts';
import type { Problem } from './problem.ts';
import { limits, scan } from './scan.ts';
import type { FederationSpec } from './schema.ts';
import { findSecrets, type Secret } from './secrets.ts';
import { syntaxProblem } from './syntax.ts';
import { type Node, nodeAt, rangeOf } from './tree.ts';
import { type Draft, type Understood, understand } from './understand.ts';

export interface SpecSource {
  /** Only shown. */
  readonly file: string;
  readonly text: string;
}

export interface ParsedSpec {
  readonly source: SpecSource;
  /** There when no finding is an error. */
  readonly spec?: FederationSpec;
  /** What could be understood in spite of errors: for the checks, so that all findings come at once. */
  readonly draft?: Draft;
  /** With their places, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
  /** The same finding with its place in the file. */
  readonly locate: (diagnostic: Diagnostic) => Diagnostic;
}

/** Reads a spec, and says everything that is wrong with its form. Throws for nothing that a text can hold. */
export function parseSpec(source: SpecSource): ParsedSpec {
  const original = source.text.replace(/^\ufeff/, '');
  const scanned = scan(original);
  const secrets = scanned.hopeless ? [] : findSecrets(scanned.text);
  const lines = indexLines({ file: source.file, original, ...scanned, blots: (range) => overlapping(secrets, range) });
  const reported = inTextOrder([...scanned.spoiled, ...secrets.filter(({ what }) => what !== undefined)]);
  const document = scanned.hopeless ? undefined : readDocument({ text: scanned.text, lines, reported });
  const locate = locator(lines, document?.root);
  const found = [...scanned.problems, ...secrets.flatMap(secretProblem).slice(0, 10), ...(document?.problems ?? [])];
  const problems = found.map((problem) => located(problem, lines));
  const root = document?.truncated ? undefined : document?.root;
  const content = document && root && readContent(root, { text: scanned.text, composed: document, secrets, locate });
  const diagnostics = inFileOrder([...problems, ...(content?.diagnostics ?? [])]);
  const draft = content?.draft;
  return {
    source,
    ...(draft && { draft }),
    ...(draft && !hasErrors(diagnostics) && { spec: draft.spec }),
    diagnostics,
    locate,
  };
}

const inTextOrder = (ranges: readonly Range[]): Range[] => ranges.toSorted((a, b) => a.start - b.start);

function readDocument(context: ComposeContext): Composed {
  const events = readEvents(context.text);
  if (!Array.isArray(events)) return { problems: [events], truncated: true, spoiled: [], incomplete: [], doubtful: [] };
  const composed = compose(events, context);
  const isEmpty = !composed.root && !composed.truncated;
  return isEmpty ? { ...composed, problems: [...composed.problems, emptyFile] } : composed;
}

function readEvents(text: string): Event[] | Problem {
  try {
    return parseEvents(text, { maxDepth: limits.depth });
  } catch (error) {
    if (error instanceof YAMLException) return syntaxProblem(error, text);
    throw error;
  }
}

const emptyFile: Problem = {
  code: 'AXC1005',
  message: 'the file is empty',
  hint: `a minimal spec:\n${minimalSpec}`,
  start: 0,
  end: 0,
};

function secretProblem({ start, end, what }: Secret): Problem[] {
  const hint = what === 'a certificate' ? 'remove it: certificates come from an issuer, which `trust` names' : rotate;
  return what === undefined
    ? []
    : [{ code: 'AXC1301', message: `${what} does not belong in a spec`, hint, start, end }];
}
const rotate = 'remove it, and replace it where it is used: whoever has read the file may have it';

interface ContentContext {
  readonly text: string;
  readonly composed: Composed;
  readonly secrets: readonly Secret[];
  readonly locate: ParsedSpec['locate'];
}

/** What the keys and values say, unless the file is something else altogether. */
function readContent(root: Node, { text, composed, secrets, locate }: ContentContext): Understood {
  const foreign = foreignDocument(root);
  if (foreign) return { diagnostics: [locate(foreign)] };
  const writing = (path: Path) => {
    const node = nodeAt(root, path);
    if (node?.kind !== 'scalar' || node.start < 0) return { secret: false };
    return { text: text.slice(node.start, node.end), secret: overlapping(secrets, node) !== undefined };
  };
  return understand(root, composed, { locate, writing });
}

const locator =
  (lines: Lines, root: Node | undefined) =>
  (diagnostic: Diagnostic): Diagnostic => {
    const { at, mark } = diagnostic;
    if (!root || !at || diagnostic.position) return diagnostic;
    return { ...diagnostic, position: lines.position(rangeOf(root, at, mark)) };
  };

function located({ start, end, ...said }: Problem, lines: Lines): Diagnostic {
  const range: Range = { start: Math.max(0, start), end };
  return { ...said, severity: 'error', position: lines.position(range) };
}

/** In the order of the file. */
export const inFileOrder = (diagnostics: readonly Diagnostic[]): Diagnostic[] =>
  diagnostics.toSorted(
    ({ position: a }, { position: b }) =>
      (a?.line ?? Infinity) - (b?.line ?? Infinity) || (a?.column ?? 0) - (b?.column ?? 0),
  );
