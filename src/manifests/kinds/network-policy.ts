import * as z from 'zod';
import type { JsonObject } from '../../json.ts';
import type { Gateway } from '../../model/federation.ts';
import { nameBySelector, objectName } from '../../model/names.ts';
import { usualGateway } from '../../spec/schema.ts';
import { defineKind } from '../kind.ts';
import type { KubeObject } from '../manifest.ts';
import { objectsOf, specOf, unionOf, withSpec } from '../transition.ts';
import { labels, trees } from './values.ts';

export const networkPolicy = defineKind({
  summary: "Who reaches the gateway's port",
  template: 'networking/network-policy.yaml',
  plural: 'networkpolicies',
  stage: 'guard',
  transition: {
    late: 'tighten',
    restricts: true,
    union,
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

const everyPort = (): PortRange[] => [
  portRange('TCP', 1, 65535),
  portRange('UDP', 1, 65535),
  portRange('SCTP', 1, 65535),
];

/**
 * Whoever was let in, and whoever is to be. Open to everybody is what both leave open, and no more: rules add up, so that the old
 * one would open the new port, and the new one the port that the pods listen on as yet.
 */
function union(before: KubeObject, after: KubeObject): KubeObject {
  const [old, now] = [objectsOf(specOf(before).ingress), objectsOf(specOf(after).ingress)];
  const named = unionOf(old.filter(isOfSomebody), now.filter(isOfSomebody));
  const open = now.flatMap(openPorts).flatMap((one) => old.flatMap(openPorts).flatMap((other) => inBoth(one, other)));
  return withSpec(after, { ingress: [...named, ...(open.length > 0 ? [{ ports: open }] : [])] });
}

const isOfSomebody = ({ from }: JsonObject): boolean => from !== undefined;

/** A rule without ports is for all. https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/ */
function openPorts(rule: JsonObject): PortRange[] {
  if (isOfSomebody(rule)) return [];
  if (objectsOf(rule.ports).length === 0) return everyPort();
  return objectsOf(rule.ports).flatMap(({ protocol = 'TCP', port, endPort = port }) =>
    typeof protocol === 'string' && typeof port === 'number' && typeof endPort === 'number'
      ? [portRange(protocol, port, endPort)]
      : [],
  );
}

function inBoth(one: PortRange, other: PortRange): PortRange[] {
  const [first, last] = [Math.max(one.port, other.port), Math.min(one.endPort, other.endPort)];
  return one.protocol === other.protocol && first <= last ? [portRange(one.protocol, first, last)] : [];
}

type PortRange = { readonly protocol: string; readonly port: number; readonly endPort: number };

const portRange = (protocol: string, port: number, endPort: number): PortRange => ({ protocol, port, endPort });
