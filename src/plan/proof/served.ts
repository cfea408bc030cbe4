import { brokerNumbers, brokerService } from '../../model/exports.ts';
import type { Federation, Provider, Service } from '../../model/federation.ts';
import { serviceFqdn } from '../../model/identity.ts';
import { objectName, workloadName } from '../../model/names.ts';

/** Which policies stand before the pods of a Kubernetes Service, as far as the spec says. */
export interface Served {
  /** Names of policies, by cluster and host name; undefined where the spec knows no such Service (any more). */
  policiesOf(cluster: string, fqdn: string): readonly string[] | undefined;
  /** The other way round. */
  fqdnsOf(cluster: string, namespace: string, policy: string): readonly string[];
}

export function servedBy({ name, services }: Federation): Served {
  const policies = new Map<string, string[]>();
  const fqdns = new Map<string, string[]>();
  for (const service of services) {
    for (const provider of service.providers) {
      const policy = objectName(name, workloadName(provider.workload));
      const cluster = provider.cluster.name;
      for (const fqdn of fqdnsOf(name, service, provider)) {
        add(policies, `${cluster} ${fqdn}`, policy);
        add(fqdns, `${cluster} ${provider.namespace}/${policy}`, fqdn);
      }
    }
  }
  return {
    policiesOf: (cluster, fqdn) => policies.get(`${cluster} ${fqdn}`),
    fqdnsOf: (cluster, namespace, policy) => fqdns.get(`${cluster} ${namespace}/${policy}`) ?? [],
  };
}

/** The names of a service behind the gateway of a provider. */
export const fqdnsOf = (federation: string, service: Service, { service: name, namespace }: Provider): string[] =>
  service.sharing.kind === 'brokers'
    ? brokerNumbers(service.sharing.count).map((n) => serviceFqdn(brokerService(federation, service, n), namespace))
    : [serviceFqdn(name, namespace)];

function add(map: Map<string, string[]>, key: string, value: string): void {
  const before = map.get(key);
  if (before === undefined) map.set(key, [value]);
  else if (!before.includes(value)) before.push(value);
}
