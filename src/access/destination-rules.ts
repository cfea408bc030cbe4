import type { KubeObject } from '../manifests/manifest.ts';
import { specOf } from '../manifests/transition.ts';
import { hostFits } from './patterns.ts';
import { type CallerSide, isSeen } from './ways.ts';

interface Sought {
  /** Of the caller. */
  readonly namespace: string;
  readonly host: string;
  /** The Namespace of the Service or ServiceEntry. */
  readonly home: string | undefined;
  readonly root?: string;
}

/**
 * The DestinationRule that counts for a host: one in the caller's own Namespace comes before one beside the Service, and that before
 * one in the mesh's root Namespace; in each the most specific host (`PushContext.destinationRule` of istiod). Several where the
 * older one counts, or where only some pods are meant; undefined stands for none.
 */
export function rulesFor(
  { rules, oldestFirst }: Pick<CallerSide, 'rules' | 'oldestFirst'>,
  sought: Sought,
): readonly (KubeObject | undefined)[] {
  const fitting = rules.filter((rule) => hostFits(String(specOf(rule).host), sought.host));
  const some = fitting.filter((rule) => specOf(rule).workloadSelector !== undefined);
  const partial = some.filter(({ metadata }) => metadata.namespace === sought.namespace);
  const whole = fitting.filter((rule) => !some.includes(rule));
  const { namespace, home, root = 'istio-system' } = sought;
  for (const place of new Set([namespace === root ? undefined : namespace, home, root])) {
    const found = mostSpecific(whole.filter(({ metadata }) => metadata.namespace === place));
    const seen = found.filter((rule) => isSeen(rule, namespace));
    if (seen.length > 0) return [...partial, ...(oldestFirst ? seen.slice(0, 1) : seen)];
  }
  return [...partial, undefined];
}

function mostSpecific(rules: readonly KubeObject[]): readonly KubeObject[] {
  const length = (rule: KubeObject): number => {
    const host = String(specOf(rule).host);
    return host.startsWith('*') ? host.length : Number.POSITIVE_INFINITY;
  };
  const best = Math.max(0, ...rules.map(length));
  return rules.filter((rule) => length(rule) === best);
}
