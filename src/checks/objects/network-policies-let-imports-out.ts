import { type Catalogue, grouped } from '../../objects/catalogue.ts';
import { type Entry, endpointPort } from '../../objects/entries.ts';
import { Field } from '../../objects/field.ts';
import { kinds } from '../../objects/kind-names.ts';
import { exportedTo, type Located, nameOf } from '../../objects/located.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** NetworkPolicies see the connection of the sidecar: the address and the port of the gateway, not the service that is called. */
export const networkPoliciesLetImportsOut = defineClusterCheck({
  codes: ['AXC2178', 'AXC2179'],
  *find(catalogue) {
    const policies = catalogue.of(kinds.networkPolicy);
    yield* closedPorts(catalogue, policies);
    const named = new Set(
      catalogue.of(kinds.namespace).map(({ on }) => new Field(on.object).at('metadata', 'labels', 'name').text),
    );
    for (const policy of policies) yield* nameLabels(policy, named);
  },
});

function* closedPorts({ entries }: Catalogue, policies: readonly Located[]): Generator<ObjectFinding> {
  const limiting = grouped(policies.filter(limitsEgress), ({ namespace }) => namespace);
  if (limiting.size === 0) return;
  const calls = entries.flatMap((entry) =>
    (exportedTo(entry) ?? []).flatMap((namespace) => portsCalled(entry).map((port) => ({ namespace, entry, port }))),
  );
  const told = new Set<string>();
  for (const { namespace, entry, port } of calls) {
    const [first, ...others] = limiting.get(namespace) ?? [];
    const key = `${namespace}:${port}`;
    if (!first || told.has(key) || [first, ...others].some((policy) => lets(policy, port))) continue;
    told.add(key);
    yield {
      code: 'AXC2178',
      message: `calls to "${entry.hosts[0]}" (${nameOf(entry)}) leave ${namespace} on port ${port}, and no NetworkPolicy there lets them out`,
      hint: `add an egress rule for port ${port}`,
      on: first.on,
      field: first.spec.at('egress').path,
      mark: 'key',
    };
  }
}

const limitsEgress = ({ spec }: Located): boolean =>
  spec.at('policyTypes').texts.includes('Egress') && spec.at('podSelector').entries.length === 0;

function lets({ spec }: Located, port: number): boolean {
  return spec.at('egress').items.some((rule) => {
    const ports = rule.at('ports').items;
    return (
      ports.length === 0 ||
      ports.some((one) => {
        const from = one.at('port').number;
        return from === undefined || (from <= port && port <= (one.at('endPort').number ?? from));
      })
    );
  });
}

const portsCalled = ({ endpoints, ports }: Entry): number[] => [
  ...new Set(endpoints.flatMap((endpoint) => ports.flatMap((port) => endpointPort(endpoint, port) ?? []))),
];

/** Kubernetes labels a namespace with `kubernetes.io/metadata.name`, and with nothing else. */
function* nameLabels({ on, spec }: Located, named: ReadonlySet<string | undefined>): Generator<ObjectFinding> {
  const peers = ['ingress', 'egress'].flatMap((side) =>
    spec.at(side).items.flatMap((rule) => [...rule.at('from').items, ...rule.at('to').items]),
  );
  for (const peer of peers) {
    const label = peer.at('namespaceSelector', 'matchLabels', 'name');
    if (label.text === undefined || named.has(label.text)) continue;
    yield {
      code: 'AXC2179',
      severity: 'warning',
      message: `no Namespace has the label \`name\` by itself: unless somebody set it on ${label.text}, this matches no namespace`,
      hint: `write \`kubernetes.io/metadata.name: ${label.text}\``,
      on,
      field: label.path,
      mark: 'key',
    };
  }
}
