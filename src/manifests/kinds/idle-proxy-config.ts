import * as z from 'zod';
import { objectName } from '../../model/names.ts';
import { defineKind } from '../kind.ts';
import { labels, tree } from './values.ts';

/** The inbound side has no field for it: only this variable of the proxy (istio/istio#60009). */
export const idleProxyConfig = defineKind({
  summary: 'How long connections to a workload may be idle',
  template: 'istio/proxy-config.yaml',
  plural: 'proxyconfigs',
  stage: 'ground',
  values: z.strictObject({
    name: z.string(),
    namespace: z.string(),
    selector: tree.optional(),
    environmentVariables: labels,
  }),
  instances: ({ name, workloads }) =>
    workloads.flatMap((workload) =>
      workload.idleTimeout === undefined
        ? []
        : [
            {
              cluster: workload.cluster.name,
              at: workload.at,
              values: {
                name: objectName(name, workload.name, 'idle'),
                namespace: workload.namespace,
                selector: { matchLabels: workload.labels },
                environmentVariables: { ISTIO_META_IDLE_TIMEOUT: workload.idleTimeout },
              },
            },
          ],
    ),
});
