import * as z from 'zod';
import { isJsonObject } from '../../json.ts';
import { objectName } from '../../model/names.ts';
import { defineKind } from '../kind.ts';
import { specOf, withSpec } from '../transition.ts';
import { labels, tree } from './values.ts';

export const peerAuthentication = defineKind({
  summary: 'mTLS on the exported ports of a workload',
  template: 'istio/peer-authentication.yaml',
  plural: 'peerauthentications',
  stage: 'guard',
  transition: {
    late: 'tighten',
    union: (before, after) => {
      const [old, now] = [specOf(before).portLevelMtls, specOf(after).portLevelMtls];
      return withSpec(after, { portLevelMtls: { ...(isJsonObject(old) && old), ...(isJsonObject(now) && now) } });
    },
  },
  values: z.strictObject({ name: z.string(), namespace: z.string(), selector: labels, portLevelMtls: tree }),
  instances: ({ name, workloads }) =>
    workloads.map((workload) => ({
      cluster: workload.cluster.name,
      at: workload.at,
      values: {
        name: objectName(name, workload.name),
        namespace: workload.namespace,
        selector: workload.labels,
        portLevelMtls: Object.fromEntries(workload.exportedPorts.map((port) => [String(port), { mode: 'STRICT' }])),
      },
    })),
});
