import * as z from 'zod';
import type { JsonObject } from '../../json.ts';
import type { ConsumedHost, ConsumerNamespace, Telemetry } from '../../model/federation.ts';
import { objectName } from '../../model/names.ts';
import { defineKind } from '../kind.ts';
import { trees } from './values.ts';

/** One object without a selector per namespace: Istio takes only the oldest of several. */
export const telemetry = defineKind({
  summary: 'What the sidecars of a consuming namespace report',
  template: 'istio/telemetry.yaml',
  plural: 'telemetries',
  stage: 'route',
  values: z.strictObject({
    name: z.string(),
    namespace: z.string(),
    tracing: trees.optional(),
    accessLogging: trees.optional(),
    metrics: trees.optional(),
  }),
  instances: ({ name, consumerNamespaces, telemetry: wanted }) =>
    wanted.tracing || wanted.accessLog || wanted.metrics
      ? consumerNamespaces.map((consumer) => ({
          cluster: consumer.cluster.name,
          at: ['telemetry'],
          values: {
            name: objectName(name, 'telemetry'),
            namespace: consumer.namespace,
            tracing: tracing(wanted),
            accessLogging: accessLogging(wanted, consumer),
            metrics: metrics(wanted),
          },
        }))
      : [],
});

const tracing = ({ tracing: wanted }: Telemetry): JsonObject[] | undefined =>
  wanted && [
    {
      providers: [{ name: wanted.provider }],
      randomSamplingPercentage: wanted.sampling,
      ...(Object.keys(wanted.tags).length > 0 && {
        customTags: mapValues(wanted.tags, (value) => ({ literal: { value } })),
      }),
    },
  ];

/** Istio's own log, which the MeshConfig turns on for a mesh. */
const meshLog = 'envoy';

/** An entry replaces the mesh's log for the namespace, so the mesh's log stands beside ours. */
function accessLogging({ accessLog }: Telemetry, { hosts }: ConsumerNamespace): JsonObject[] | undefined {
  if (accessLog === undefined) return undefined;
  const all = { providers: [{ name: meshLog }] };
  if (accessLog.provider === meshLog) return [all];
  const crossing = hosts.map(crosses).join(' || ');
  return [
    all,
    { providers: [{ name: accessLog.provider }], match: { mode: 'CLIENT' }, filter: { expression: crossing } },
  ];
}

/** Of a host that also has pods beside the caller, a call has crossed when its last try went to the port of a gateway. */
function crosses({ host, gatewayPorts }: ConsumedHost): string {
  const isHost = `xds.cluster_name.endsWith('|${host}')`;
  return gatewayPorts ? `(${isHost} && upstream.port in [${gatewayPorts.join(', ')}])` : isHost;
}

const metrics = ({ metrics: wanted }: Telemetry): JsonObject[] | undefined =>
  wanted && [
    {
      providers: [{ name: wanted.provider }],
      overrides: [
        {
          match: { metric: 'ALL_METRICS', mode: 'CLIENT' },
          // A tag's value is an expression: the spec's alphabet has no quote, so this is always a text.
          tagOverrides: mapValues(wanted.tags, (value) => ({ operation: 'UPSERT', value: `'${value}'` })),
        },
      ],
    },
  ];

const mapValues = (record: Readonly<Record<string, string>>, of: (value: string) => JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, of(value)]));
