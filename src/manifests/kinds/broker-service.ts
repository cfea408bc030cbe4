import * as z from 'zod';
import { defineKind } from '../kind.ts';
import { labels, trees } from './values.ts';

export const brokerService = defineKind({
  summary: 'The Service of one broker',
  template: 'core/service.yaml',
  plural: 'services',
  // Which pods it leads to, and on which port, is a way in: their policies come first.
  stage: 'listen',
  values: z.strictObject({ name: z.string(), namespace: z.string(), selector: labels, ports: trees }),
  instances: ({ exports }) =>
    exports.flatMap(({ cluster, name, namespace, broker, at }) =>
      broker === undefined
        ? []
        : [
            {
              cluster: cluster.name,
              at,
              values: {
                name,
                namespace,
                selector: broker.selector,
                ports: broker.ports.map((port) => ({
                  name: port.name,
                  protocol: 'TCP',
                  port: port.number,
                  targetPort: port.targetPort,
                })),
              },
            },
          ],
    ),
});
