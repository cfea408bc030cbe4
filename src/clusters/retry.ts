import { statusOf } from './status.ts';
import type { HttpAnswer } from './transport.ts';

/** At most so many tries of one request. */
export const mostTries = 5;

/** A server that asks for more patience than this is not worth waiting for. */
export const longestWait = 60_000;

const shortest = 200;
const longest = 5_000;

/**
 * What an answer means for going on:
 * `final`: it says what happened. `again`: the server did nothing, or says so. `unsure`: a write may have been done.
 */
export type Verdict = 'final' | 'again' | 'unsure';

export function judge(answer: HttpAnswer): Verdict {
  const { status } = answer;
  if (status === 429 || status === 503) return 'again';
  if (status === 502 || status === 504) return 'unsure';
  if (status !== 500) return 'final';
  // Read only now: nearly every answer is a whole object, and none of these.
  const { isStatus, reason, message } = statusOf(answer);
  if (/etcdserver: (request timed out|leader changed|no leader)|context deadline exceeded$/.test(message))
    return 'unsure';
  // a Status without a reason is an error in what we sent, and stays one
  return isStatus && reason !== 'InternalError' ? 'final' : 'again';
}

/** Milliseconds before the next try: what the server asks for, else a random part of a doubling time ("full jitter"). */
export const waitBefore = (nextTry: number, outcome: HttpAnswer | Error, random = Math.random): number =>
  (outcome instanceof Error ? undefined : askedFor(outcome)) ??
  random() * Math.min(longest, shortest * 2 ** (nextTry - 2));

/** Retry-After in seconds or as a date; a Status can say it too. */
function askedFor(answer: HttpAnswer): number | undefined {
  const header = answer.headers['retry-after'];
  if (header !== undefined && /^\d+$/.test(header)) return Number(header) * 1000;
  if (header !== undefined && !Number.isNaN(Date.parse(header))) return Math.max(0, Date.parse(header) - Date.now());
  const { retryAfter } = statusOf(answer);
  return retryAfter === undefined ? undefined : retryAfter * 1000;
}
