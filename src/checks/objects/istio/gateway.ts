import type { Field } from '../../../objects/field.ts';
import type { SourcedObject } from '../../../objects/object-set.ts';
import { formed, isTrue, numberOf, refusal, type Said, textOf, warning } from '../said.ts';
import {
  address,
  isAddress,
  isHttp,
  isLabel,
  isProtocol,
  isTls,
  portNumber,
  quoted,
  unixPath,
  unixPrefix,
  wildcardDomain,
} from './forms.ts';
import { serverTls } from './server-tls.ts';

/** `ValidateGateway`. */
export function* gateway(spec: Field, on: SourcedObject): Generator<Said> {
  if (!isLabel(on.name)) yield refusal(spec, `invalid gateway name: ${quoted(on.name)}`);
  const servers = spec.at('servers').items;
  if (servers.length === 0) yield refusal(spec.at('servers'), 'gateway must have at least one server');
  const names = new Set<string>();
  for (const server of servers) {
    yield* serverProblems(server);
    const name = textOf(server.at('port', 'name'));
    if (names.has(name)) {
      yield refusal(server.at('port', 'name'), `port names in servers must be unique: duplicate name ${name}`);
    }
    names.add(name);
  }
}

function* serverProblems(server: Field): Generator<Said> {
  const hosts = server.at('hosts').items;
  if (hosts.length === 0) yield refusal(server.at('hosts'), 'server config must contain at least one host');
  for (const host of hosts) yield* scopedHost(host, 'gateway');
  yield* port(server);
  yield* bind(server);
  yield* serverTls(server.at('tls'));
  yield* tlsFitsProtocol(server);
}

/** `namespace/host` of a Gateway or a Sidecar. */
export function* scopedHost(field: Field, where: 'gateway' | 'sidecar'): Generator<Said> {
  const text = textOf(field);
  const slash = text.indexOf('/');
  if (slash < 0) {
    if (where === 'gateway') yield* hostPart(field, text, where);
    else yield refusal(field, 'host must be of form namespace/dnsName');
    return;
  }
  const [namespace, host] = [text.slice(0, slash), text.slice(slash + 1)];
  if (namespace === '' || host === '') {
    yield refusal(field, 'config namespace and dnsName in host entry cannot be empty');
  }
  const scope = where === 'sidecar' ? namespace.replace(/^~/, '') : namespace;
  const isScope = scope === '*' || scope === '.' || isLabel(scope) || (scope === '' && where === 'sidecar');
  if (!isScope) yield refusal(field, `invalid namespace value ${quoted(namespace)} in ${where}`);
  yield* hostPart(field, host, where);
}

function* hostPart(field: Field, host: string, where: 'gateway' | 'sidecar'): Generator<Said> {
  if (host !== '*' && !host.includes('.')) yield refusal(field, 'short names (non FQDN) are not allowed');
  const problem = wildcardDomain(host);
  if (problem !== undefined && !(where === 'gateway' && isAddress(host))) yield refusal(field, problem);
}

function* port(server: Field): Generator<Said> {
  const field = server.at('port');
  const protocol = textOf(field.at('protocol'));
  if (!isProtocol(protocol)) {
    const supported = 'HTTP, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP';
    yield refusal(field.at('protocol'), `invalid protocol ${quoted(protocol)}, supported protocols are ${supported}`);
  }
  const number = numberOf(field.at('number'));
  const isSocket = textOf(server.at('bind')).startsWith(unixPrefix);
  if (number > 0 || !isSocket) yield* formed(field.at('number'), portNumber(number));
  if (numberOf(field.at('targetPort')) > 0)
    yield refusal(field.at('targetPort'), 'targetPort has no impact on Gateways');
  if (textOf(field.at('name')) === '') yield refusal(field, 'port name must be set');
}

function* bind(server: Field): Generator<Said> {
  const field = server.at('bind');
  const written = textOf(field);
  if (!written.startsWith(unixPrefix)) {
    if (written !== '') yield* formed(field, address(written));
    return;
  }
  yield* formed(field, unixPath(written.slice(unixPrefix.length)));
  if (numberOf(server.at('port', 'number')) !== 0) {
    yield refusal(server.at('port', 'number'), 'port number must be 0 for unix domain socket');
  }
}

function* tlsFitsProtocol(server: Field): Generator<Said> {
  const [protocol, tls] = [textOf(server.at('port', 'protocol')), server.at('tls')];
  if (!isProtocol(protocol)) return;
  if (isTls(protocol)) {
    if (!tls.isSet) yield refusal(server, 'server must have TLS settings for HTTPS/TLS protocols');
    return;
  }
  if (!tls.isSet) return;
  const redirects = isTrue(tls.at('httpsRedirect'));
  if (redirects && !isHttp(protocol)) {
    yield warning(tls.at('httpsRedirect'), 'tls.httpsRedirect should only be used with http servers');
  }
  const keys = ['caCertificates', 'privateKey', 'serverCertificate'];
  const isPlain = /^(?:PASSTHROUGH|AUTO_PASSTHROUGH|)$/.test(textOf(tls.at('mode')));
  if (!isHttp(protocol)) yield refusal(tls, 'server cannot have TLS settings for non HTTPS/TLS ports');
  else if (!isPlain || keys.some((key) => textOf(tls.at(key)) !== '')) {
    yield refusal(tls, 'server cannot have TLS settings for plain text HTTP ports');
  }
}
