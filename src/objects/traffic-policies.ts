import type { Field } from './field.ts';
import type { Located } from './located.ts';

/**
 * The TLS that a DestinationRule starts for a port and a subset. What is said for the subset counts more than what is said for
 * all, and what is said for a port replaces all else at its level, `tls` that it does not have included
 * (`MergeSubsetTrafficPolicy` in `pilot/pkg/networking/util`). Not set where Istio decides by itself.
 */
export function tlsFor({ spec }: Pick<Located, 'spec'>, port: number, subset?: string): Field {
  const own = spec.at('subsets').items.find((item) => subset !== undefined && item.at('name').text === subset);
  const ofSubset = own ? policyFor(own.at('trafficPolicy'), port) : undefined;
  const { policy } =
    ofSubset && (ofSubset.isForPort || ofSubset.policy.at('tls').isSet)
      ? ofSubset
      : policyFor(spec.at('trafficPolicy'), port);
  return policy.at('tls');
}

export const startsTls = (tls: Field): boolean => (tls.at('mode').text ?? 'DISABLE') !== 'DISABLE';

function policyFor(policy: Field, port: number): { readonly policy: Field; readonly isForPort: boolean } {
  const settings = policy.at('portLevelSettings').items.find((one) => one.at('port', 'number').number === port);
  return { policy: settings ?? policy, isForPort: settings !== undefined };
}
