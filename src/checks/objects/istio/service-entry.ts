import { Field } from '../../../objects/field.ts';
import type { SourcedObject } from '../../../objects/object-set.ts';
import { formed, numberOf, refusal, type Said, textOf, warning } from '../said.ts';
import {
  fqdn,
  isAddress,
  isHttp,
  isTcp,
  isTls,
  portName,
  portNumber,
  protocol,
  quoted,
  subnet,
  tags,
  wildcardDomain,
} from './forms.ts';
import { exportTo, selectorProblems } from './selectors.ts';
import { workloadEntry } from './workload-entry.ts';

/** `ValidateServiceEntry`. */
export function* serviceEntry(spec: Field, on: SourcedObject): Generator<Said> {
  const selector = spec.at('workloadSelector');
  const unlabelled =
    'service entry: workload selector specified without labels, will be applied to all services in namespace';
  yield* selectorProblems(selector.at('labels'), selector.isSet, unlabelled);
  if (selector.isSet && spec.at('endpoints').isSet) {
    yield refusal(spec, 'only one of WorkloadSelector or Endpoints is allowed in Service Entry');
  }
  yield* hosts(spec);
  yield* addresses(spec);
  yield* ports(spec);
  yield* (resolutions[textOf(spec.at('resolution')) || 'NONE'] ?? none)(spec, on);
  yield* indistinguishable(spec);
  yield* exportTo(spec.at('exportTo'), { namespace: on.namespace ?? '', isEntry: true });
}

function* hosts(spec: Field): Generator<Said> {
  if (spec.at('hosts').items.length === 0) yield refusal(spec.at('hosts'), 'service entry must have at least one host');
  const isDynamic = spec.at('resolution').text === 'DYNAMIC_DNS';
  for (const field of spec.at('hosts').items) {
    const host = textOf(field);
    yield* formed(field, host === '*' ? `invalid host ${host}` : wildcardDomain(host));
    const isPartial = host.length > 1 && host.includes('*') && !host.startsWith('*.');
    if (isPartial && !isDynamic) yield warning(field, `partial wildcard ${quoted(host)} not allowed`);
  }
}

function* addresses(spec: Field): Generator<Said> {
  for (const field of spec.at('addresses').items) {
    yield* formed(field, subnet(textOf(field)));
    if (textOf(field).includes('/') && !/^(?:NONE|STATIC|)$/.test(textOf(spec.at('resolution')))) {
      yield refusal(field, 'CIDR addresses are allowed only for NONE/STATIC resolution types');
    }
  }
}

function* ports(spec: Field): Generator<Said> {
  const [names, numbers] = [new Set<string>(), new Set<number>()];
  for (const port of spec.at('ports').items) {
    const [name, number] = [textOf(port.at('name')), numberOf(port.at('number'))];
    if (names.has(name)) yield refusal(port.at('name'), `service entry port name ${quoted(name)} already defined`);
    if (numbers.has(number)) yield refusal(port.at('number'), `service entry port ${number} already defined`);
    names.add(name);
    numbers.add(number);
    const target = port.at('targetPort');
    if (numberOf(target) !== 0) yield* formed(target, portNumber(numberOf(target)));
    yield* formed(port.at('name'), portName(name));
    yield* formed(port.at('protocol'), protocol(textOf(port.at('protocol'))));
    yield* formed(port.at('number'), portNumber(number));
  }
}

type Resolution = (spec: Field, on: SourcedObject) => Generator<Said>;
const resolutions: Readonly<Record<string, Resolution>> = {
  NONE: none,
  STATIC: fixed,
  DNS: byName,
  DNS_ROUND_ROBIN: byName,
  DYNAMIC_DNS: dynamic,
};

function* none(spec: Field): Generator<Said> {
  if (spec.at('endpoints').items.length > 0) {
    yield refusal(spec.at('endpoints'), 'no endpoints should be provided for resolution type none');
  }
  if (spec.at('workloadSelector').isSet) {
    yield warning(spec.at('workloadSelector'), 'workloadSelector should not be set when resolution mode is NONE');
  }
}

