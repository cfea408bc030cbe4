import { type Rule, rulesCovering } from '../../objects/catalogue.ts';
import { type Entry, endpointPort, passthroughPort } from '../../objects/entries.ts';
import type { Field } from '../../objects/field.ts';
import { nameOf } from '../../objects/located.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** A gateway that passes TLS through routes by the server name and the protocol of mesh TLS, and resets everything else. */
export const passthroughGatewaysGetMeshTls = defineClusterCheck({
  codes: ['AXC2111', 'AXC2112', 'AXC2113'],
  *find(catalogue) {
    const rules = new Map<string, readonly Rule[]>();
    const told = new Set<Rule>();
    for (const entry of catalogue.entries) {
      const [host = ''] = entry.hosts;
      const known =
        rules.get(host) ?? rulesCovering(catalogue, host).filter((rule) => tlsOf(rule).some(({ isSet }) => isSet));
      rules.set(host, known);
      yield* withoutMeshTls(entry, known);
      yield* meshTlsOutside(entry, known);
      const fresh = known.slice(0, shown).filter((rule) => !told.has(rule));
      yield* wrongTls(entry, fresh);
      if (leadsToMeshTls(entry)) for (const rule of fresh) told.add(rule);
    }
  },
});

/** Of many rules for one host, enough to see what is wrong. */
const shown = 20;

/** Only what is outside: within the mesh Istio starts mesh TLS by itself. */
function* withoutMeshTls(entry: Entry, rules: readonly Rule[]): Generator<ObjectFinding> {
  if (!entry.isExternal || rules.some((rule) => tlsOf(rule).some((tls) => tls.at('mode').isSet))) return;
  for (const endpoint of entry.endpoints) {
    const port = entry.ports.find((one) => endpointPort(endpoint, one) === passthroughPort);
    if (!port) continue;
    yield {
      code: 'AXC2111',
      severity: 'warning',
      message:
        port.protocol === 'tls'
          ? "the application's own TLS arrives at a port for mesh TLS: a gateway that passes TLS through does not know its server name, and resets it"
          : 'calls leave without TLS, to a port for mesh TLS: Istio starts TLS by itself for MESH_INTERNAL services only',
      hint: 'write `location: MESH_INTERNAL`, the protocol that the application speaks, and a DestinationRule with `tls: {mode: ISTIO_MUTUAL, sni: outbound_.<port>_._.<service>.<namespace>.svc.cluster.local}`',
      on: entry.on,
      field: endpoint.path,
    };
    return;
  }
}

function* wrongTls(entry: Entry, rules: readonly Rule[]): Generator<ObjectFinding> {
  if (!leadsToMeshTls(entry)) return;
  for (const rule of rules) {
    for (const tls of tlsOf(rule)) {
      const mode = tls.at('mode').text;
      if (mode === undefined || mode === 'ISTIO_MUTUAL') continue;
      yield {
        code: 'AXC2112',
        message: `"${entry.hosts[0]}" leads to a gateway that passes mesh TLS through (${nameOf(entry)}), and \`mode: ${mode}\` is none: the gateway resets every connection`,
        hint: 'write `mode: ISTIO_MUTUAL`, with `sni: outbound_.<port>_._.<service>.<namespace>.svc.cluster.local`',
        on: rule.on,
        field: tls.at('mode').path,
      };
    }
  }
}

const leadsToMeshTls = ({ endpoints, ports }: Entry): boolean =>
  endpoints.some(
    (endpoint) =>
      endpoint.at('labels', 'security.istio.io/tlsMode').text === 'istio' ||
      ports.some((port) => endpointPort(endpoint, port) === passthroughPort),
  );

function* meshTlsOutside(entry: Entry, rules: readonly Rule[]): Generator<ObjectFinding> {
  const rule = rules.find((one) => tlsOf(one).some((tls) => tls.at('mode').text === 'ISTIO_MUTUAL'));
  if (!entry.isExternal || !rule) return;
  yield {
    code: 'AXC2113',
    severity: 'warning',
    message: `the other side speaks mesh TLS (${nameOf(rule)}), and MESH_EXTERNAL says that it is no mesh: metrics don't name it, and gateways don't open it`,
    hint: 'write `location: MESH_INTERNAL`',
    on: entry.on,
    field: entry.spec.at('location').path,
  };
}

const tlsOf = ({ spec }: Rule): Field[] => [
  spec.at('trafficPolicy', 'tls'),
  ...spec.at('trafficPolicy', 'portLevelSettings').items.map((settings) => settings.at('tls')),
];
