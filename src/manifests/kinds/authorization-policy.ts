import * as z from 'zod';
import type { JsonObject } from '../../json.ts';
import type { Rule } from '../../model/federation.ts';
import { objectName } from '../../model/names.ts';
import { defineKind } from '../kind.ts';
import { labels, trees } from './values.ts';

export const authorizationPolicy = defineKind({
  summary: 'Who may call a workload',
  template: 'istio/authorization-policy.yaml',
  plural: 'authorizationpolicies',
  stage: 'guard',
  values: z.strictObject({ name: z.string(), namespace: z.string(), selector: labels, rules: trees }),
  instances: ({ name, workloads }) =>
    workloads.map((workload) => ({
      cluster: workload.cluster.name,
      at: workload.at,
      values: {
        name: objectName(name, workload.name),
        namespace: workload.namespace,
        selector: workload.labels,
        rules: workload.rules.map(toRule),
      },
    })),
});

function toRule({ principals, notPrincipals, ports, notPorts, methods, paths }: Rule): JsonObject {
  const operation = {
    ...(ports && { ports: ports.map(String) }),
    ...(notPorts && { notPorts: notPorts.map(String) }),
    ...(methods && { methods }),
    ...(paths && { paths }),
  };
  const source = { ...(principals && { principals }), ...(notPrincipals && { notPrincipals }) };
  return {
    ...(Object.keys(source).length > 0 && { from: [{ source }] }),
    ...(Object.keys(operation).length > 0 && { to: [{ operation }] }),
  };
}
