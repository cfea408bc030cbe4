import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { ClusterError } from '../errors.ts';
import type { Credentials, SignIn } from './credentials.ts';
import { ambiguous, noAnswer } from './no-answer.ts';
import { isWrite, type Purpose, type Where } from './purpose.ts';
import { judge, longestWait, mostTries, type Verdict, waitBefore } from './retry.ts';
import { SignInError } from './sign-in-error.ts';
import { type HttpAnswer, type HttpRequest, type Transport, TransportError } from './transport.ts';
import { warningsIn } from './warnings.ts';

export interface ApiRequest extends Omit<HttpRequest, 'headers' | 'interruptible'> {
  readonly accept?: string | undefined;
  readonly contentType?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly purpose: Purpose;
}

/** One attempt, for whoever wants to see what is going on. Nothing of headers or bodies. */
export interface RequestEvent {
  readonly cluster: string;
  readonly method: string;
  readonly path: string;
  readonly kind: 'read' | 'write' | 'dry-run';
  readonly attempt: number;
  readonly milliseconds: number;
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  readonly auditId: string | undefined;
  /** The server's clock, of the `Date` header. */
  readonly date: string | undefined;
}

export interface RequestCounts {
  reads: number;
  writes: number;
  dryRuns: number;
}

export interface RequestsOptions {
  readonly where: Where;
  readonly transport: Transport;
  readonly credentials: Credentials;
  readonly requestTimeout: number;
  readonly concurrency: number;
  readonly compression: boolean;
  readonly userAgent: string;
  readonly signal: AbortSignal | undefined;
  readonly onWarning: ((text: string) => void) | undefined;
  readonly onRequest: ((event: RequestEvent) => void) | undefined;
}

export interface Requests {
  /** The final answer, whatever it says; ClusterError when there is none. */
  send(request: ApiRequest): Promise<HttpAnswer>;
  readonly counts: Readonly<RequestCounts>;
  guardWrites(guard: (() => void) | undefined): void;
}

/** Sends requests of one cluster: so many at a time, signed in, tried again where that is safe. */
export function openRequests(options: RequestsOptions): Requests {
  const limit = pLimit(options.concurrency);
  const counts: RequestCounts = { reads: 0, writes: 0, dryRuns: 0 };
  const warned = new Set<string>();
  const run: Run = { ...options, counts, warned, slowDown: slowDown(limit), guard: undefined };
  return {
    counts,
    send: (request) => limit(() => sendUntilFinal(request, run)),
    guardWrites: (guard) => {
      run.guard = guard;
    },
  };
}

interface Run extends RequestsOptions {
  readonly counts: RequestCounts;
  readonly warned: Set<string>;
  slowDown(): void;
  guard: (() => void) | undefined;
}

/** 429: half as many at a time; the answers of one burst count once. */
function slowDown(limit: { concurrency: number }): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - last < 1000) return;
    last = performance.now();
    limit.concurrency = Math.max(1, Math.floor(limit.concurrency / 2));
  };
}

async function sendUntilFinal(request: ApiRequest, run: Run): Promise<HttpAnswer> {
  const writes = kindOf(request) === 'write';
  let renewed = false;
  let perhapsDone = false;
  for (let attempt = 1; ; attempt++) {
    const { outcome, signIn } = await once(request, attempt, run);
    if (statusOf(outcome) === 401 && !renewed && run.credentials.renew(signIn)) {
      renewed = true;
      continue;
    }
    const verdict = judgeOutcome(outcome, run);
    const goesOn = (verdict === 'again' || (verdict === 'unsure' && !writes)) && attempt < mostTries;
    const wait = goesOn ? waitBefore(attempt + 1, outcome) : 0;
    if (!goesOn || wait > longestWait) return settle(outcome, { request, run, verdict, perhapsDone });
    if (statusOf(outcome) === 429) run.slowDown();
    else perhapsDone ||= writes && !(outcome instanceof TransportError);
    await sleep(wait, undefined, { signal: run.signal }).catch(() => {});
    if (run.signal?.aborted) throw perhapsDone ? stoppedBetween(request, run) : aborted(run.where, run.signal.reason);
  }
}

const stoppedBetween = ({ purpose }: ApiRequest, { where }: Run): ClusterError =>
  ambiguous(purpose, where, { why: 'it failed, and there was no other try' });

