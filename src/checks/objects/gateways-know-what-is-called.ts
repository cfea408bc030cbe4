import { type Call, callsAcross, type Provider } from '../../objects/calls.ts';
import type { Catalogue } from '../../objects/catalogue.ts';
import { patternsOf } from '../../objects/hosts.ts';
import { nameOf } from '../../objects/located.ts';
import { defineObjectCheck, type ObjectFinding } from './object-check.ts';

/** A gateway that hands TLS on has a chain for each port and subset of each Service that it opens, and resets all else. */
export const gatewaysKnowWhatIsCalled = defineObjectCheck({
  codes: ['AXC3001', 'AXC3002', 'AXC3003'],
  *find(set) {
    for (const call of callsAcross(set)) {
      yield* unopened(call);
      for (const provider of call.isCertain ? call.providers : onlyOffering(call)) {
        yield* unknownPort(call, provider);
        yield* unknownSubset(call, provider);
      }
    }
  },
});

const opens = ({ exposed }: Catalogue, host: string): boolean =>
  patternsOf(host).some((pattern) => exposed.has(pattern));

/** Which of the others it is: the one that opens the host, if there is just one. */
function onlyOffering({ providers, sni }: Call): Provider[] {
  const offering = providers.filter(({ catalogue }) => opens(catalogue, sni.host));
  return offering.length === 1 ? offering : [];
}

function* unopened(call: Call): Generator<ObjectFinding> {
  const { sni, providers, isCertain, rule, entries, field } = call;
  const on = rule?.on ?? entries[0]?.on;
  const missing = providers.filter(({ catalogue }) => !opens(catalogue, sni.host));
  const hasGateways = missing.some(({ catalogue }) => catalogue.exposed.size > 0);
  if (!on || missing.length === 0 || (!isCertain && (missing.length < providers.length || !hasGateways))) return;
  const names = missing.map(({ name }) => name).join(', ');
  yield {
    code: 'AXC3001',
    severity: isCertain && hasGateways ? 'error' : 'warning',
    message: `${hasGateways ? `no gateway of ${names} opens` : `the files of ${names} have no gateway (AUTO_PASSTHROUGH) that opens`} "${sni.host}"${rule ? '' : ', the host that Istio sends as the server name'}: it resets the connection (NR filter_chain_not_found)`,
    hint: rule
      ? `add the host to the Gateway in ${names}, or correct \`sni\``
      : `add a DestinationRule with \`tls: {mode: ISTIO_MUTUAL, sni: outbound_.${sni.port}_._.<service>.<namespace>.svc.cluster.local}\`, or open the host in ${names}`,
    on,
    field: field.path,
  };
}

function* unknownPort({ sni, rule, field }: Call, { name, catalogue }: Provider): Generator<ObjectFinding> {
  const definitions = catalogue.definitions.get(sni.host) ?? [];
  const numbers = definitions.flatMap(({ ports }) => ports.map(({ number }) => number));
  const [definition] = definitions;
  if (!rule || !definition || numbers.length === 0 || numbers.includes(sni.port)) return;
  yield {
    code: 'AXC3002',
    message: `${nameOf(definition)} of ${name} has no port ${sni.port}: the gateway there knows no such server name, and resets the connection`,
    hint: `the number in \`sni\` is the port of the Service: ${numbers.join(' or ')}`,
    on: rule.on,
    field: field.path,
  };
}

function* unknownSubset({ sni, rule, field }: Call, { name, catalogue }: Provider): Generator<ObjectFinding> {
  if (sni.subset === '' || !rule) return;
  const rules = catalogue.rulesFor(sni.host);
  const subsets = rules.flatMap(({ spec }) => spec.at('subsets').items.flatMap((item) => item.at('name').text ?? []));
  if (subsets.includes(sni.subset)) return;
  yield {
    code: 'AXC3003',
    severity: rules.length > 0 ? 'error' : 'warning',
    message: `no DestinationRule for "${sni.host}" in ${name} has the subset "${sni.subset}": the gateway there makes its chains from its own rules, and resets the connection`,
    hint: `add the subset to a DestinationRule in ${name} too`,
    on: rule.on,
    field: field.path,
  };
}
