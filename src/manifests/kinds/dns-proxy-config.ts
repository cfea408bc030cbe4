import * as z from 'zod';
import { objectName } from '../../model/names.ts';
import { defineKind } from '../kind.ts';
import { labels, tree } from './values.ts';

export const dnsProxyConfig = defineKind({
  summary: 'The DNS proxy in the sidecars of a consuming namespace',
  template: 'istio/proxy-config.yaml',
  plural: 'proxyconfigs',
  stage: 'pin',
  values: z.strictObject({
    name: z.string(),
    namespace: z.string(),
    selector: tree.optional(),
    environmentVariables: labels,
  }),
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
