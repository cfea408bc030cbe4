import { eachLiveCluster, isUnread } from './live-check.ts';

/** An alias makes the workloads of the other cluster the same as its own in every policy. */
export const trustDomainsAreNoAliases = eachLiveCluster({
  title: 'aliases',
  codes: ['AXC4020'],
  *find({ live: { cluster, mesh }, federation: { clusters }, own }) {
    if (isUnread(mesh)) return yield mesh;
    const others = clusters.filter((one) => one !== own && one.trustDomain !== own.trustDomain);
    for (const { configMap, config } of mesh.revisions) {
      const aliases = Array.isArray(config.trustDomainAliases) ? config.trustDomainAliases : [];
      for (const { name, trustDomain } of others.filter((one) => aliases.includes(one.trustDomain))) {
        yield {
          code: 'AXC4020',
          severity: 'warning',
          message: `in the mesh of ${cluster} "${trustDomain}" is an alias (ConfigMap ${mesh.namespace}/${configMap}): a service account of ${name} is the same as the one of that name in ${cluster}, in every policy`,
          hint: `Take it out of trustDomainAliases and write caCertificates: [{ trustDomains: [${trustDomain}] }].`,
          at: ['clusters', cluster, 'trustDomain'],
        };
      }
    }
  },
});
