import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { objectsOf, textsOf } from '../manifests/transition.ts';
import { type Attribute, attributeOf, type PolicyPlace } from './attributes.ts';
import type { Call } from './call.ts';
import { allOf, anyOf, not, type Truth } from './truth.ts';

export const actions = ['ALLOW', 'DENY', 'CUSTOM', 'AUDIT'] as const;
export type Action = (typeof actions)[number];

/**
 * Whether a rule of an AuthorizationPolicy matches a call. One of its sources has to, one of its operations, and every
 * condition; what it doesn't have, matches. On a TCP port an ALLOW rule with anything of HTTP never matches, and other rules
 * match without it (`pilot/pkg/security/authz/model/model.go`).
 */
export function ruleMatches(rule: Json, action: Action, call: Call, place: PolicyPlace): Truth {
  const sets = isJsonObject(rule) ? conditionsOf(rule) : undefined;
  if (sets === undefined) return false;
  const all = [...sets.from.flat(), ...sets.to.flat(), ...sets.when];
  const isVoid = action === 'ALLOW' && call.http === undefined && all.some(({ attribute }) => attribute.http);
  if (isVoid) return false;
  const holds = (condition: Condition): Truth => conditionHolds(condition, call, place);
  const oneOf = (alternatives: readonly Condition[][]): Truth =>
    alternatives.length === 0 || anyOf(alternatives.map((conditions) => allOf(conditions.map(holds))));
  return allOf([oneOf(sets.from), oneOf(sets.to), ...sets.when.map(holds)]);
}

interface Condition {
  readonly attribute: Attribute;
  readonly values: readonly string[];
  readonly notValues: readonly string[];
}

function conditionHolds({ attribute, values, notValues }: Condition, call: Call, place: PolicyPlace): Truth {
  if (attribute.http && call.http === undefined) return true;
  const one = (list: readonly string[]): Truth => anyOf(list.map((value) => attribute.holds(value, call, place)));
  return allOf([values.length === 0 || one(values), notValues.length === 0 || not(one(notValues))]);
}

interface RuleConditions {
  readonly from: readonly Condition[][];
  readonly to: readonly Condition[][];
  readonly when: readonly Condition[];
}

const read = new WeakMap<JsonObject, RuleConditions | undefined>();

/** A rule is read once: the proof of a plan asks it thousands of times. */
function conditionsOf(rule: JsonObject): RuleConditions | undefined {
  if (!read.has(rule)) read.set(rule, readConditions(rule));
  return read.get(rule);
}

function readConditions(rule: JsonObject): RuleConditions | undefined {
  const when = objectsOf(rule.when).map(({ key, values, notValues }) => {
    const attribute = attributeOf(String(key));
    return attribute && { attribute, values: textsOf(values), notValues: textsOf(notValues) };
  });
  if (when.includes(undefined)) return undefined;
  return {
    from: objectsOf(rule.from).map(({ source }) => fieldsOf(source, sourceFields)),
    to: objectsOf(rule.to).map(({ operation }) => fieldsOf(operation, operationFields)),
    when: when.filter((condition) => condition !== undefined),
  };
}

function fieldsOf(object: Json | undefined, fields: Fields): Condition[] {
  if (!isJsonObject(object)) return [];
  return fields.flatMap(({ name, notName, attribute }) => {
    const [values, notValues] = [textsOf(object[name]), textsOf(object[notName])];
    return values.length + notValues.length > 0 ? [{ attribute, values, notValues }] : [];
  });
}

type Fields = readonly { readonly name: string; readonly notName: string; readonly attribute: Attribute }[];

/** Fields of a source or an operation, and the attributes that they are about. */
function fields(table: Readonly<Record<string, string>>): Fields {
  return Object.entries(table).flatMap(([name, key]) => {
    const attribute = attributeOf(key);
    const notName = `not${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    return attribute ? [{ name, notName, attribute }] : [];
  });
}

const sourceFields = fields({
  principals: 'source.principal',
  requestPrincipals: 'request.auth.principal',
  namespaces: 'source.namespace',
  serviceAccounts: 'source.serviceAccount',
  trustDomains: 'source.trustDomain',
  ipBlocks: 'source.ip',
  remoteIpBlocks: 'remote.ip',
});
const operationFields = fields({ hosts: 'host', ports: 'destination.port', methods: 'method', paths: 'path' });
