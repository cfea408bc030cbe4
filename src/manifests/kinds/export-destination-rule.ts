import type { Export, Port } from '../../model/federation.ts';
import { objectName } from '../../model/names.ts';
import { isHttp } from '../../model/ports.ts';
import { milliseconds } from '../../spec/names.ts';
import { defineKind } from '../kind.ts';
import { destinationRule } from './destination-rule.ts';
import { connectionPool } from './traffic-policy.ts';

/**
 * At the gateway a connection is bytes: without a rule of ours it ends after an idle hour. Only the gateway sees the rule,
 * so that local callers keep what they have.
 */
export const exportDestinationRule = defineKind({
  summary: 'How the gateway connects to an exported TCP service',
  ...destinationRule,
  stage: 'listen',
  instances: ({ name, exports }) =>
    exports.flatMap((one) => {
      const port = longestLived(one);
      if (port === undefined) return [];
      return [
        {
          cluster: one.cluster.name,
          at: one.at,
          values: {
            // A broker's Service begins with the federation already.
            name: one.broker ? objectName(one.name, 'export') : objectName(name, one.name, 'export'),
            namespace: one.namespace,
            host: one.fqdn,
            exportTo: [one.gateway.namespace],
            trafficPolicy: {
              tls: { mode: 'ISTIO_MUTUAL' },
              connectionPool: connectionPool(forAllCallers(port)),
            },
          },
        },
      ];
    }),
});

const longestLived = ({ ports }: Export): Port | undefined =>
  ports.filter((port) => !isHttp(port)).sort((a, b) => idle(b) - idle(a))[0];

const idle = ({ connection }: Port): number => milliseconds(connection.idleTimeout ?? '0s');

/** The limit of one client's pod is no limit for all clients together. */
const forAllCallers = (port: Port): Port => ({
  ...port,
  connection: { ...port.connection, maxConnections: undefined },
});
