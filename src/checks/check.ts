import type { Code } from '../codes.ts';
import type { Diagnostic, Path } from '../diagnostics.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Federation } from '../model/federation.ts';
import type { FederationSpec } from '../spec/schema.ts';

/** What a check may look at. Without its evidence it does not run, and nobody says that it passed. */
export interface Evidence {
  readonly spec: FederationSpec;
  readonly federation: Federation;
  readonly manifests: readonly Manifest[];
}

/** Something that must hold; the name of its file says what. */
export interface Check<Kind extends keyof Evidence> {
  readonly evidence: Kind;
  /** What it can find. */
  readonly codes: readonly Code[];
  readonly find: (evidence: Evidence[Kind]) => Iterable<Finding>;
}

/** A diagnostic that may leave out its severity when it is an error. */
export interface Finding extends Omit<Diagnostic, 'severity'> {
  readonly severity?: Diagnostic['severity'];
  readonly at: Path;
  /**
   * Other places of the spec on which it depends. Where the spec has errors some places are guesses, and what depends on
   * one is not said. A last `*` stands for which keys there are.
   */
  readonly looksAt?: readonly Path[];
}

export const defineCheck = <Kind extends keyof Evidence>(check: Check<Kind>): Check<Kind> => check;

export const runChecks = <Kind extends keyof Evidence>(
  checks: readonly Check<Kind>[],
  evidence: Evidence[Kind],
): (Finding & Diagnostic)[] =>
  checks.flatMap(({ find }) => [...find(evidence)].map((finding) => ({ severity: 'error', ...finding })));
