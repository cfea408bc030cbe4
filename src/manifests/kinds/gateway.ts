import * as z from 'zod';
import type { Export, Federation } from '../../model/federation.ts';
import { objectName } from '../../model/names.ts';
import { defineKind } from '../kind.ts';
import { labels, trees } from './values.ts';

export const gateway = defineKind({
  summary: 'The exported hosts of a cluster',
  template: 'istio/gateway.yaml',
  plural: 'gateways',
  stage: 'listen',
  values: z.strictObject({ name: z.string(), namespace: z.string(), selector: labels, servers: trees }),
  instances: (federation) =>
    federation.clusters.flatMap((cluster) =>
      cluster.gateway === undefined || exportsOf(federation, cluster.name).length === 0
        ? []
        : [
            {
              cluster: cluster.name,
              at: [...cluster.at, 'gateway'],
              values: {
                name: objectName(federation.name, 'exports'),
                namespace: cluster.gateway.namespace,
                selector: cluster.gateway.selector,
                servers: exportsOf(federation, cluster.name).map(toServer),
              },
            },
          ],
    ),
});

const exportsOf = ({ exports }: Federation, cluster: string): Export[] =>
  exports.filter((one) => one.cluster.name === cluster);

const toServer = ({ gateway: { port }, namespace, name, fqdn }: Export) => ({
  port: { number: port, name: `tls-${objectName(namespace, name)}`, protocol: 'TLS' },
  tls: { mode: 'AUTO_PASSTHROUGH' },
  hosts: [fqdn],
});
