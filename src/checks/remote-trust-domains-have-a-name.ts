import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/**
 * A policy can't name callers of the trust domain `cluster.local` in a mesh of another one: Istio reads the words as "the
 * local trust domain" (`pkg/config/constants`, `DefaultClusterLocalDomain`), and would let its own callers in instead.
 */
export const remoteTrustDomainsHaveAName = defineCheck({
  evidence: 'spec',
  codes: ['AXC1303'],
  *find(spec) {
    const told = new Set<string>();
    for (const { name, service, at } of servicesOf(spec)) {
      const elsewhere = Object.keys(service.providers).find((provider) =>
        isNamed(spec.clusters[provider]?.trustDomain),
      );
      for (const [index, { cluster }] of service.consumers.entries()) {
        const isLocal = spec.clusters[cluster]?.trustDomain === 'cluster.local';
        if (!isLocal || elsewhere === undefined || told.has(cluster)) continue;
        told.add(cluster);
        yield {
          code: 'AXC1303',
          message: `"${cluster}" has the trust domain cluster.local, which a policy in "${elsewhere}" (for "${name}") can't name`,
          hint: 'Istio reads cluster.local as "the own trust domain": give that mesh a name in its MeshConfig, and write it here as `trustDomain`',
          at: ['clusters', cluster, 'trustDomain'],
          looksAt: [
            ['clusters', cluster, '*'],
            ['clusters', elsewhere, 'trustDomain'],
            ['clusters', elsewhere, '*'],
            [...at, 'providers', '*'],
            [...at, 'consumers', index, 'cluster'],
          ],
        };
      }
    }
  },
});

const isNamed = (trustDomain: string | undefined): boolean =>
  trustDomain !== undefined && trustDomain !== 'cluster.local';
