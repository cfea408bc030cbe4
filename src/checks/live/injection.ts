import { isUnread, type WithLive } from './live-check.ts';

/**
 * How the pods of a Namespace get sidecars, as somebody types it. A label for a revision and `istio-injection` rule each other out, and
 * without a default revision only the former does anything. https://istio.io/latest/docs/setup/upgrade/canary/#control-plane
 */
export function waysToSidecars(
  namespace: string,
  { context, mesh, namespaces }: Pick<WithLive['live'], 'context' | 'mesh' | 'namespaces'>,
): string {
  const kubectl = `kubectl --context ${context}`;
  const labels = namespaces.items.find(({ name }) => name === namespace)?.labels ?? {};
  const restart = `\`${kubectl} -n ${namespace} rollout restart deployment\``;
  if (hasInjection(labels)) {
    return `The Namespace has its label: pods that are older than it get their sidecar by ${restart}. One that has none afterwards says so itself (label or annotation \`sidecar.istio.io/inject: "false"\`, \`hostNetwork\`).`;
  }
  const off = isAmbient(labels) ? ['istio.io/dataplane-mode-'] : [];
  const label = [...off, labelFor(isUnread(mesh) ? [] : mesh.revisions.map(({ configMap }) => configMap))].join(' ');
  return `\`${kubectl} label --overwrite namespace ${namespace} ${label}\`, then ${restart}`;
}

export const isAmbient = (labels: Readonly<Record<string, string>>): boolean =>
  labels['istio.io/dataplane-mode'] === 'ambient';

export const hasInjection = (labels: Readonly<Record<string, string>>): boolean =>
  labels['istio-injection'] === 'enabled' || (!('istio-injection' in labels) && labels['istio.io/rev'] !== undefined);

/** The ConfigMap of a revision is `istio-<revision>`, that of the default one `istio`. */
function labelFor(configMaps: readonly string[]): string {
  const [first] = configMaps;
  return first === undefined || configMaps.includes('istio')
    ? 'istio-injection=enabled'
    : `istio.io/rev=${first.slice('istio-'.length)}`;
}
