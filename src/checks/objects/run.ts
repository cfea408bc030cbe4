import type { Code } from '../../codes.ts';
import type { Diagnostic, Path } from '../../diagnostics.ts';
import type { ObjectSet, SourcedObject } from '../../objects/object-set.ts';
import { objectChecks } from './index.ts';
import type { ObjectCheck, ObjectFinding } from './object-check.ts';
import { isSuppressed, type Suppression, suppressesItself } from './suppress.ts';

export interface ObjectReport {
  readonly diagnostics: readonly Diagnostic[];
  /** How many findings are not told. */
  readonly suppressed: number;
}

/** Everything that the checks find in the objects, with its place; what is to be suppressed is only counted. */
export function checkObjects(
  set: ObjectSet,
  suppressions: readonly Suppression[] = [],
  checks: readonly ObjectCheck[] = objectChecks,
): ObjectReport {
  const diagnostics: Diagnostic[] = [];
  let suppressed = 0;
  for (const { find, analyzers } of checks) {
    for (const finding of find(set)) {
      const { code, on } = finding;
      if (isSuppressed(suppressions, code, on) || suppressesItself(on, code, analyzersFor(code, analyzers)))
        suppressed++;
      else diagnostics.push(toDiagnostic(finding));
    }
  }
  return { diagnostics, suppressed };
}

const analyzersFor = (code: Code, analyzers: ObjectCheck['analyzers'] = []): readonly string[] =>
  Array.isArray(analyzers) ? analyzers : Object.entries(analyzers).flatMap(([one, name]) => (one === code ? name : []));

function toDiagnostic({ code, severity = 'error', message, hint, on, field, mark }: ObjectFinding): Diagnostic {
  const position = on.locate(field, mark);
  return {
    code,
    severity,
    message,
    ...(hint !== undefined && { hint }),
    ...(mark && { mark }),
    ...(position && { position }),
    object: refTo(on, field),
  };
}

const refTo = ({ cluster, apiVersion, kind, namespace, name }: SourcedObject, field: Path) => ({
  ...(cluster !== undefined && { cluster }),
  ...(apiVersion !== '' && { apiVersion }),
  kind,
  ...(namespace !== undefined && { namespace }),
  name,
  ...(field.length > 0 && { field: dotted(field) }),
});

/** `spec.ports[0].number`; a key with dots in it is quoted. */
export const dotted = (path: Path): string =>
  path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[\w-]+$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
