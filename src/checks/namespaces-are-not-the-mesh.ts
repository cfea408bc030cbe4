import type { Path } from '../diagnostics.ts';
import type { FederationSpec } from '../spec/schema.ts';
import { providersOf, servicesOf } from '../spec/services.ts';
import { defineCheck, type Finding } from './check.ts';

/**
 * In Istio's root Namespace a policy selects its pods in all Namespaces, and a ProxyConfig or Telemetry without a selector is that of
 * the whole mesh. https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-root_namespace
 */
export const namespacesAreNotTheMesh = defineCheck({
  evidence: 'spec',
  codes: ['AXC1309'],
  *find(spec) {
    for (const named of servicesOf(spec)) {
      for (const { provider, at } of providersOf(named)) {
        if (provider.namespace !== rootNamespace) continue;
        yield finding(
          `in ${rootNamespace} its policies would be for every pod of the mesh with these labels`,
          'let the service run in a Namespace of its own',
          [...at, 'namespace'],
        );
      }
      for (const [index, { namespace, cluster }] of named.service.consumers.entries()) {
        const made = namespace === rootNamespace ? madeFor(cluster, spec) : [];
        if (made.length === 0) continue;
        yield finding(
          `in ${rootNamespace} ${made.join(' and ')} would be for the whole mesh`,
          'let the caller run in a Namespace of its own; a gateway does not need names of DNS, so `dns: external` without `telemetry` will do for it',
          [...named.at, 'consumers', index, 'namespace'],
          [['telemetry'], ['clusters', cluster, 'dns'], [...named.at, 'consumers', index, 'cluster']],
        );
      }
    }
  },
});

/** Where istiod runs, and Istio's default of `rootNamespace`. Another one is in the MeshConfig, which nothing here knows. */
const rootNamespace = 'istio-system';

/** What the Namespace of a caller gets. */
const madeFor = (cluster: string, { clusters, telemetry }: FederationSpec): string[] => [
  ...(clusters[cluster]?.dns === 'external' ? [] : ['the DNS proxy of the sidecars']),
  ...(telemetry === undefined ? [] : ['what `telemetry` says']),
];

const finding = (message: string, hint: string, at: Path, looksAt: readonly Path[] = []): Finding => ({
  code: 'AXC1309',
  message,
  hint,
  at,
  looksAt,
});
