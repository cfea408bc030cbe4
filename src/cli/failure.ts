import { CommanderError } from 'commander';
import type { ObjectRef } from '../diagnostics.ts';
import { ClusterError, clusterSentence, SpecError, UsageError } from '../errors.ts';
import { jsonText } from './output.ts';
import type { Paint } from './ui/colour.ts';
import { diagnosticsText, objectText, summaryText } from './ui/diagnostics.ts';
import { visible } from './ui/text.ts';

/** What the user reads when a command could not go on: what went wrong, and what to do next. */
export function failureText(failure: unknown, paint: Paint, debug: boolean): string {
  const text = knownText(failure, paint) ?? unexpectedText(failure, paint);
  return debug ? `${text}\n${paint.dim(stackOf(failure))}` : text;
}

/** The same for a program: findings of a spec are findings, everything else is the `error`. */
export function failureJson(failure: unknown): string {
  const failures = leavesOf(failure);
  const diagnostics = failures.flatMap((one) => (one instanceof SpecError ? one.diagnostics : []));
  const errors = failures.filter((one) => !(one instanceof SpecError)).map(errorJson);
  return jsonText(
    errors.length === 0 ? {} : { error: errors.length === 1 ? errors[0] : together(errors) },
    diagnostics,
  );
}

const leavesOf = (failure: unknown): unknown[] =>
  failure instanceof AggregateError ? failure.errors.flatMap(leavesOf) : [failure];

interface ErrorJson {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly cluster?: string;
  readonly reason?: string;
  readonly object?: ObjectRef | undefined;
}

function errorJson(failure: unknown): ErrorJson {
  if (failure instanceof ClusterError) {
    const { message, hint, cluster, reason, object } = failure;
    return { message, hint, cluster, reason, object };
  }
  if (failure instanceof UsageError) return { message: failure.message, hint: failure.hint };
  if (failure instanceof CommanderError) {
    // `error: unknown option '--clutser'\n(Did you mean --cluster?)`
    const [message = '', ...hints] = failure.message.replace(/^error: /, '').split('\n');
    return { message, ...(hints.length > 0 && { hint: hints.join('\n').replace(/^\((.*)\)$/, '$1') }) };
  }
  return { message: `unexpected: ${wordsOf(failure)}`, hint: bugHint };
}

/** Of several clusters: each by itself, and all in one sentence. */
function together(causes: readonly ErrorJson[]) {
  const hints = [...new Set(causes.flatMap(({ hint }) => hint ?? []))];
  return {
    message: causes
      .map(({ cluster, message }) => (cluster === undefined ? message : clusterSentence(cluster, message)))
      .join('\n'),
    ...(hints.length > 0 && { hint: hints.join('\n') }),
    causes,
  };
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
    const text = object ? `${objectText({ ...object, cluster })}: ${message}` : clusterSentence(cluster, message);
    return sentence(text, hint, paint);
  }
  if (failure instanceof UsageError) return sentence(failure.message, failure.hint, paint);
  return undefined;
}

const sentence = (message: string, hint: string | undefined, paint: Paint): string =>
  [`${paint.red('error:')} ${linesOf(message)}`, ...(hint === undefined ? [] : [`  ${linesOf(hint)}`])].join('\n');

const linesOf = (text: string): string => text.split('\n').map(visible).join('\n  ');

const unexpectedText = (failure: unknown, paint: Paint): string =>
  sentence(`unexpected: ${wordsOf(failure)}`, bugHint, paint);

const wordsOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure));

const bugHint =
  'This is a bug in aegis-xc. Please report it with the output of the same command under AEGIS_XC_DEBUG=1.';

/** The stacks of the error and of what caused it. */
function stackOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  const inner = failure instanceof AggregateError ? failure.errors : [failure.cause];
  const stacks = inner.filter((cause) => cause !== undefined).map((cause) => stackOf(cause));
  return [failure.stack ?? failure.message, ...stacks].join('\ncaused by ');
}
