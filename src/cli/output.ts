import type { Diagnostic } from '../diagnostics.ts';
import type { Session } from './session.ts';

/** The form of every `-o json`. A key may be added without a new number; none changes its meaning. */
const schemaVersion = 1;

/** A result as JSON, with the findings beside it. */
export function printJson(session: Session, result: object, diagnostics: readonly Diagnostic[] = []): void {
  const findings = { diagnostics: diagnostics.map(toJson), summary: summaryOf(diagnostics) };
  session.print(JSON.stringify({ schemaVersion, ...result, ...findings }, undefined, 2));
}

function toJson({ code, severity, message, hint, position, at, object, cluster }: Diagnostic) {
  const { file, line, column } = position ?? {};
  return { code, severity, message, hint, file, line, column, path: at, object, cluster: cluster ?? object?.cluster };
}

const summaryOf = (diagnostics: readonly Diagnostic[]) => ({
  errors: diagnostics.filter(({ severity }) => severity === 'error').length,
  warnings: diagnostics.filter(({ severity }) => severity === 'warning').length,
  infos: diagnostics.filter(({ severity }) => severity === 'info').length,
});
