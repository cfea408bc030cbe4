import { atAll, eachLiveCluster, isUnread } from './live-check.ts';
import { listed, proxyMetadata } from './matching.ts';

const setting = 'ISTIO_META_DNS_CAPTURE';

/**
 * The proxies of callers answer for federated names, which no DNS server knows. A pod learns it when it starts, from its Namespace or
 * from the mesh: what is set there later is nothing to it.
 */
export const namesAreCaptured = eachLiveCluster({
  title: 'dns',
  codes: ['AXC4037'],
  when: ({ federation, own }) => federation.consumerNamespaces.some(({ cluster }) => cluster === own),
  *find({ federation, own, live, site: { observation } }) {
    if (own.dns === 'external') return yield { unread: 'names are resolved outside of the mesh (`dns: external`)' };
    const { mesh } = live;
    const isSetForAll =
      !isUnread(mesh) && mesh.revisions.every(({ config }) => proxyMetadata(config)[setting] === 'true');
    if (live.pods.gap !== undefined) return yield { unread: live.pods.gap };
    for (const { namespace } of federation.consumerNamespaces.filter(({ cluster }) => cluster === own)) {
      const pods = live.pods.items.filter((pod) => pod.namespace === namespace && pod.runs && pod.proxy !== undefined);
      const without = pods.filter(({ proxy }) => proxy?.env[setting] !== 'true').map(({ name }) => name);
      const isSetHere = [...(observation?.objects.values() ?? [])].some(
        ({ kind, metadata }) => kind === 'ProxyConfig' && metadata.namespace === namespace,
      );
      const isSet = isSetForAll || isSetHere;
      if (pods.length === 0 && !isSetForAll) yield { unread: `no pod with a sidecar runs in ${namespace}` };
      else if (without.length > 0 && !isSet) {
        yield {
          unread: `the ProxyConfig of ${namespace} comes with \`apply\`; its pods have to be restarted after it`,
        };
      } else if (without.length > 0) {
        yield {
          code: 'AXC4037',
          severity: 'warning',
          message: `${listed(without)} in ${namespace} of ${live.cluster} was started before its proxy was told to answer for federated names`,
          hint: `kubectl --context ${live.context} -n ${namespace} rollout restart deployment`,
          ...atAll(
            federation.imports.filter(({ cluster, exportTo }) => cluster === own && exportTo.includes(namespace)),
          ),
        };
      }
    }
  },
});
