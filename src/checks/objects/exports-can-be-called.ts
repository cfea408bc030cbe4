import { type Catalogue, definitionsOf, type Rule } from '../../objects/catalogue.ts';
import type { Exposed } from '../../objects/gateways.ts';
import { isWildcard, patternsOf, serviceOf } from '../../objects/hosts.ts';
import { kinds } from '../../objects/kind-names.ts';
import { isExportedTo, nameOf } from '../../objects/located.ts';
import type { Service } from '../../objects/services.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** A passthrough gateway opens Services that it sees, and of these the endpoints that speak mesh TLS. */
export const exportsCanBeCalled = defineClusterCheck({
  codes: ['AXC2149', 'AXC2150', 'AXC2151'],
  *find(catalogue) {
    for (const offers of catalogue.exposed.values()) for (const offer of offers) yield* unseen(catalogue, offer);
    if (catalogue.exposed.size === 0) return;
    yield* rulesWithoutMeshTls(catalogue);
    yield* workloadsWithoutMeshTls(catalogue);
  },
});

function* unseen(catalogue: Catalogue, { host, field, server }: Exposed): Generator<ObjectFinding> {
  for (const definition of isWildcard(host) ? [] : definitionsOf(catalogue, host)) {
    const why =
      'endpoints' in definition
        ? definition.isExternal && 'is MESH_EXTERNAL'
        : (definition.isExternalName && 'is an ExternalName') ||
          (!isVisible(definition, server.namespace) && 'is exported to other namespaces only');
    if (!why) continue;
    yield {
      code: 'AXC2149',
      message: `the gateway does not open "${host}": ${nameOf(definition)} ${why}`,
      hint: 'a gateway opens what is part of the mesh, and visible in the namespace of its pods',
      on: server.on,
      field: field.path,
    };
  }
}

const isVisible = ({ exportTo, namespace }: Service, from: string): boolean =>
  exportTo.length === 0 ||
  exportTo.includes('*') ||
  exportTo.includes(from) ||
  (exportTo.includes('.') && namespace === from);

/** Endpoints whose rule says other TLS than the mesh's own are taken out of the gateway (`EndpointsWithMTLSFilter`). */
function* rulesWithoutMeshTls({ rules, exposed, rootNamespace }: Catalogue): Generator<ObjectFinding> {
  const hosts = new Map(
    [...exposed.values()].flat().flatMap((offer) => patternsOf(offer.host).map((host) => [host, offer])),
  );
  for (const rule of rules) {
    const mode = rule.spec.at('trafficPolicy', 'tls', 'mode');
    if (mode.text === undefined || mode.text === 'ISTIO_MUTUAL') continue;
    const wide = patternsOf(rule.host).flatMap((pattern) => (serviceOf(rule.host) ? (exposed.get(pattern) ?? []) : []));
    const offer = wide[0] ?? hosts.get(rule.host);
    if (!offer || !isSeen(rule, offer, rootNamespace)) continue;
    yield {
      code: 'AXC2150',
      message: `${nameOf(offer.server)} opens ${offer.host === rule.host ? 'this host' : `"${offer.host}"`} to other meshes, and leaves out every endpoint without mesh TLS: with \`mode: ${mode.text}\` callers get connection resets`,
      hint: 'write `mode: ISTIO_MUTUAL`, or leave `tls` out: then Istio uses mesh TLS by itself',
      on: rule.on,
      field: mode.path,
    };
  }
}

/** The gateway looks into its own namespace, that of the service, and the root namespace. */
const isSeen = (rule: Rule, { server, host }: Exposed, root: string): boolean =>
  isExportedTo(rule, server.namespace) &&
  [server.namespace, root, serviceOf(host)?.namespace ?? rule.namespace, serviceOf(rule.host)?.namespace].includes(
    rule.namespace,
  );

function* workloadsWithoutMeshTls({
  of,
  exposed,
  servicesBySelector,
  servicesIn,
}: Catalogue): Generator<ObjectFinding> {
  for (const { on, spec, namespace } of of(kinds.peerAuthentication)) {
    const mode = spec.at('mtls', 'mode');
    if (mode.text !== 'DISABLE') continue;
    const selector = spec.at('selector', 'matchLabels').labels;
    const services = selector.size > 0 ? servicesBySelector.with(selector) : servicesIn(namespace);
    const open = services.find(
      (service) =>
        service.namespace === namespace &&
        service.selector.size > 0 &&
        patternsOf(service.hosts[0]).some((host) => exposed.has(host)),
    );
    if (!open) continue;
    yield {
      code: 'AXC2151',
      message: `${nameOf(open)} is open to other meshes, and DISABLE takes mesh TLS from its pods: the gateway leaves them out, and callers get connection resets`,
      hint: 'write `mode: STRICT`',
      on,
      field: mode.path,
    };
  }
}
