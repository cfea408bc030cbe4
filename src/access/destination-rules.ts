import { isJsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { objectsOf, specOf, textsOf } from '../manifests/transition.ts';
import { type Barrier, barrierOf } from './barrier.ts';
import { hostsOf, isSeen } from './hosts.ts';
import { hostFits } from './patterns.ts';
import type { CallerSide } from './ways.ts';

interface Sought {
  /** Of the caller. */
  readonly namespace: string;
  readonly host: string;
  /** The Namespace of the Service or ServiceEntry. */
  readonly home: string | undefined;
}

/**
 * The DestinationRule that counts for a host: one in the caller's own Namespace comes before one beside the Service, and that before
 * one in the mesh's root Namespace; in each the most specific host. For callers in the root Namespace its rules come last as well,
 * but for those that it keeps to itself (`PushContext.destinationRule` of istiod). Several where the older one counts, or where
 * only some pods are meant; undefined stands for none.
 */
export function rulesFor(
  { rules, rootNamespace, oldestFirst }: Pick<CallerSide, 'rules' | 'rootNamespace' | 'oldestFirst'>,
  { namespace, host, home }: Sought,
): readonly (KubeObject | undefined)[] {
  const fitting = rules.filter((rule) => hostFits(hostOf(rule), host));
  const some = fitting.filter((rule) => specOf(rule).workloadSelector !== undefined);
  const partial = some.filter(({ metadata }) => metadata.namespace === namespace);
  const whole = fitting.filter((rule) => !some.includes(rule));
  const within = (place: string | undefined, isOwn = false): KubeObject[] =>
    whole.filter((rule) => rule.metadata.namespace === place && (isOwn ? isSeen(rule, namespace) : !isPrivate(rule)));
  const own = within(namespace, true).filter((rule) => namespace !== rootNamespace || isPrivate(rule));
  for (const place of [own, within(home), within(rootNamespace)]) {
    const seen = mostSpecific(place).filter((rule) => isSeen(rule, namespace));
    if (seen.length > 0) return [...partial, ...(oldestFirst ? seen.slice(0, 1) : seen)];
  }
  return [...partial, undefined];
}

/**
 * The rules by which a gateway with AUTO_PASSTHROUGH passes nothing on for a port: it leaves out endpoints for which the rule that
 * it sees has another mode than ISTIO_MUTUAL. What a port doesn't say it has of the whole rule, here
 * (`trafficPolicyTLSModeForPort` in `pilot/pkg/xds/endpoints/mtls_checker.go`).
 */
export function closingRules(side: Parameters<typeof rulesFor>[0], sought: Sought, port: number): Barrier {
  const closes = (rule: KubeObject): boolean => !['ISTIO_MUTUAL', undefined].includes(passthroughMode(rule, port));
  const fact = 'which DestinationRule is the older one, or which labels the pods of the gateway have';
  return barrierOf(rulesFor(side, sought), closes, fact);
}

export function passthroughMode(rule: KubeObject, port: number): string | undefined {
  const { trafficPolicy } = specOf(rule);
  if (!isJsonObject(trafficPolicy)) return undefined;
  const own = objectsOf(trafficPolicy.portLevelSettings).find(
    (one) => isJsonObject(one.port) && one.port.number === port && isJsonObject(one.tls),
  );
  const { tls } = own ?? trafficPolicy;
  return isJsonObject(tls) ? String(tls.mode ?? 'DISABLE') : undefined;
}

function isPrivate(rule: KubeObject): boolean {
  const [first, ...others] = textsOf(specOf(rule).exportTo);
  return others.length === 0 && (first === '.' || first === rule.metadata.namespace);
}

function mostSpecific(rules: readonly KubeObject[]): readonly KubeObject[] {
  const length = (rule: KubeObject): number => {
    const host = hostOf(rule);
    return host.startsWith('*') ? host.length : Number.POSITIVE_INFINITY;
  };
  const best = Math.max(0, ...rules.map(length));
  return rules.filter((rule) => length(rule) === best);
}

const hostOf = (rule: KubeObject): string => hostsOf(rule)[0] ?? '';
