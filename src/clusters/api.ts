import { ClusterError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { ambiguous } from './no-answer.ts';
import { isWrite, type Where } from './purpose.ts';
import { refusal } from './refusal.ts';
import type { ApiRequest, Requests } from './requests.ts';
import { jsonOf } from './status.ts';
import type { HttpAnswer } from './transport.ts';

/** The way to one cluster's API, as reads and writes use it. */
export interface Api {
  readonly where: Where;
  readonly requests: Requests;
  readonly requestTimeout: number;
}

export interface JsonAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** A JSON object with a 2xx, or a ClusterError that says why not. */
export async function ask(api: Api, request: ApiRequest): Promise<JsonAnswer> {
  return accepted(await api.requests.send(request), request, api.where);
}

export function accepted(answer: HttpAnswer, request: ApiRequest, where: Where): JsonAnswer {
  if (answer.status < 200 || answer.status > 299) throw refusal(answer, request.purpose, where);
  const body = jsonOf(answer.text);
  if (body === undefined) throw unreadable(answer, request, where);
  return { status: answer.status, body };
}

/** A 2xx with something else than what was asked for: a sign-in page, a proxy, another object. */
export function unreadable(
  { status, headers }: Pick<HttpAnswer, 'status'> & Partial<HttpAnswer>,
  { purpose, dryRun }: Pick<ApiRequest, 'purpose' | 'dryRun'>,
  where: Where,
): ClusterError {
  const what = `it answered ${status} with something else (${headers?.['content-type'] ?? 'another object'})`;
  if (isWrite(purpose) && !dryRun) return ambiguous(purpose, where, { why: what });
  return new ClusterError(
    where.cluster,
    `${where.cluster} (${where.server}) was asked for ${purpose.subject}, and ${what}.`,
    {
      reason: 'unexpected-answer',
      object: purpose.object,
      hint: `Is the server of the context "${where.context}" right? A sign-in page or a proxy may stand before it.`,
    },
  );
}
