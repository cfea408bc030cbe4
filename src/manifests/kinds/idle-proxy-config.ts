import { objectName } from '../../model/names.ts';
import { defineKind } from '../kind.ts';
import { proxyConfig } from './proxy-config.ts';

/** The inbound side has no field for it: only this variable of the proxy (istio/istio#60009). */
export const idleProxyConfig = defineKind({
  summary: 'How long connections to a workload may be idle',
  ...proxyConfig,
  stage: 'ground',
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
