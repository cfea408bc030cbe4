import { grouped } from '../../objects/catalogue.ts';
import { offers, type Server } from '../../objects/gateways.ts';
import { kinds } from '../../objects/kind-names.ts';
import type { Located } from '../../objects/located.ts';
import { gatewayKey, type VirtualService } from '../../objects/virtual-services.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** A gateway hands a VirtualService only the requests for hosts that its own servers have. */
export const virtualServicesFitTheirGateways = defineClusterCheck({
  codes: ['AXC2131', 'AXC2132', 'AXC2133'],
  analyzers: { AXC2131: 'IST0132', AXC2132: 'IST0101' },
  *find(catalogue) {
    const servers = grouped(catalogue.servers.all, ({ on, namespace }) => `${namespace}/${on.name}`);
    const byName = grouped(catalogue.of(kinds.gateway), ({ on }) => on.name);
    for (const virtualService of catalogue.virtualServices) {
      yield* unknownHosts(virtualService, servers);
      yield* gatewaysElsewhere(virtualService, byName);
      yield* sourceLabels(virtualService);
    }
  },
});

function* unknownHosts(
  { on, spec, namespace, gateways, isForMesh }: VirtualService,
  servers: ReadonlyMap<string, readonly Server[]>,
): Generator<ObjectFinding> {
  const known = gateways.map(({ text }) => servers.get(gatewayKey(text ?? '', namespace)));
  if (isForMesh || known.length === 0 || known.some((found) => !found)) return;
  const offered = known.flatMap((found) => found ?? []);
  for (const field of spec.at('hosts').items) {
    const host = field.text;
    if (host === undefined || offered.some((server) => offers(server, host, namespace))) continue;
    yield {
      code: 'AXC2131',
      message: `no server of ${gateways.map(({ text }) => `"${text}"`).join(', ')} has the host "${host}" for this namespace: no request arrives here`,
      hint: 'add the host to the Gateway, or correct it here',
      on,
      field: field.path,
    };
  }
}

function* gatewaysElsewhere(
  { on, namespace, gateways }: VirtualService,
  byName: ReadonlyMap<string, readonly Located[]>,
): Generator<ObjectFinding> {
  for (const field of gateways) {
    const name = field.text ?? '';
    const others = byName.get(name) ?? [];
    if (name.includes('/') || namespace === '' || others.length === 0) continue;
    if (others.some((one) => one.namespace === namespace || one.namespace === '')) continue;
    yield {
      code: 'AXC2132',
      message: `"${name}" means the Gateway ${namespace}/${name}; these files have it in ${others[0]?.namespace} only`,
      hint: `write "${others[0]?.namespace}/${name}"`,
      on,
      field: field.path,
    };
  }
}

/** They are compared with the labels of the proxy that asks: at a gateway, with those of the gateway. */
function* sourceLabels({ on, spec, gateways, isForMesh }: VirtualService): Generator<ObjectFinding> {
  if (isForMesh || gateways.length === 0) return;
  for (const match of [...spec.at('http').items, ...spec.at('tls').items, ...spec.at('tcp').items].flatMap(
    (route) => route.at('match').items,
  )) {
    if (match.at('sourceLabels').entries.length === 0) continue;
    yield {
      code: 'AXC2133',
      severity: 'warning',
      message: "`sourceLabels` are compared with the gateway's own labels here, not with those of the caller",
      hint: 'remove them, or bind the VirtualService to `mesh`, where callers are known',
      on,
      field: match.at('sourceLabels').path,
      mark: 'key',
    };
  }
}
