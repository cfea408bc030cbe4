import { federationChecks, manifestChecks, runChecks } from './checks/index.ts';
import { validateSpec } from './checks/validate.ts';
import type { Diagnostic } from './diagnostics.ts';
import { buildManifests } from './manifests/build.ts';
import type { Manifest } from './manifests/manifest.ts';
import type { Federation } from './model/federation.ts';
import { resolveFederation } from './model/resolve.ts';
import type { SpecSource } from './spec/parse.ts';

/** What became of a text; without errors in the spec there are a federation and its manifests. */
export interface Compiled {
  readonly federation?: Federation;
  /** Clusters in the order of the spec, and for each its objects in the order of the stages. */
  readonly manifests?: readonly Manifest[];
  readonly diagnostics: readonly Diagnostic[];
  /** Finds the place in the text that a later finding means. */
  readonly locate: (found: Diagnostic) => Diagnostic;
}

/** The road from a text to every object of every cluster. Pure: no cluster is asked. */
export function compile(source: SpecSource): Compiled {
  const { spec, diagnostics, locate } = validateSpec(source);
  if (spec === undefined) return { diagnostics, locate };
  const federation = resolveFederation(spec);
  const manifests = buildManifests(federation);
  const found = [...runChecks(federationChecks, federation), ...runChecks(manifestChecks, manifests)];
  return { federation, manifests, diagnostics: [...diagnostics, ...found.map(locate)], locate };
}
