import type { Diagnostic } from '../diagnostics.ts';
import { type Issue, issuesOf, type Writing } from './issues.ts';
import { PathSet } from './paths.ts';
import { repair } from './repair.ts';
import { type FederationSpec, federationSpec } from './schema.ts';
import type { Composed } from './yaml/compose.ts';
import { limits } from './yaml/scan.ts';
import { type Node, plainData } from './yaml/tree.ts';

/** A spec as far as it could be understood. */
export interface Draft {
  readonly spec: FederationSpec;
  /** What in it is not what the user wrote, or not what was meant. */
  readonly touched: PathSet;
}

export interface Understood {
  /** Not there when too much is wrong. */
  readonly draft?: Draft;
  readonly diagnostics: readonly Diagnostic[];
}

export interface UnderstandOptions {
  /** Called before the place it asks for changes. */
  readonly locate: (diagnostic: Diagnostic) => Diagnostic;
  readonly writing: Writing;
}

/**
 * Holds the tree against the schema. Where it doesn't fit, the tree is repaired and held against it again: behind a mistyped
 * key there may be more findings, and the checks on references need something whole. Changes the tree.
 */
export function understand(root: Node, composed: Composed, { locate, writing }: UnderstandOptions): Understood {
  const silent = new PathSet([...composed.spoiled, ...composed.incomplete.map((path) => [...path, '*'])]);
  const touched = new PathSet([
    ...composed.spoiled,
    ...composed.incomplete.map((path) => [...path, '*']),
    ...composed.doubtful,
  ]);
  const diagnostics: Diagnostic[] = [];
  for (let round = 0; round < rounds; round++) {
    const parsed = federationSpec.safeParse(plainData(root), { reportInput: true, error: noMessage });
    if (parsed.success) return { draft: { spec: parsed.data, touched }, diagnostics };
    const issues = issuesOf(parsed.error, federationSpec, writing);
    diagnostics.push(...issues.filter((issue) => !isSilent(issue, silent)).map(({ diagnostic }) => locate(diagnostic)));
    if (Math.max(parsed.error.issues.length, issues.length) >= limits.findings) break;
    for (const path of issues.flatMap((issue) => repair(root, issue, federationSpec))) {
      silent.add(path);
      touched.add(path);
    }
  }
  return { diagnostics };
}

/** A repair may uncover more; in practice two or three do. */
const rounds = 6;

/** The messages of the schema say what is expected; where it has none, `issuesOf` finds the words. */
const noMessage = (): string => '';

/** What is in a place that was repaired, is missing from a map that was, or is said of the keys that such a map has left. */
const isSilent = ({ kind, path }: Issue, silent: PathSet): boolean =>
  silent.covers(path) || silent.has([...path, '*']) || (kind === 'missing' && silent.has([...path.slice(0, -1), '*']));
