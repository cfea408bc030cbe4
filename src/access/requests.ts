import { isJsonObject, type JsonObject } from '../json.ts';
import { listOf, objectsOf, specOf, textsOf } from '../manifests/transition.ts';
import type { WayAnswer } from './answer.ts';
import { isOpen } from './truth.ts';
import { actionOf, type RuleRef } from './verdict.ts';

/** A kind of request that a rule speaks of: what is missing is any. */
export interface Requests {
  readonly methods: readonly string[];
  readonly notMethods: readonly string[];
  readonly paths: readonly string[];
  readonly notPaths: readonly string[];
}

/** Of the rules that let a caller in, and of those that refuse: which requests they are for. */
export interface RequestLimits {
  readonly allowed: readonly Requests[];
  readonly refused: readonly Requests[];
}

/** Where a way lets some requests in: which. Where it depends on something else, too, those that it lets in at most. */
export function limitsOfWay(
  { allowed, by }: Pick<WayAnswer, 'allowed' | 'by'>,
  port: number,
): RequestLimits | undefined {
  if (!isOpen(allowed) || !allowed.request) return undefined;
  const limits = requestLimits(by, port);
  return allowed.on.length === 0 ? limits : { allowed: limits.allowed, refused: [] };
}

export function requestLimits(by: readonly RuleRef[], port: number): RequestLimits {
  const of = (action: string): Requests[] =>
    by.filter(({ policy }) => actionOf(policy) === action).flatMap((ref) => requestsOf(ref, port));
  return { allowed: of('ALLOW'), refused: of('DENY') };
}

function requestsOf({ policy, rule }: RuleRef, port: number): Requests[] {
  const found = rule === undefined ? undefined : listOf(specOf(policy).rules)[rule];
  const operations = objectsOf(isJsonObject(found) ? found.to : undefined).map(({ operation }) =>
    isJsonObject(operation) ? operation : {},
  );
  const isFor = ({ ports }: JsonObject): boolean => ports === undefined || textsOf(ports).includes(String(port));
  return (operations.length === 0 ? [{}] : operations.filter(isFor)).map(toRequests);
}

const toRequests = (operation: JsonObject): Requests => ({
  methods: textsOf(operation.methods),
  notMethods: textsOf(operation.notMethods),
  paths: textsOf(operation.paths),
  notPaths: textsOf(operation.notPaths),
});
