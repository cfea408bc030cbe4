import { isJsonObject, type Json } from '../../json.ts';
import type { KubeObject } from '../../manifests/manifest.ts';
import { listOf, objectsOf, specOf } from '../../manifests/transition.ts';

/** One call as a policy sees it; without a principal it is plaintext. */
export interface Call {
  readonly principal: string | undefined;
  readonly port: string;
  readonly method: string;
  readonly path: string;
}

/** Whether the workload's own AuthorizationPolicy and PeerAuthentication let a call in. Without them everybody may. */
export function letsIn(policy: KubeObject | undefined, peers: KubeObject | undefined, call: Call): boolean {
  if (call.principal === undefined && isStrict(peers, call.port)) return false;
  return policy === undefined || objectsOf(specOf(policy).rules).some((rule) => matches(rule, call));
}

function isStrict(peers: KubeObject | undefined, port: string): boolean {
  const levels = peers && specOf(peers).portLevelMtls;
  const level = isJsonObject(levels) ? levels[port] : undefined;
  return isJsonObject(level) && level.mode === 'STRICT';
}

function matches({ from, to }: { readonly from?: Json; readonly to?: Json }, call: Call): boolean {
  const principals =
    from === undefined ? undefined : objectsOf(from).flatMap(({ source }) => texts(source, 'principals'));
  if (principals !== undefined && !(call.principal !== undefined && fitsOne(principals, call.principal))) return false;
  return to === undefined || objectsOf(to).some(({ operation }) => allows(operation, call));
}

function allows(operation: Json | undefined, { port, method, path }: Call): boolean {
  if (!isJsonObject(operation)) return true;
  const { ports, notPorts, methods, paths } = operation;
  return (
    (ports === undefined || fitsOne(texts(operation, 'ports'), port)) &&
    (notPorts === undefined || !fitsOne(texts(operation, 'notPorts'), port)) &&
    (methods === undefined || fitsOne(texts(operation, 'methods'), method)) &&
    (paths === undefined || fitsOne(texts(operation, 'paths'), path))
  );
}

/** `*`, `prefix*`, `*suffix` and the text itself, as Istio has them. */
const fitsOne = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) =>
    pattern.endsWith('*')
      ? text.startsWith(pattern.slice(0, -1))
      : pattern.startsWith('*')
        ? text.endsWith(pattern.slice(1))
        : text === pattern,
  );

const texts = (object: Json | undefined, key: string): string[] =>
  (isJsonObject(object) ? listOf(object[key]) : []).flatMap((one) => (typeof one === 'string' ? [one] : []));

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
    port: distinct([...named('ports'), ...named('notPorts'), ...strict, '1']),
    method: distinct([...named('methods'), 'OTHER']),
    path: distinct([...named('paths').map(sampleOf), '/other']),
  };
  return all.principal.flatMap((principal) =>
    all.port.flatMap((port) =>
      all.method.flatMap((method) => all.path.map((path) => ({ principal, port, method, path }))),
    ),
  );
}

const sampleOf = (pattern: string): string => pattern.replace('*', 'any');
const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];
