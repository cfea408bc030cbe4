import type { Diagnostic } from '../../diagnostics.ts';

/** GitHub shows ten of a step. */
const shown = 10;

/**
 * Findings as commands of GitHub Actions, which shows them at their line in the pull request.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export const annotations = (diagnostics: readonly Diagnostic[]): string =>
  diagnostics.slice(0, shown).map(annotation).join('\n');

function annotation({ code, severity, message, hint, position }: Diagnostic): string {
  const place = position ? { file: position.file, line: position.line, col: position.column } : {};
  const properties = Object.entries({ ...place, title: code }).map(
    ([name, value]) => `${name}=${property(`${value}`)}`,
  );
  const text = hint === undefined ? message : `${message}\n${hint}`;
  return `::${levels[severity]} ${properties.join(',')}::${escaped(text)}`;
}

const levels = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** A line break would end the command, and begin another. */
const escaped = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
