import { milliseconds } from '../spec/names.ts';
import type { Export, Port, Provider, Service } from './federation.ts';
import { serviceFqdn } from './identity.ts';
import { objectName } from './names.ts';

/**
 * What every gateway passes on: only what somebody in another cluster may call. Two services of the spec may stand for one
 * Service: its ports come together.
 */
export function resolveExports(federation: string, services: readonly Service[]): Export[] {
  const exports = new Map<string, Export>();
  for (const service of services) {
    for (const provider of service.providers.filter((one) => isCalledFromElsewhere(service, one))) {
      for (const one of exportsOf(federation, service, provider)) {
        const key = `${one.cluster.name}/${one.fqdn}`;
        const before = exports.get(key);
        exports.set(key, before ? { ...before, ports: mergePorts(before.ports, one.ports) } : one);
      }
    }
  }
  return [...exports.values()];
}

const isCalledFromElsewhere = ({ consumers }: Service, { cluster }: Provider): boolean =>
  consumers.some((consumer) => consumer.cluster !== cluster);

function exportsOf(federation: string, service: Service, provider: Provider): Export[] {
  if (service.sharing.kind !== 'brokers') return [toExport(service, provider, provider.service, undefined)];
  return brokerNumbers(service.sharing.count).map((n) =>
    toExport(service, provider, brokerService(federation, service, n), {
      selector: { ...provider.workload, 'statefulset.kubernetes.io/pod-name': `${provider.statefulSet}-${n}` },
      ports: service.ports,
    }),
  );
}

const toExport = (service: Service, provider: Provider, name: string, broker: Export['broker']): Export => ({
  cluster: provider.cluster,
  gateway: provider.gateway,
  namespace: provider.namespace,
  name,
  fqdn: serviceFqdn(name, provider.namespace),
  ports: service.ports,
  broker,
  at: provider.at,
});

export const brokerNumbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** The Service of one broker: its own name at the gateway, since a gateway knows no pods. */
export const brokerService = (federation: string, service: Service, n: number): string =>
  objectName(federation, service.name, n);

function mergePorts(a: readonly Port[], b: readonly Port[]): Port[] {
  const merged = new Map(a.map((port) => [port.number, port]));
  for (const port of b) {
    const before = merged.get(port.number);
    merged.set(port.number, before && longer(before, port) === before ? before : port);
  }
  return [...merged.values()];
}

const longer = (a: Port, b: Port): Port => (idle(a) >= idle(b) ? a : b);
const idle = ({ connection }: Port): number => milliseconds(connection.idleTimeout ?? '0s');
