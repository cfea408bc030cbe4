import { objectName } from '../../model/names.ts';
import { defineKind } from '../kind.ts';
import { proxyConfig } from './proxy-config.ts';

export const dnsProxyConfig = defineKind({
  summary: 'The DNS proxy in the sidecars of a consuming namespace',
  ...proxyConfig,
  stage: 'pin',
  instances: ({ name, consumerNamespaces }) =>
    consumerNamespaces
      .filter(({ cluster }) => cluster.dns === 'capture')
      .map(({ cluster, namespace, at }) => ({
        cluster: cluster.name,
        at,
        values: {
          name: objectName(name, 'dns'),
          namespace,
          selector: undefined,
          environmentVariables: { ISTIO_META_DNS_CAPTURE: 'true' },
        },
      })),
});
