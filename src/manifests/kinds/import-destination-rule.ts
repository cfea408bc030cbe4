import { defineKind } from '../kind.ts';
import { destinationRule } from './destination-rule.ts';
import { importPolicy } from './traffic-policy.ts';

/**
 * Where the names of both sides meet: the caller dials the federated host, the SNI is the one that the provider's gateway
 * knows, and the server must show one of the pinned identities.
 */
export const importDestinationRule = defineKind({
  summary: 'How callers connect to a federated host',
  ...destinationRule,
  stage: 'pin',
  instances: ({ imports }) =>
    imports.flatMap(({ cluster, name, namespace, host, exportTo, ports, destination, at }) =>
      destination === undefined
        ? []
        : [
            {
              cluster: cluster.name,
              at,
              values: { name, namespace, host, exportTo, trafficPolicy: importPolicy(ports, destination) },
            },
          ],
    ),
});