const portNames = (spec: Field): ReadonlySet<string> =>
  new Set(spec.at('ports').items.map((port) => textOf(port.at('name'))));

function* fixed(spec: Field): Generator<Said> {
  const ports = portNames(spec);
  for (const endpoint of spec.at('endpoints').items) yield* workloadEntry(endpoint, { ports, onlyAddresses: true });
}

function* byName(spec: Field): Generator<Said> {
  const [resolution, endpoints] = [textOf(spec.at('resolution')), spec.at('endpoints').items];
  const unresolvable = endpoints.length > 0 ? undefined : spec.at('hosts').items.find((host) => fqdn(textOf(host)));
  if (unresolvable) {
    const rule = `hosts must be FQDN or contain only prefix wildcards if no endpoints are provided for resolution mode ${resolution}`;
    yield refusal(unresolvable, `${rule}, ${fqdn(textOf(unresolvable))}`);
  }
  if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1) {
    yield refusal(spec.at('endpoints'), `there must only be 0 or 1 endpoint for resolution mode ${resolution}`);
  }
  const names = portNames(spec);
  for (const endpoint of endpoints) {
    const address = textOf(endpoint.at('address'));
    if (!isAddress(address) && fqdn(address) !== undefined) {
      yield refusal(endpoint.at('address'), `endpoint address ${quoted(address)} is not a valid FQDN or an IP address`);
    }
    yield* tags(endpoint.at('labels'));
    yield* endpointPorts(endpoint.at('ports'), names);
  }
  const hasTcp = spec.at('ports').items.some((port) => isTcp(textOf(port.at('protocol'))));
  if (spec.at('addresses').items.length > 0 && hasTcp && spec.at('hosts').items.length > 1) {
    const message = 'service entry can not have more than one host specified simultaneously with address and tcp port';
    yield warning(spec.at('hosts'), message);
  }
}

function* endpointPorts(ports: Field, names: ReadonlySet<string>): Generator<Said> {
  for (const [name, port] of ports.entries) {
    if (!names.has(name)) yield refusal(port, `endpoint port ${numberOf(port)} is not defined by the service entry`);
    yield* formed(port, portName(name));
    yield* formed(port, portNumber(numberOf(port)));
  }
}

function* dynamic(spec: Field, on: SourcedObject): Generator<Said> {
  const type = 'resolution type DYNAMIC_DNS';
  for (const host of spec.at('hosts').items) {
    if (!textOf(host).startsWith('*')) yield refusal(host, 'host must be wildcarded for resolution mode DYNAMIC_DNS');
  }
  for (const key of ['addresses', 'endpoints']) {
    if (spec.at(key).items.length > 0) yield refusal(spec.at(key), `${key} cannot be set for ${type}`);
  }
  for (const port of spec.at('ports').items) {
    if (/^(?:http|tls|grpc|http2)$/i.test(textOf(port.at('protocol')))) continue;
    yield refusal(port, `only HTTP, TLS, GRPC, and HTTP2 protocols are supported for ${type}`);
  }
  const waypoint = textOf(new Field(on.object).at('metadata', 'labels', 'istio.io/use-waypoint'));
  if (spec.at('location').text === 'MESH_INTERNAL' && waypoint !== '' && waypoint.toLowerCase() !== 'none') {
    yield refusal(spec.at('location'), `location MESH_INTERNAL with ${type} is not supported when using waypoints`);
  }
}

/** By plain TCP nothing tells several hosts apart. */
function* indistinguishable(spec: Field): Generator<Said> {
  const isNone = /^(?:NONE|)$/.test(textOf(spec.at('resolution')));
  if (isNone || spec.at('hosts').items.length < 2) return;
  const wrong = spec
    .at('ports')
    .items.find((port) => !isHttp(textOf(port.at('protocol'))) && !isTls(textOf(port.at('protocol'))));
  if (wrong) yield refusal(wrong, 'multiple hosts provided with non-HTTP, non-TLS ports');
}
