import type { Catalogue } from '../../objects/catalogue.ts';
import type { Server } from '../../objects/gateways.ts';
import { isSubset } from '../../objects/label-index.ts';
import type { Service } from '../../objects/services.ts';
import { defineClusterCheck } from './object-check.ts';

/** Who calls a gateway calls its Service: a port that this one does not have can't be reached from outside. */
export const gatewayPortsAreServed = defineClusterCheck({
  codes: ['AXC2194'],
  analyzers: { AXC2194: 'IST0162' },
  *find(catalogue) {
    for (const server of catalogue.servers.all) {
      const { on, field, port } = server;
      const services = servicesOf(catalogue, server);
      const ports = services.flatMap((service) => service.ports);
      // The number of a named target is that of a container, which another file may give it.
      const isServed = ports.some(({ number, target }) => number === port || target === port || target === undefined);
      if (port === undefined || ports.length === 0 || isServed) continue;
      const names = services.map((service) => `${service.namespace}/${service.on.name}`).join(', ');
      yield {
        code: 'AXC2194',
        message: `the Service of the gateway's pods (${names}) has no port ${port}: nobody outside reaches this server`,
        hint: `add the port ${port} to the Service`,
        on,
        field: field.at('port', 'number').path,
      };
    }
  },
});

/** The Services of the pods that serve it, as far as both are in the files. */
function servicesOf({ workloads, servicesIn }: Catalogue, { labels }: Server): Service[] {
  const services = workloads
    .with(labels)
    .flatMap((pod) =>
      servicesIn(pod.namespace).filter(({ selector }) => selector.size > 0 && isSubset(selector, pod.labels)),
    );
  return [...new Set(services)];
}
