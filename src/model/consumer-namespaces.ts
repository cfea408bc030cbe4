import type { ConsumedHost, ConsumerNamespace, Import } from './federation.ts';

/** The namespaces that call across clusters, with the hosts that each sees: DNS and telemetry are set up per namespace. */
export function resolveConsumerNamespaces(imports: readonly Import[]): ConsumerNamespace[] {
  const found = new Map<string, ConsumerNamespace & { hosts: ConsumedHost[] }>();
  for (const one of imports) {
    const { cluster, exportTo, at } = one;
    for (const namespace of exportTo) {
      const key = `${cluster.name}/${namespace}`;
      const before = found.get(key);
      if (before) before.hosts.push(consumedHost(one));
      else found.set(key, { cluster, namespace, hosts: [consumedHost(one)], at });
    }
  }
  return [...found.values()];
}

function consumedHost({ host, entries }: Import): ConsumedHost {
  const hasOwnPods = entries.some(({ workloadSelector }) => workloadSelector !== undefined);
  const ports = entries.flatMap(({ endpoints }) => endpoints.map(({ gatewayPort }) => gatewayPort));
  return { host, gatewayPorts: hasOwnPods ? [...new Set(ports)] : undefined };
}
