import type { ConsumerNamespace, Import } from './federation.ts';

/** The namespaces that call across clusters, with the hosts that each sees: DNS and telemetry are set up per namespace. */
export function resolveConsumerNamespaces(imports: readonly Import[]): ConsumerNamespace[] {
  const found = new Map<string, ConsumerNamespace & { hosts: string[] }>();
  for (const { cluster, exportTo, host, at } of imports) {
    for (const namespace of exportTo) {
      const key = `${cluster.name}/${namespace}`;
      const before = found.get(key);
      if (before) before.hosts.push(host);
      else found.set(key, { cluster, namespace, hosts: [host], at });
    }
  }
  return [...found.values()];
}
