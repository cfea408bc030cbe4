import { ClusterError, SpecError, UsageError } from '../errors.ts';
import type { Paint } from './ui/colour.ts';
import { diagnosticsText, objectText, summaryText } from './ui/diagnostics.ts';
import { visible } from './ui/text.ts';

/** What the user reads when a command could not go on: what went wrong, and what to do next. */
export function failureText(failure: unknown, paint: Paint, debug: boolean): string {
  const text = knownText(failure, paint) ?? unexpectedText(failure, paint);
  return debug ? `${text}\n${paint.dim(stackOf(failure))}` : text;
}

/** Ctrl-C, or what it made of a request: nothing that has to be explained. */
export function isInterruption(failure: unknown): boolean {
  if (failure instanceof AggregateError) return failure.errors.length > 0 && failure.errors.every(isInterruption);
  if (failure instanceof ClusterError) return failure.reason === 'aborted';
  return failure instanceof Error && failure.name === 'AbortError';
}

function knownText(failure: unknown, paint: Paint): string | undefined {
  if (failure instanceof AggregateError) {
    const texts = failure.errors.map((error: unknown) => knownText(error, paint));
    return texts.includes(undefined) ? undefined : texts.join('\n');
  }
  if (failure instanceof SpecError) {
    const { diagnostics } = failure;
    return `${diagnosticsText(diagnostics, paint)}\n${summaryText(diagnostics)}`;
  }
  if (failure instanceof ClusterError) {
    const { cluster, object, message, hint } = failure;
    const about = object ? `${objectText({ ...object, cluster })}: ` : `${cluster}: `;
    return sentence(about + message, hint, paint);
  }
  if (failure instanceof UsageError) return sentence(failure.message, failure.hint, paint);
  return undefined;
}

const sentence = (message: string, hint: string | undefined, paint: Paint): string =>
  [`${paint.red('error:')} ${linesOf(message)}`, ...(hint === undefined ? [] : [`  ${linesOf(hint)}`])].join('\n');

const linesOf = (text: string): string => text.split('\n').map(visible).join('\n  ');

const unexpectedText = (failure: unknown, paint: Paint): string =>
  sentence(
    `unexpected: ${failure instanceof Error ? failure.message : String(failure)}`,
    'This is a bug in aegis-xc. Please report it with the output of the same command under AEGIS_XC_DEBUG=1.',
    paint,
  );

/** The stacks of the error and of what caused it. */
function stackOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  const inner = failure instanceof AggregateError ? failure.errors : [failure.cause];
  const stacks = inner.filter((cause) => cause !== undefined).map((cause) => stackOf(cause));
  return [failure.stack ?? failure.message, ...stacks].join('\ncaused by ');
}
