import { isJsonObject } from '../../json.ts';
import type { Field } from '../../objects/field.ts';
import { kinds } from '../../objects/kind-names.ts';
import type { Located } from '../../objects/located.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** A patch is applied where its operation means something, and a filter calls only clusters that Envoy has. */
export const envoyFiltersTakeHold = defineClusterCheck({
  codes: ['AXC2183', 'AXC2184', 'AXC2185'],
  analyzers: { AXC2184: 'IST0151' },
  *find(catalogue) {
    const filters = catalogue.of(kinds.envoyFilter);
    const added = new Set(filters.flatMap(addedClusters));
    for (const filter of filters) {
      yield* operations(filter);
      yield* unknownClusters(filter, added);
    }
  },
});

function* operations({ on, spec }: Located): Generator<ObjectFinding> {
  const priority = spec.at('priority').number ?? 0;
  for (const patch of spec.at('configPatches').items) {
    const operation = patch.at('patch', 'operation');
    const target = patch.at('applyTo').text ?? '';
    if (isIgnored(operation.text, target)) {
      yield {
        code: 'AXC2183',
        severity: 'warning',
        message: `${operation.text} does nothing to ${target}: Istio ignores the patch`,
        hint: operation.text === 'REPLACE' ? 'use MERGE' : 'patch the VIRTUAL_HOST, or the filter',
        on,
        field: operation.path,
      };
    } else if (relative.has(operation.text ?? '') && priority === 0) {
      yield {
        code: 'AXC2184',
        severity: 'info',
        message: `${operation.text} needs its neighbour to be there already: without \`priority\`, that depends on which EnvoyFilter is older`,
        hint: 'set `priority`, or use INSERT_FIRST or ADD',
        on,
        field: operation.path,
      };
    }
  }
}

const relative = new Set(['INSERT_BEFORE', 'INSERT_AFTER', 'REMOVE', 'REPLACE']);

function isIgnored(operation: string | undefined, target: string): boolean {
  if (operation === 'REPLACE') return !['NETWORK_FILTER', 'HTTP_FILTER', 'VIRTUAL_HOST'].includes(target);
  return (operation === 'ADD' || operation === 'REMOVE') && ['ROUTE_CONFIGURATION', 'HTTP_ROUTE'].includes(target);
}

const addedClusters = ({ spec }: Located): string[] =>
  spec
    .at('configPatches')
    .items.filter((patch) => patch.at('applyTo').text === 'CLUSTER')
    .flatMap((patch) => patch.at('patch', 'value', 'name').text ?? []);

/** The names that Istio gives have bars in them; a name without is one that somebody has to add. */
function* unknownClusters({ on, spec }: Located, added: ReadonlySet<string>): Generator<ObjectFinding> {
  for (const patch of spec.at('configPatches').items) {
    for (const name of clusterNames(patch.at('patch', 'value'))) {
      const text = name.text ?? '';
      if (text === '' || text.includes('|') || added.has(text) || builtIn.has(text)) continue;
      yield {
        code: 'AXC2185',
        severity: 'info',
        message: `no EnvoyFilter here adds a cluster "${text}", and Istio has none of that name: the filter calls nobody`,
        hint: 'write "outbound|<port>||<service>.<namespace>.svc.cluster.local", or add the cluster by a patch of CLUSTER',
        on,
        field: name.path,
      };
    }
  }
}

const builtIn = new Set([
  ...['BlackHoleCluster', 'PassthroughCluster', 'InboundPassthroughCluster', 'InboundPassthroughClusterIpv4'],
  ...['InboundPassthroughClusterIpv6', 'xds-grpc', 'sds-grpc', 'agent', 'prometheus_stats', 'zipkin'],
]);

function clusterNames(field: Field): Field[] {
  if (Array.isArray(field.value)) return field.items.flatMap(clusterNames);
  if (!isJsonObject(field.value)) return [];
  return field.entries.flatMap(([key, value]) =>
    (key === 'cluster_name' || key === 'clusterName') && value.text !== undefined ? [value] : clusterNames(value),
  );
}
