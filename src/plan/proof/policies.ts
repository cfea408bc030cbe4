import type { Call } from '../../access/call.ts';
import { modeOn } from '../../access/peers.ts';
import { ruleMatches } from '../../access/rule.ts';
import { isJsonObject, type Json } from '../../json.ts';
import type { KubeObject } from '../../manifests/manifest.ts';
import { objectsOf, specOf, textsOf } from '../../manifests/transition.ts';

/** Whether the workload's own AuthorizationPolicy and PeerAuthentication let a call in. Without them everybody may. */
export function letsIn(policy: KubeObject | undefined, peers: KubeObject | undefined, call: Call): boolean {
  if (call.principal === undefined && peers && modeOn([peers], call.port).mode === 'STRICT') return false;
  if (policy === undefined) return true;
  const place = { namespace: policy.metadata.namespace ?? '', trustDomains: [] };
  return objectsOf(specOf(policy).rules).some((rule) => ruleMatches(rule, 'ALLOW', call, place) === true);
}

/** Who is named by a policy; undefined is anybody. */
export function principalsOf(policy: KubeObject | undefined): readonly string[] | undefined {
  if (policy === undefined) return undefined;
  const rules = objectsOf(specOf(policy).rules);
  if (rules.some(({ from }) => from === undefined)) return undefined;
  return rules.flatMap(({ from }) => objectsOf(from).flatMap(({ source }) => texts(source, 'principals')));
}

/** Calls that between them hit every border in the policies: each value that is named, and one that is not. */
export function sampleCalls(
  policies: readonly (KubeObject | undefined)[],
  peers: readonly (KubeObject | undefined)[],
): Call[] {
  const rules = policies.flatMap((policy) => (policy ? objectsOf(specOf(policy).rules) : []));
  const operations = rules.flatMap(({ to }) => objectsOf(to).map(({ operation }) => operation));
  const named = (key: string): string[] => operations.flatMap((operation) => texts(operation, key));
  const strict = peers.flatMap((one) => {
    const levels = one && specOf(one).portLevelMtls;
    return isJsonObject(levels) ? Object.keys(levels) : [];
  });
  const principals = policies.flatMap((policy) => principalsOf(policy) ?? []).map(sampleOf);
  const all = {
    principal: distinct([...principals, 'stranger.example/ns/else/sa/where', undefined]),
    port: distinct([...named('ports'), ...named('notPorts'), ...strict, '1'].map(Number)),
    method: distinct([...named('methods'), 'OTHER']),
    path: distinct([...named('paths').map(sampleOf), '/other']),
  };
  return all.principal.flatMap((principal) =>
    all.port.flatMap((port) =>
      all.method.flatMap((method) => all.path.map((path) => ({ principal, port, http: { method, path, hosts: [] } }))),
    ),
  );
}

const sampleOf = (pattern: string): string => pattern.replace('*', 'any');
const texts = (object: Json | undefined, key: string): readonly string[] =>
  isJsonObject(object) ? textsOf(object[key]) : [];
const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];
