import { type Diagnostic, hasErrors } from '../diagnostics.ts';
import { inFileOrder, type ParsedSpec, parseSpec, type SpecSource } from '../spec/parse.ts';
import type { Draft } from '../spec/understand.ts';
import { type Finding, runChecks } from './check.ts';
import { specChecks } from './index.ts';

/** A spec with everything that can be said about it alone. It has a `spec` when none of that is an error. */
export function validateSpec(source: SpecSource): ParsedSpec {
  const { spec, ...parsed } = parseSpec(source);
  const findings = parsed.draft ? checkDraft(parsed.draft) : [];
  const diagnostics = inFileOrder([...parsed.diagnostics, ...findings.map(parsed.locate)]);
  return { ...parsed, diagnostics, ...(spec && !hasErrors(findings) && { spec }) };
}

/** What the checks find, but for what depends on a guess. */
const checkDraft = ({ spec, touched }: Draft): Diagnostic[] =>
  runChecks(specChecks, spec)
    .filter(({ at, looksAt = [] }: Finding) => ![at, ...looksAt].some((path) => touched.covers(path)))
    .map(({ looksAt, ...diagnostic }) => diagnostic);
