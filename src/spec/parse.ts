import { type Event, parseEvents, YAMLException } from 'js-yaml';
import { type Diagnostic, hasErrors, type Path } from '../diagnostics.ts';
import { foreignDocument } from './foreign.ts';
import { minimalSpec } from './minimal-spec.ts';
import type { FederationSpec } from './schema.ts';
import { type Draft, type Understood, understand } from './understand.ts';
import { type Composed, compose } from './yaml/compose.ts';
import { indexLines, type Lines, overlapping, type Range } from './yaml/lines.ts';
import type { Problem, Said } from './yaml/problem.ts';
import { limits, type Scanned, scan } from './yaml/scan.ts';
import { findSecrets, type Secret } from './yaml/secrets.ts';
import { syntaxProblem } from './yaml/syntax.ts';
import { type Node, nodeAt, rangeOf } from './yaml/tree.ts';

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
  const scanned = scan(source.text.replace(/^\ufeff/, ''));
  const secrets = findSecrets(scanned.whole);
  const lines = indexLines({ ...scanned, file: source.file, blots: (range) => overlapping(secrets, range) });
  const document = readDocument(scanned, secrets, lines);
  const locate = locator(lines, document.root);
  const problems = [...scanned.problems, ...secretProblems(secrets), ...document.problems];
  const { draft, diagnostics: found } = readContent(document, { text: scanned.text, secrets, locate });
  const diagnostics = inFileOrder([...problems.map((problem) => located(problem, lines)), ...found]);
  return {
    source,
    ...(draft && { draft }),
    ...(draft && !hasErrors(diagnostics) && { spec: draft.spec }),
    diagnostics,
    locate,
  };
}

/** The tree of the text, as far as it has one. */
function readDocument({ text, spoiled, hopeless }: Scanned, secrets: readonly Secret[], lines: Lines): Composed {
  const events = hopeless ? [] : readEvents(text);
  if (!Array.isArray(events)) return { ...nothing, problems: [events] };
  if (hopeless) return nothing;
  const reported = inTextOrder([...spoiled, ...secrets.filter(({ what }) => what !== undefined)]);
  const composed = compose(events, { text, lines, reported });
  const isEmpty = !composed.root && !composed.truncated;
  return isEmpty ? { ...nothing, problems: [...composed.problems, emptyFile] } : composed;
}

const nothing: Composed = { problems: [], truncated: true, spoiled: [], incomplete: [], doubtful: [] };

const inTextOrder = (ranges: readonly Range[]): Range[] => ranges.toSorted((a, b) => a.start - b.start);

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

/** Ten will do to make somebody look. */
const secretProblems = (secrets: readonly Secret[]): Problem[] =>
  secrets.flatMap(({ what, ...range }) => (what === undefined ? [] : [{ ...secretSaid(what), ...range }])).slice(0, 10);

const secretSaid = (what: string): Said => ({
  code: 'AXC1301',
  message: `${what} does not belong in a spec`,
  hint:
    what === 'a certificate'
      ? 'remove it: certificates come from an issuer, which `trust` names'
      : 'remove it, and replace it where it is used: whoever has read the file may have it',
});

interface ContentContext {
  readonly text: string;
  readonly secrets: readonly Secret[];
  readonly locate: ParsedSpec['locate'];
}

/** What the keys and values say, unless the file is something else altogether. */
function readContent(document: Composed, { text, secrets, locate }: ContentContext): Understood {
  const { root, truncated } = document;
  if (!root || truncated) return { diagnostics: [] };
  const foreign = foreignDocument(root);
  if (foreign) return { diagnostics: [locate(foreign)] };
  const writing = (path: Path) => {
    const node = nodeAt(root, path);
    if (node?.kind !== 'scalar' || node.start < 0) return { secret: false };
    return { text: text.slice(node.start, node.end), secret: overlapping(secrets, node) !== undefined };
  };
  return understand(root, document, { locate, writing });
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
