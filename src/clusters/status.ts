import { isJsonObject, type JsonObject } from '../json.ts';
import type { HttpAnswer } from './transport.ts';

/** The Status object of an answer, as far as there is one: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface Status {
  readonly code: number;
  /** False when the answer is something else: HTML, text, nothing. A 504 of the server has no `kind`. */
  readonly isStatus: boolean;
  /** Empty in many client errors, which then come as a 500. */
  readonly reason: string;
  readonly message: string;
  /** The kind and name that the server could not find, and the like. */
  readonly about: { readonly kind: string; readonly name: string };
  readonly causes: readonly Cause[];
  readonly retryAfter: number | undefined;
}

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export function statusOf({ status: code, text }: HttpAnswer): Status {
  const body = jsonOf(text) ?? {};
  const details = isJsonObject(body.details) ? body.details : {};
  const { retryAfterSeconds } = details;
  return {
    code,
    isStatus: body.kind === 'Status' || body.status === 'Failure',
    reason: textOf(body, 'reason'),
    message: textOf(body, 'message'),
    about: { kind: textOf(details, 'kind'), name: textOf(details, 'name') },
    causes: Array.isArray(details.causes) ? details.causes.filter(isJsonObject).map(causeOf) : [],
    retryAfter: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
  };
}

/** Undefined when the text is not a JSON object. */
export function jsonOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const causeOf = (cause: JsonObject): Cause => ({
  reason: textOf(cause, 'reason'),
  message: textOf(cause, 'message'),
  field: textOf(cause, 'field'),
});

const textOf = (object: JsonObject, key: string): string => {
  const value = object[key];
  return typeof value === 'string' ? value : '';
};
