import { type Catalogue, definitionsOf } from '../../objects/catalogue.ts';
import type { Field } from '../../objects/field.ts';
import type { Policy } from '../../objects/policies.ts';
import { defineClusterCheck } from './object-check.ts';

/** An AuthorizationPolicy is about calls that arrive, never about calls that leave. */
export const policiesAreAboutCallers = defineClusterCheck({
  codes: ['AXC2175'],
  *find(catalogue) {
    for (const policy of catalogue.policies) {
      if (policy.action !== 'ALLOW' || policy.isAttached || isForGateway(catalogue, policy)) continue;
      const hosts = policy.rules.flatMap(({ operations }) =>
        operations.flatMap((operation) => operation.at('hosts').items),
      );
      const [first] = hosts;
      if (!first || !hosts.every((host) => isElsewhere(catalogue, host))) continue;
      yield {
        code: 'AXC2175',
        message: `"${first.text}" is a service that these pods call (a ServiceEntry), and a policy is about calls that they get: it keeps nothing from leaving, and everybody else from calling them`,
        hint: 'write the policy in the other cluster, for the workloads that are called; what may leave is said by `exportTo`, a Sidecar or an egress gateway',
        on: policy.on,
        field: first.path,
      };
    }
  },
});

const isForGateway = ({ servers }: Catalogue, { selector }: Policy): boolean =>
  servers.with(selector).length > 0 || [...selector].some((label) => label.join().includes('gateway'));

/** A host whose endpoints a ServiceEntry lists: somewhere else than these pods. */
function isElsewhere(catalogue: Catalogue, { text }: Field): boolean {
  const found = definitionsOf(catalogue, text?.replace(/:(\d+|\*)$/, '') ?? '');
  return found.length > 0 && found.every((one) => 'endpoints' in one && one.selector.size === 0);
}
