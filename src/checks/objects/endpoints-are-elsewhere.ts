import { namesOf, providersIn } from '../../objects/calls.ts';
import type { Catalogue } from '../../objects/catalogue.ts';
import { endpointPort, passthroughPort } from '../../objects/entries.ts';
import { Field } from '../../objects/field.ts';
import { defineObjectCheck } from './object-check.ts';

/** A cluster that imports from its own gateway calls itself, in a circle at worst. */
export const endpointsAreElsewhere = defineObjectCheck({
  codes: ['AXC3006'],
  *find(set) {
    const clusters = providersIn(set);
    for (const { name, catalogue } of clusters.length > 1 ? clusters : []) {
      const own = addressesOf(catalogue);
      const ports = new Set([...catalogue.exposed.values()].flat().map(({ server }) => server.port));
      for (const { on, endpoints, ports: called, hosts } of catalogue.entries) {
        for (const endpoint of endpoints) {
          const address = endpoint.at('address').text ?? '';
          const numbers = called.map((port) => endpointPort(endpoint, port));
          const isGateway = numbers.some((port) => port === passthroughPort || ports.has(port));
          const isOwn = own.has(address) || (isGateway && namesOf(endpoint).includes(name));
          if (!isOwn && !isNamedAfter(address, name)) continue;
          yield {
            code: 'AXC3006',
            severity: isOwn ? 'error' : 'warning',
            message: `"${address}" ${isOwn ? 'is' : 'looks like'} the gateway of ${name} itself: calls to "${hosts[0]}" come back to where they started`,
            hint: 'list the gateways of the other clusters only: each cluster needs its own version of this object',
            on,
            field: endpoint.at('address').path,
          };
        }
      }
    }
  },
});

function addressesOf({ services }: Catalogue): Set<string> {
  return new Set(
    services.flatMap(({ on, spec }) => [
      ...spec.at('externalIPs').texts,
      ...(spec.at('loadBalancerIP').text ?? '').split(' '),
      ...new Field(on.object)
        .at('status', 'loadBalancer', 'ingress')
        .items.flatMap((one) => [one.at('ip').text ?? '', one.at('hostname').text ?? '']),
    ]),
  );
}

/** "cluster-a-gateway.example.net", "gateway.cluster-a.example.net". */
const isNamedAfter = (address: string, cluster: string): boolean =>
  address.split('.').some((part) => part === cluster || part.startsWith(`${cluster}-`) || part.endsWith(`-${cluster}`));
