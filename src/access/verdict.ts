import { isJsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { listOf, specOf } from '../manifests/transition.ts';
import type { Call } from './call.ts';
import { type Action, actions, ruleMatches } from './rule.ts';
import { selects, type Workload } from './selection.ts';
import { allOf, anyOf, dependsOn, isOpen, mayHold, not, type Truth } from './truth.ts';

/** A rule of a policy, counted from 0; without a number the policy as a whole. */
export interface RuleRef {
  readonly policy: KubeObject;
  readonly rule: number | undefined;
}

/** What the policies of a workload say to a call. */
export interface Verdict {
  readonly allowed: Truth;
  readonly decided: 'deny-rule' | 'allow-rule' | 'no-allow-rule' | 'no-policy' | 'open';
  /** The rule that keeps it out or lets it in, those that may, or the policies none of whose rules lets it in. */
  readonly by: readonly RuleRef[];
}

/** What has to be known about the mesh of a workload. */
export interface MeshSettings {
  readonly rootNamespace: string;
  /** The mesh's own, then the aliases. */
  readonly trustDomains: readonly string[];
}

/**
 * The external authorizer is asked first, then DENY, then ALLOW: whoever refuses wins, and where there is an ALLOW policy, one of
 * its rules has to match. Policies that only log, or are tried out (`istio.io/dry-run`), decide nothing.
 */
export function judge(policies: readonly KubeObject[], workload: Workload, call: Call, mesh: MeshSettings): Verdict {
  const readings = policies.flatMap((policy) => readingOf(policy, workload, call, mesh));
  const of = (action: Action): Reading[] => readings.filter((one) => one.action === action);
  const [denying, custom, allowing] = [of('DENY'), of('CUSTOM'), of('ALLOW')];
  const denied = anyOf(denying.flatMap(matchesOf));
  const asked = custom.filter((one) => mayHold(anyOf(matchesOf(one)))).map(answerOf);
  const allowed = allOf([not(denied), ...asked, letIn(allowing)]);
  if (denied === true) return { allowed, decided: 'deny-rule', by: refsOf(denying, isSure).slice(0, 1) };
  if (allowed === false) return { allowed, decided: 'no-allow-rule', by: allowing.map(wholeOf) };
  if (isOpen(allowed)) return { allowed, decided: 'open', by: refsOf([...custom, ...denying, ...allowing], mayHold) };
  const by = refsOf(allowing, mayHold).slice(0, 1);
  return { allowed, decided: by.length > 0 ? 'allow-rule' : 'no-policy', by };
}

/** A policy and a call: whether it is for the workload, and which of its rules match. */
interface Reading {
  readonly policy: KubeObject;
  readonly action: Action;
  readonly selected: Truth;
  readonly rules: readonly Truth[];
}

function readingOf(policy: KubeObject, workload: Workload, call: Call, mesh: MeshSettings): Reading[] {
  const action = actionOf(policy);
  const selected = selects(policy, workload, mesh.rootNamespace);
  if (action === undefined || selected === false || isTrial(policy)) return [];
  const place = { namespace: policy.metadata.namespace ?? '', trustDomains: mesh.trustDomains };
  const rules = listOf(specOf(policy).rules).map((rule) => ruleMatches(rule, action, call, place));
  return [{ policy, action, selected, rules }];
}

export function actionOf(policy: KubeObject): Action | undefined {
  const { action = 'ALLOW' } = specOf(policy);
  return actions.find((one) => one === action);
}

/** As Go reads a yes (`strconv.ParseBool`). */
export const isTrial = ({ metadata }: KubeObject): boolean =>
  /^(?:1|t|T|true|TRUE|True)$/.test(metadata.annotations?.['istio.io/dry-run'] ?? '');

const matchesOf = ({ selected, rules }: Reading): Truth[] => rules.map((rule) => allOf([selected, rule]));

/** A policy of which nobody knows whether it is for the workload must let the call in, in case it is the only one. */
function letIn(allowing: readonly Reading[]): Truth {
  if (allowing.some(({ selected }) => selected === true)) return anyOf(allowing.flatMap(matchesOf));
  return allOf(allowing.map(({ selected, rules }) => anyOf([not(selected), ...rules])));
}

function answerOf({ policy }: Reading): Truth {
  const { provider } = specOf(policy);
  return dependsOn(`what the external authorizer ${isJsonObject(provider) ? String(provider.name) : '?'} answers`);
}

const isSure = (truth: Truth): boolean => truth === true;
const wholeOf = ({ policy }: Reading): RuleRef => ({ policy, rule: undefined });

const refsOf = (readings: readonly Reading[], which: (matches: Truth) => boolean): RuleRef[] =>
  readings.flatMap((reading) =>
    matchesOf(reading).flatMap((matches, rule) => (which(matches) ? [{ policy: reading.policy, rule }] : [])),
  );
