import type { Field } from '../../../objects/field.ts';
import { formed, numberOf, refusal, type Said, textOf, warning } from '../said.ts';
import { fqdn, isAddress, portName, portNumber, quoted, tags, unixPath, unixPrefix } from './forms.ts';

export interface Place {
  /** The ports of the ServiceEntry that it is an endpoint of. */
  readonly ports?: ReadonlySet<string>;
  readonly onlyAddresses?: boolean;
}

/** `ValidateWorkloadEntry`, also of the endpoints of a ServiceEntry. */
export function* workloadEntry(entry: Field, { ports, onlyAddresses }: Place = {}): Generator<Said> {
  const field = entry.at('address');
  const address = textOf(field);
  const network = textOf(entry.at('network'));
  if (address === '' && network === '') {
    yield refusal(field, 'address is required');
    return;
  }
  const isSocket = address.startsWith(unixPrefix);
  if (address === '') yield warning(field, `address is unset with network ${quoted(network)}`);
  else if (isSocket) yield* socket(entry, address);
  else if (!isAddress(address) && onlyAddresses) {
    yield refusal(field, `endpoint address ${quoted(address)} is not a valid IP address`);
  } else if (!isAddress(address) && fqdn(address) !== undefined) {
    yield refusal(field, `endpoint address ${quoted(address)} is not a valid FQDN or an IP address`);
  }
  for (const [name, port] of entry.at('ports').entries) {
    if (ports && !ports.has(name)) {
      yield refusal(port, `endpoint port ${numberOf(port)} is not defined by the service entry`);
    }
    yield* formed(port, portName(name));
    yield* formed(port, portNumber(numberOf(port)));
  }
  yield* tags(entry.at('labels'));
  if (isSocket && ports && ports.size !== 1) yield refusal(field, 'exactly 1 service port required for unix endpoints');
}

function* socket(entry: Field, address: string): Generator<Said> {
  yield* formed(entry.at('address'), unixPath(address.slice(unixPrefix.length)));
  if (entry.at('ports').entries.length > 0) {
    yield refusal(entry.at('ports'), `unix endpoint ${address} must not include ports`);
  }
}

/** `ValidateWorkloadGroup`. */
export function* workloadGroup(spec: Field): Generator<Said> {
  if (!spec.at('template').isSet) {
    yield refusal(spec.at('template'), 'template is required');
    return;
  }
  for (const said of tags(spec.at('metadata', 'labels'))) yield { ...said, message: `invalid labels: ${said.message}` };
  const probe = spec.at('probe');
  if (!probe.isSet) return;
  for (const key of [
    'periodSeconds',
    'initialDelaySeconds',
    'timeoutSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    if (numberOf(probe.at(key)) < 0) yield refusal(probe.at(key), `${key} must be non-negative`);
  }
  yield* probeMethod(probe);
}

function* probeMethod(probe: Field): Generator<Said> {
  const method = ['httpGet', 'tcpSocket', 'exec', 'grpc'].find((key) => probe.at(key).isSet);
  if (method === undefined || method === 'grpc') return;
  if (method === 'exec') {
    if (probe.at('exec', 'command').items.length === 0) yield refusal(probe.at('exec'), 'exec.command is required');
    return;
  }
  yield* formed(probe.at(method, 'port'), portNumber(numberOf(probe.at(method, 'port'))));
  for (const header of probe.at('httpGet', 'httpHeaders').items) {
    const name = textOf(header.at('name'));
    if (name === '') yield refusal(header, 'header name cannot be empty');
    else if (!/^[-A-Za-z0-9]+$/.test(name)) yield refusal(header, `header name ${name} is not a valid header name`);
  }
}
