import { eachCluster } from './live-check.ts';

/** Telemetry that names a provider which the mesh does not have is ignored without a word. */
export const telemetryProvidersExist = eachCluster({
  title: 'telemetry providers',
  codes: ['AXC4021'],
  when: ({ prerequisites, site }) =>
    prerequisites.some(({ cluster, what }) => cluster === site.cluster && isTelemetry(what)),
  *find({ prerequisites, site: { cluster } }) {
    for (const { cluster: where, what, value, state, found = '', meshConfig } of prerequisites) {
      if (where !== cluster || !isTelemetry(what)) continue;
      if (state === 'unknown') yield { unread: found };
      if (state !== 'missing') continue;
      yield {
        code: 'AXC4021',
        message:
          what === 'tracing'
            ? `tracing is off in the mesh of ${cluster}: no Telemetry turns it on`
            : `the mesh of ${cluster} has no telemetry provider "${value}"; it has: ${found}`,
        hint: `Add to its MeshConfig: ${JSON.stringify(meshConfig)}`,
        at: ['telemetry'],
      };
    }
  },
});

const isTelemetry = (what: string): boolean => what === 'extensionProvider' || what === 'tracing';
