import { schemaOf } from '../kinds.ts';
import type { SourcedObject } from '../object-set.ts';
import { type BrokenRule, brokenRules, withDefaults } from './rules.ts';
import { type SchemaProblem, schemaProblems } from './validate.ts';

export interface Judgement {
  readonly problems: readonly SchemaProblem[];
  /** Asked only of an object without problems, as the API server does. */
  readonly broken: readonly BrokenRule[];
}

const judged = new WeakMap<SourcedObject, Judgement>();

/** What the API server's schema has against an object; nothing against one of a kind that has none here. */
export function judge(on: SourcedObject): Judgement {
  const known = judged.get(on) ?? judgementOf(on);
  judged.set(on, known);
  return known;
}

/** Istio's own validation only sees what has passed the schema. */
export function fitsItsSchema(on: SourcedObject): boolean {
  const { problems, broken } = judge(on);
  return problems.length === 0 && broken.length === 0;
}

function judgementOf(on: SourcedObject): Judgement {
  const schema = schemaOf(on)?.schema;
  if (!schema) return { problems: [], broken: [] };
  const { apiVersion: _version, kind: _kind, metadata: _metadata, status: _status, ...own } = on.object;
  const problems = firstOf(schemaProblems(own, schema, []));
  const broken = problems.length > 0 ? [] : firstOf(brokenRules(withDefaults(own, schema), schema, []));
  return { problems, broken };
}

/** An object with more to say about is a mistake as a whole. */
const mostTold = 100;

function firstOf<Item>(all: Iterable<Item>): Item[] {
  const first: Item[] = [];
  for (const one of all) if (first.push(one) === mostTold) break;
  return first;
}
