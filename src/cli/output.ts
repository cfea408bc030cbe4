import type { Diagnostic } from '../diagnostics.ts';
import type { Session } from './session.ts';

/** The form of every `-o json`. A key may be added without a new number; none changes its meaning. */
const schemaVersion = 1;

/** A result as JSON, with the findings beside it. */
export function printJson(session: Session, result: object, diagnostics: readonly Diagnostic[] = []): void {
  session.print(jsonText(result, diagnostics));
}

export function jsonText(result: object, diagnostics: readonly Diagnostic[]): string {
  const findings = { diagnostics: diagnostics.map(toJson), summary: summaryOf(diagnostics) };
  return JSON.stringify({ schemaVersion, ...result, ...findings }, undefined, 2);
}

/** Whether a command line asks for JSON: also when it is too wrong for its command to begin. */
export const asksForJson = (args: readonly string[]): boolean =>
  args.some(
    (arg, index) =>
      /^(?:--output=|-[qv]*o)json$/.test(arg) || (/^(?:--output|-[qv]*o)$/.test(arg) && args[index + 1] === 'json'),
  );

function toJson({ code, severity, message, hint, position, at, object, cluster }: Diagnostic) {
  const { file, line, column } = position ?? {};
  return { code, severity, message, hint, file, line, column, path: at, object, cluster: cluster ?? object?.cluster };
}

const summaryOf = (diagnostics: readonly Diagnostic[]) => ({
  errors: diagnostics.filter(({ severity }) => severity === 'error').length,
  warnings: diagnostics.filter(({ severity }) => severity === 'warning').length,
  infos: diagnostics.filter(({ severity }) => severity === 'info').length,
});
