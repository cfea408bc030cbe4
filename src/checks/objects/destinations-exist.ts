import { type Catalogue, definitionsOf, type Rule } from '../../objects/catalogue.ts';
import { isWildcard } from '../../objects/hosts.ts';
import { nameOf } from '../../objects/located.ts';
import { type Destination, gatewayKey, type VirtualService } from '../../objects/virtual-services.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** A destination has the subset and the port that a route names, and the port that settings are for; said only of hosts that are defined in the files. */
export const destinationsExist = defineClusterCheck({
  codes: ['AXC2125', 'AXC2126', 'AXC2127'],
  analyzers: { AXC2125: 'IST0101', AXC2127: 'IST0112' },
  *find(catalogue) {
    const gatewayPorts = portsOfGateways(catalogue);
    for (const virtualService of catalogue.virtualServices) {
      for (const destination of virtualService.destinations) {
        yield* missingSubset(catalogue, virtualService, destination);
        yield* missingPort(catalogue, virtualService, destination, gatewayPorts);
      }
    }
    for (const rule of catalogue.rules) yield* settingsForNoPort(catalogue, rule);
  },
});

function* missingSubset(
  { rulesFor }: Catalogue,
  { on }: VirtualService,
  { host, subset, field }: Destination,
): Generator<ObjectFinding> {
  const rules = rulesFor(host);
  if (subset === undefined || rules.length === 0) return;
  const subsets = rules.flatMap(({ spec }) => spec.at('subsets').items.flatMap((item) => item.at('name').text ?? []));
  if (subsets.includes(subset)) return;
  yield {
    code: 'AXC2125',
    message: `${rules.map(nameOf).join(' and ')} ${rules.length > 1 ? 'have' : 'has'} no subset "${subset}": requests fail with 503`,
    hint:
      subsets.length > 0
        ? `use one of ${subsets.join(', ')}, or add the subset`
        : 'add the subset to the DestinationRule',
    on,
    field: field.at('subset').path,
  };
}

function* missingPort(
  catalogue: Catalogue,
  { on, namespace, gateways, isForMesh }: VirtualService,
  { host, port, field }: Destination,
  gatewayPorts: ReadonlyMap<string, ReadonlySet<number>>,
): Generator<ObjectFinding> {
  const definitions = definitionsOf(catalogue, host);
  const numbers = new Set(definitions.flatMap(({ ports }) => ports.map(({ number }) => number)));
  const [definition] = definitions;
  if (!definition || numbers.size === 0) return;
  if (port !== undefined && !numbers.has(port)) {
    yield {
      code: 'AXC2126',
      message: `${nameOf(definition)} has no port ${port}: requests fail with 503`,
      hint: portsText(numbers),
      on,
      field: field.at('port', 'number').path,
    };
  }
  if (port !== undefined || numbers.size < 2 || isForMesh) return;
  const called = gateways.map(({ text }) => gatewayPorts.get(gatewayKey(text ?? '', namespace)));
  if (called.every((ports) => ports && [...ports].every((one) => numbers.has(one)))) return;
  yield {
    code: 'AXC2127',
    severity: 'warning',
    message: `${nameOf(definition)} has ports ${[...numbers].join(', ')}: without a port here a gateway calls the one on which it was called itself`,
    hint: 'add `port: {number: ...}`',
    on,
    field: field.path,
  };
}

const portsText = (numbers: ReadonlySet<number>): string =>
  `its port${numbers.size > 1 ? 's are' : ' is'} ${[...numbers].join(', ')}; a Service is called by its \`port\`, not its \`targetPort\``;

/** A pattern may cover hosts that are not in the files. */
function* settingsForNoPort(catalogue: Catalogue, { on, host, spec }: Rule): Generator<ObjectFinding> {
  const policies = [spec.at('trafficPolicy'), ...spec.at('subsets').items.map((item) => item.at('trafficPolicy'))];
  const all = policies.flatMap((policy) => policy.at('portLevelSettings').items);
  if (all.length === 0 || isWildcard(host)) return;
  const definitions = definitionsOf(catalogue, host);
  const numbers = new Set(definitions.flatMap(({ ports }) => ports.map(({ number }) => number)));
  const [definition] = definitions;
  if (!definition || numbers.size === 0) return;
  for (const settings of all) {
    const port = settings.at('port', 'number').number;
    if (port === undefined || numbers.has(port)) continue;
    yield {
      code: 'AXC2126',
      severity: settings.at('tls').isSet ? 'error' : 'warning',
      message: `${nameOf(definition)} has no port ${port}: these settings are never used${settings.at('tls').isSet ? ', and no connection gets the `tls` in them' : ''}`,
      hint: portsText(numbers),
      on,
      field: settings.at('port', 'number').path,
    };
  }
}

function portsOfGateways({ servers }: Catalogue): Map<string, Set<number>> {
  const ports = new Map<string, Set<number>>();
  for (const { on, namespace, port } of servers.all) {
    const key = `${namespace}/${on.name}`;
    const known = ports.get(key) ?? new Set();
    if (port !== undefined) known.add(port);
    ports.set(key, known);
  }
  return ports;
}
