import * as z from 'zod';
import { isJsonObject, type Json } from '../../json.ts';
import type { Export, Federation } from '../../model/federation.ts';
import { nameBySelector, objectName } from '../../model/names.ts';
import { usualGateway } from '../../spec/schema.ts';
import { defineKind } from '../kind.ts';
import type { KubeObject } from '../manifest.ts';
import { objectsOf, specOf, unionOf, withSpec } from '../transition.ts';
import { labels, trees } from './values.ts';

export const gateway = defineKind({
  summary: 'The exported hosts of a cluster',
  template: 'istio/gateway.yaml',
  plural: 'gateways',
  stage: 'listen',
  transition: { late: 'unlisten', union },
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
                name: nameBySelector(objectName(federation.name, 'exports'), cluster.gateway.selector, usualGateway),
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
  // A dot is in neither name, so that no two of them make the same.
  port: { number: port, name: `tls-${objectName(`${namespace}.${name}`)}`, protocol: 'TLS' },
  tls: { mode: 'AUTO_PASSTHROUGH' },
  hosts: [fqdn],
});

/** A server is what it listens on and for whom. Names of ports are unique in a Gateway, so that of an old server gives way. */
function union(before: KubeObject, after: KubeObject): KubeObject {
  const now = objectsOf(specOf(after).servers);
  const servers = unionOf(specOf(before).servers, now, serverKey).map((server, n) =>
    n < now.length || !isJsonObject(server) || !isJsonObject(server.port)
      ? server
      : { ...server, port: { ...server.port, name: objectName('was', String(server.port.name)) } },
  );
  return withSpec(after, { servers });
}

function serverKey(server: Json): Json {
  if (!isJsonObject(server) || !isJsonObject(server.port)) return server;
  return [server.port.number ?? null, server.hosts ?? null];
}
