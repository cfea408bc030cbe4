import * as z from 'zod';
import type { JsonObject } from '../../json.ts';
import type { Gateway } from '../../model/federation.ts';
import { nameBySelector, objectName } from '../../model/names.ts';
import { usualGateway } from '../../spec/schema.ts';
import { defineKind } from '../kind.ts';
import { specOf, unionOf, withSpec } from '../transition.ts';
import { labels, trees } from './values.ts';

export const networkPolicy = defineKind({
  summary: "Who reaches the gateway's port",
  template: 'networking/network-policy.yaml',
  plural: 'networkpolicies',
  stage: 'guard',
  transition: {
    late: 'tighten',
    restricts: true,
    union: (before, after) => withSpec(after, { ingress: unionOf(specOf(before).ingress, specOf(after).ingress) }),
  },
  values: z.strictObject({ name: z.string(), namespace: z.string(), selector: labels, ingress: trees }),
  instances: ({ name, clusters }) =>
    clusters.flatMap(({ name: cluster, gateway, at }) =>
      gateway?.allowFrom === undefined
        ? []
        : [
            {
              cluster,
              at: [...at, 'gateway', 'allowFrom'],
              values: {
                name: nameBySelector(objectName(name, 'eastwest'), gateway.selector, usualGateway),
                namespace: gateway.namespace,
                selector: gateway.selector,
                ingress: ingress(gateway, gateway.allowFrom),
              },
            },
          ],
    ),
});

/** A policy that selects a pod closes every port of it that it doesn't name, so all others are named. */
const ingress = ({ targetPort: port }: Gateway, ranges: readonly string[]): JsonObject[] => [
  { from: ranges.map((cidr) => ({ ipBlock: { cidr } })), ports: [{ protocol: 'TCP', port }] },
  {
    ports: [
      ...(port > 1 ? [portRange('TCP', 1, port - 1)] : []),
      ...(port < 65535 ? [portRange('TCP', port + 1, 65535)] : []),
      portRange('UDP', 1, 65535),
      portRange('SCTP', 1, 65535),
    ],
  },
];

const portRange = (protocol: string, port: number, endPort: number): JsonObject => ({ protocol, port, endPort });
