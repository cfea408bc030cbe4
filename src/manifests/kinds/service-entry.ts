import * as z from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import type { Endpoint, Entry, Import, Port } from '../../model/federation.ts';
import { rankPrefix } from '../../model/imports.ts';
import { defineKind } from '../kind.ts';
import type { KubeObject } from '../manifest.ts';
import { exportToOf, objectsOf, specOf, unionOf, withSpec } from '../transition.ts';
import { texts, tree, trees } from './values.ts';

export const serviceEntry = defineKind({
  summary: 'A federated host, as a consumer cluster sees it',
  template: 'istio/service-entry.yaml',
  plural: 'serviceentries',
  stage: 'publish',
  // Before the DestinationRule: a host that is still seen where its rule is not any more would be an unpinned path.
  transition: { late: 'unpublish', union },
  values: z.strictObject({
    name: z.string(),
    namespace: z.string(),
    host: z.string(),
    addresses: texts.optional(),
    resolution: z.enum(['STATIC', 'DNS']),
    exportTo: texts,
    ports: trees,
    endpoints: trees.optional(),
    workloadSelector: tree.optional(),
  }),
  instances: ({ imports }) =>
    imports.flatMap((one) =>
      one.entries.map((entry) => ({ cluster: one.cluster.name, at: one.at, values: toValues(one, entry) })),
    ),
});

const toValues = ({ namespace, host, exportTo, ports, entries }: Import, entry: Entry) => ({
  name: entry.name,
  namespace,
  host,
  addresses: entry.address === undefined ? undefined : [entry.address],
  resolution: entry.resolution,
  exportTo,
  ports: ports.map((port) => toPort(port, entries)),
  endpoints: entry.endpoints.length > 0 ? entry.endpoints.map((endpoint) => toEndpoint(endpoint, ports)) : undefined,
  workloadSelector: entry.workloadSelector && { labels: entry.workloadSelector },
});

/** The pods of the own cluster listen on the target port; entries of one host must have the same ports. */
const toPort = ({ name, number, protocol, targetPort }: Port, entries: readonly Entry[]): JsonObject => ({
  number,
  name,
  protocol,
  ...(entries.some(({ workloadSelector }) => workloadSelector) && targetPort !== number && { targetPort }),
});

/**
 * The `tlsMode` label makes a connection fail rather than go out in plaintext should the DestinationRule ever be missing.
 * The network is never the local one, so that nothing takes the endpoint for a pod.
 */
const toEndpoint = ({ address, gatewayPort, cluster, rankLabels }: Endpoint, ports: readonly Port[]): JsonObject => ({
  address,
  ports: Object.fromEntries(ports.map(({ name }) => [name, gatewayPort])),
  network: cluster.name,
  locality: cluster.locality,
  labels: { 'security.istio.io/tlsMode': 'istio', 'aegis-xc.dev/cluster': cluster.name, ...rankLabels },
});

/**
 * Names among the endpoints need DNS. Entries of one host need one resolution (Istio drops the endpoints of the one that differs), so that
 * one for the own pods keeps it as long as the other one has to.
 */
function union(before: KubeObject, after: KubeObject): KubeObject {
  const [old, now] = [specOf(before), specOf(after)];
  const names = objectsOf(now.ports).map(({ name }) => String(name));
  const there = canMeet(old, now) ? objectsOf(old.endpoints).map((endpoint) => withPorts(endpoint, names)) : [];
  const endpoints = unionOf(there, now.endpoints, endpointKey);
  const keepsDns = old.resolution === 'DNS' && (there.length > 0 || old.workloadSelector !== undefined);
  return withSpec(after, {
    exportTo: exportToOf(before, after),
    ...(endpoints.length > 0 && { endpoints }),
    ...(keepsDns && { resolution: 'DNS' }),
  });
}

/**
 * Gateways with an order don't stand beside names: istiod from 1.30 on dies of that (https://github.com/istio/istio/issues/61857). The new
 * ones take over in one write.
 */
function canMeet(...both: readonly JsonObject[]): boolean {
  const isRanked = both.some(({ endpoints }) => JSON.stringify(endpoints ?? []).includes(rankPrefix));
  return !isRanked || both.every(({ resolution }) => resolution !== 'DNS');
}

/** A gateway has one port for all: an old one is asked for the ports that are new, too. Those that are gone would be refused. */
function withPorts(endpoint: JsonObject, names: readonly string[]): JsonObject {
  const [port] = isJsonObject(endpoint.ports) ? Object.values(endpoint.ports) : [];
  return port === undefined ? endpoint : { ...endpoint, ports: Object.fromEntries(names.map((name) => [name, port])) };
}

/** Where it is, not how it is ranked. */
const endpointKey = (endpoint: Json): Json =>
  isJsonObject(endpoint) ? [endpoint.address ?? null, endpoint.ports ?? null] : endpoint;
