import { isIP } from 'node:net';
import type { FederationSpec } from '../spec/schema.ts';
import { hasOrder, type NamedService, servicesOf, sharingPaths } from '../spec/services.ts';
import { defineCheck, type Finding } from './check.ts';

/**
 * Whoever sees several gateways of one host sees them in an order, and Istio knows one only for IP addresses. With names
 * it has none, and istiod from 1.30 on dies of the rule that asks for it: https://github.com/istio/istio/issues/61857
 */
export const orderNeedsAddresses = defineCheck({
  evidence: 'spec',
  codes: ['AXC1211'],
  *find(spec) {
    for (const named of servicesOf(spec)) {
      const finding = hasOrder(named.service) ? unorderable(named, spec) : undefined;
      if (finding) yield finding;
    }
  },
});

function unorderable(called: NamedService, spec: FederationSpec): Finding | undefined {
  const { name, service, at } = called;
  const providers = Object.keys(service.providers);
  const callers = [...new Set(service.consumers.map(({ cluster }) => cluster))];
  for (const caller of callers) {
    const others = providers.filter((provider) => provider !== caller);
    const named = others.find((provider) => nameOf(spec, provider) !== undefined);
    if (others.length < 2 || named === undefined) continue;
    return {
      code: 'AXC1211',
      message: `callers of "${name}" in ${caller} need an order among the gateways of ${others.join(', ')}, but "${nameOf(spec, named)}" is a name`,
      hint: `give IP addresses in clusters.${named}.gateway.addresses: Istio knows no order among names, and istiod 1.30 and later crashes`,
      at: [...at, 'providers'],
      mark: 'key',
      looksAt: [...sharingPaths(called), ...others.flatMap((provider) => gatewayPaths(spec, provider))],
    };
  }
  return undefined;
}

const nameOf = ({ clusters }: FederationSpec, cluster: string): string | undefined =>
  clusters[cluster]?.gateway?.addresses.find((address) => isIP(address) === 0);

const gatewayPaths = ({ clusters }: FederationSpec, cluster: string) =>
  (clusters[cluster]?.gateway?.addresses ?? []).map((_, index) => ['clusters', cluster, 'gateway', 'addresses', index]);
