import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import { defineKind } from '../kind.ts';
import type { KubeObject } from '../manifest.ts';
import { exportToOf, objectsOf, specOf, unionOf, withSpec } from '../transition.ts';
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
  transition: { late: 'tighten', union },
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

/**
 * The pinned identities of both, and the ports that only `before` has: its host has them until `unpublish`. The SNI of a port is one
 * text and has no union.
 */
function union(before: KubeObject, after: KubeObject): KubeObject {
  const [old, now] = [policyOf(before), policyOf(after)];
  const ports = objectsOf(now.portLevelSettings).map((one) => bothIdentities(portPolicyOf(old, one.port) ?? old, one));
  const portLevelSettings = unionOf(old.portLevelSettings, ports, portOf);
  return withSpec(after, {
    exportTo: exportToOf(before, after),
    trafficPolicy: { ...bothIdentities(old, now), portLevelSettings },
  });
}

const portOf = (settings: Json): Json => (isJsonObject(settings) ? (settings.port ?? null) : settings);

function policyOf(object: KubeObject): JsonObject {
  const { trafficPolicy } = specOf(object);
  return isJsonObject(trafficPolicy) ? trafficPolicy : {};
}

const portPolicyOf = (policy: JsonObject, port: unknown): JsonObject | undefined =>
  objectsOf(policy.portLevelSettings).find((one) => isDeepStrictEqual(one.port, port));

function bothIdentities(before: JsonObject, after: JsonObject): JsonObject {
  if (!isJsonObject(after.tls) || !isJsonObject(before.tls)) return after;
  const subjectAltNames = unionOf(before.tls.subjectAltNames, after.tls.subjectAltNames);
  return { ...after, tls: { ...after.tls, ...(subjectAltNames.length > 0 && { subjectAltNames }) } };
}
