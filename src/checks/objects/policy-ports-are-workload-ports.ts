import type { Catalogue } from '../../objects/catalogue.ts';
import { Field } from '../../objects/field.ts';
import { kinds } from '../../objects/kind-names.ts';
import { type Located, nameOf } from '../../objects/located.ts';
import type { Service } from '../../objects/services.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** Policies are applied where the traffic arrives: on the port of the container, whatever port of the Service was called. */
export const policyPortsAreWorkloadPorts = defineClusterCheck({
  codes: ['AXC2171'],
  *find(catalogue) {
    for (const policy of catalogue.policies) {
      if (policy.isAttached) continue;
      const ports = policy.rules.flatMap(({ operations }) =>
        operations.flatMap((operation) => [...operation.at('ports').items, ...operation.at('notPorts').items]),
      );
      yield* servicePorts(catalogue, policy, policy.selector, ports);
    }
    for (const policy of catalogue.of(kinds.peerAuthentication)) {
      const ports = policy.spec.at('portLevelMtls').entries.map(([port, { path }]) => new Field(port, path));
      yield* servicePorts(catalogue, policy, policy.spec.at('selector', 'matchLabels').labels, ports);
    }
  },
});

function* servicePorts(
  catalogue: Catalogue,
  { on, namespace }: Located,
  selector: ReadonlyMap<string, string>,
  ports: readonly Field[],
): Generator<ObjectFinding> {
  if (ports.length === 0 || selector.size === 0) return;
  const { servicesBySelector, workloads } = catalogue;
  const services = [...servicesBySelector.with(selector), ...servicesBySelector.within(selector)].filter(
    (service) => service.namespace === namespace,
  );
  const pods = workloads.with(selector).filter((pod) => pod.namespace === namespace);
  for (const field of ports) {
    const port = Number(field.value);
    const target = targetInstead(services, port);
    if (!target || pods.some(({ containerPorts }) => containerPorts.has(port))) continue;
    yield {
      code: 'AXC2171',
      message: `${port} is the port of ${nameOf(target.service)}; the pods get the traffic on ${target.port}, and policies are applied there: this matches nothing`,
      hint: `write ${target.port}`,
      on,
      field: field.path,
      ...(on.kind === 'PeerAuthentication' && { mark: 'key' }),
    };
  }
}

/** The target of a Service's port, where no port of any Service is delivered to that number itself. */
function targetInstead(services: readonly Service[], port: number): { service: Service; port: number } | undefined {
  const all = services.flatMap((service) => service.ports.map((one) => ({ service, one })));
  if (all.some(({ one }) => one.target === port || one.target === undefined)) return undefined;
  const found = all.find(({ one }) => one.number === port);
  return found?.one.target === undefined ? undefined : { service: found.service, port: found.one.target };
}
