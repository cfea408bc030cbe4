import type { Catalogue } from '../../objects/catalogue.ts';
import { kinds } from '../../objects/kind-names.ts';
import type { Located } from '../../objects/located.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** Metrics keep the labels that tell who called whom, and data goes to a provider that there is. */
export const telemetrySaysSomething = defineClusterCheck({
  codes: ['AXC2181', 'AXC2182'],
  *find(catalogue) {
    for (const telemetry of catalogue.of(kinds.telemetry)) {
      yield* standardLabels(telemetry);
      yield* unknownProviders(catalogue, telemetry);
    }
  },
});

function* standardLabels({ on, spec }: Located): Generator<ObjectFinding> {
  const overrides = spec.at('metrics').items.flatMap((metrics) => metrics.at('overrides').items);
  for (const [label, override] of overrides.flatMap((one) => one.at('tagOverrides').entries)) {
    if (!/^(source|destination)_/.test(label) || !standard.has(label) || override.at('operation').text === 'REMOVE')
      continue;
    yield {
      code: 'AXC2181',
      severity: 'warning',
      message: `Istio fills "${label}" itself, from what it knows about the other side${/headers/.test(override.at('value').text ?? '') ? '; now any caller can write something else there' : ''}`,
      hint: 'use a label of your own',
      on,
      field: override.path,
      mark: 'key',
    };
  }
}

const sides = [
  'workload',
  'workload_namespace',
  'principal',
  'app',
  'version',
  'canonical_service',
  'canonical_revision',
  'cluster',
];
const standard = new Set([
  ...sides.flatMap((name) => [`source_${name}`, `destination_${name}`]),
  ...['destination_service', 'destination_service_name', 'destination_service_namespace'],
]);

/** Not even istiod's log says that a provider is unknown. */
function* unknownProviders({ mesh }: Catalogue, { on, spec }: Located): Generator<ObjectFinding> {
  if (!mesh?.isComplete) return;
  const known = new Set([...mesh.providers, 'prometheus', 'stackdriver', 'envoy']);
  const parts = ['tracing', 'metrics', 'accessLogging'].flatMap((name) => spec.at(name).items);
  for (const name of parts.flatMap((part) => part.at('providers').items.map((provider) => provider.at('name')))) {
    if (name.text === undefined || known.has(name.text)) continue;
    yield {
      code: 'AXC2182',
      message: `the MeshConfig has no provider "${name.text}": Istio ignores it, and says so nowhere`,
      hint: `add it to \`extensionProviders\` of the MeshConfig, or use one of ${[...known].join(', ')}`,
      on,
      field: name.path,
    };
  }
}