const kindOf = ({ purpose, dryRun }: ApiRequest): RequestEvent['kind'] =>
  dryRun ? 'dry-run' : isWrite(purpose) ? 'write' : 'read';

type Outcome = HttpAnswer | TransportError;

const statusOf = (outcome: Outcome): number | undefined => ('status' in outcome ? outcome.status : undefined);

/** A connection that fails is tried again only where one was had before: a cluster that is down is said at once. */
function judgeOutcome(outcome: Outcome, { transport }: Run): Verdict {
  if (!(outcome instanceof TransportError)) return judge(outcome);
  if (outcome.kind !== 'failed') return 'final';
  if (outcome.sent) return 'unsure';
  return transport.reached ? 'again' : 'final';
}

interface Settling {
  readonly request: ApiRequest;
  readonly run: Run;
  readonly verdict: Verdict;
  readonly perhapsDone: boolean;
}

/** After a try that may have been done, a conflict can be with ourselves. */
const conflicts = [404, 409, 422];

function settle(outcome: Outcome, { request, run, verdict, perhapsDone }: Settling): HttpAnswer {
  const { purpose } = request;
  const { where, requestTimeout } = run;
  const kind = kindOf(request);
  if (outcome instanceof TransportError)
    throw noAnswer(outcome, purpose, where, { requestTimeout, dryRun: kind === 'dry-run' });
  if (kind === 'write' && verdict === 'unsure')
    throw ambiguous(purpose, where, { why: `it answered ${outcome.status}` });
  if (perhapsDone && conflicts.includes(outcome.status)) {
    throw ambiguous(purpose, where, { why: `it failed first and then answered ${outcome.status}` });
  }
  return outcome;
}

interface Attempt {
  readonly outcome: Outcome;
  readonly signIn: SignIn;
}

async function once(request: ApiRequest, attempt: number, run: Run): Promise<Attempt> {
  const signIn = await signInOf(run);
  const { transport, counts, onRequest, where } = run;
  const { method, path, body } = request;
  const kind = kindOf(request);
  if (kind === 'write') run.guard?.();
  counts[counterOf[kind]] += 1;
  const started = performance.now();
  const outcome = await transport
    .send({ method, path, body, headers: headersOf(request, run), interruptible: kind !== 'write' }, signIn)
    .catch((error: unknown) => {
      if (error instanceof TransportError) return error;
      throw error;
    });
  const headers = 'headers' in outcome ? outcome.headers : {};
  onRequest?.({
    cluster: where.cluster,
    method,
    path,
    kind,
    attempt,
    milliseconds: performance.now() - started,
    status: statusOf(outcome),
    auditId: one(headers['audit-id']),
    date: headers.date,
  });
  warn(headers.warning, run);
  return { outcome, signIn };
}

const counterOf = { read: 'reads', write: 'writes', 'dry-run': 'dryRuns' } as const;

async function signInOf({ credentials, signal, where }: Run): Promise<SignIn> {
  try {
    signal?.throwIfAborted();
    return await credentials.current(signal);
  } catch (cause) {
    if (signal?.aborted) throw aborted(where, cause);
    if (!(cause instanceof SignInError)) throw cause;
    const { message, hint } = cause;
    throw new ClusterError(where.cluster, `No sign-in to ${where.cluster}: ${message}`, {
      reason: 'unauthorized',
      hint,
      cause,
    });
  }
}

const aborted = ({ cluster }: Where, cause: unknown): ClusterError =>
  new ClusterError(cluster, `Stopped before ${cluster} was asked.`, { reason: 'aborted', cause });

const headersOf = ({ accept = 'application/json', contentType }: ApiRequest, { compression, userAgent }: Run) => ({
  accept,
  'user-agent': userAgent,
  ...(compression ? { 'accept-encoding': 'gzip' } : {}),
  ...(contentType ? { 'content-type': contentType } : {}),
});

/** Each text once per cluster. */
function warn(header: string | string[] | undefined, { warned, onWarning }: Run): void {
  for (const text of warningsIn(header)) {
    if (warned.has(text)) continue;
    warned.add(text);
    onWarning?.(text);
  }
}

const one = (header: string | string[] | undefined): string | undefined => [header].flat()[0];
