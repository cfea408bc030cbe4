import type { Field } from '../../../objects/field.ts';
import type { SourcedObject } from '../../../objects/object-set.ts';
import { formed, isTrue, numberOf, refusal, type Said, textOf, warning } from '../said.ts';
import { address, fqdn, isHttp, isTls, portName, portNumber, protocol, unixPath, unixPrefix } from './forms.ts';
import { scopedHost } from './gateway.ts';
import { destination } from './routes.ts';
import { selectorProblems } from './selectors.ts';
import { serverTls } from './server-tls.ts';
import { connectionPool } from './traffic-policy.ts';

/** `ValidateSidecar`. */
export function* sidecar(spec: Field, on: SourcedObject): Generator<Said> {
  const selector = spec.at('workloadSelector');
  const unlabelled =
    'sidecar: workload selector specified without labels, will be applied to all services in namespace';
  yield* selectorProblems(selector.at('labels'), selector.isSet, unlabelled);
  const [ingress, egress] = [spec.at('ingress').items, spec.at('egress').items];
  const has = (key: string): boolean => spec.at(key).isSet;
  if (ingress.length + egress.length === 0 && !has('outboundTrafficPolicy') && !has('inboundConnectionPool')) {
    yield refusal(spec, 'sidecar: empty configuration provided');
    return;
  }
  yield* uniquePorts(ingress);
  for (const listener of ingress) yield* ingressProblems(listener);
  yield* connectionPool(spec.at('inboundConnectionPool'));
  yield* uniquePorts(egress);
  for (const [index, listener] of egress.entries()) {
    const isLast = index === egress.length - 1;
    if (!listener.at('port').isSet && !isLast) {
      yield refusal(listener, 'sidecar: the egress listener with empty port should be the last listener in the list');
    }
    yield* egressProblems(listener, on);
  }
  yield* outboundPolicy(spec.at('outboundTrafficPolicy'));
}

function* uniquePorts(listeners: readonly Field[]): Generator<Said> {
  const seen = new Set<string | number>();
  for (const listener of listeners.filter((one) => one.at('port').isSet)) {
    const number = numberOf(listener.at('port', 'number'));
    const key = number === 0 ? textOf(listener.at('bind')) : number;
    if (seen.has(key)) {
      const what = number === 0 ? 'unix domain socket values for listeners' : 'ports on IP bound listeners';
      yield refusal(listener.at('port'), `sidecar: ${what} must be unique`);
    }
    seen.add(key);
  }
}

function* portProblems(port: Field): Generator<Said> {
  if (numberOf(port.at('targetPort')) > 0) yield refusal(port.at('targetPort'), 'targetPort has no impact on Sidecars');
  const name = textOf(port.at('name'));
  if (name !== '') yield* formed(port.at('name'), portName(name));
  yield* formed(port.at('protocol'), protocol(textOf(port.at('protocol'))));
}

function* ingressProblems(listener: Field): Generator<Said> {
  const port = listener.at('port');
  if (!port.isSet) {
    yield refusal(listener, 'sidecar: port is required for ingress listeners');
    return;
  }
  yield* portProblems(port);
  yield* formed(port.at('number'), portNumber(numberOf(port.at('number'))));
  if (textOf(listener.at('bind')) !== '') yield* formed(listener.at('bind'), address(textOf(listener.at('bind'))));
  yield* formed(listener.at('defaultEndpoint'), endpointProblem(textOf(listener.at('defaultEndpoint'))));
  yield* ingressTls(listener);
  const pool = listener.at('connectionPool');
  yield* connectionPool(pool);
  const spoken = textOf(port.at('protocol'));
  if (pool.at('http').isSet && !isHttp(spoken)) {
    const where = `port ${numberOf(port.at('number'))} ("${textOf(port.at('name'))}")`;
    const message = `sidecar: HTTP connection pool settings are configured for ${where} but its protocol is not HTTP (${spoken}); only TCP settings will apply`;
    yield warning(pool.at('http'), message);
  }
}

/** `127.0.0.1:8080`, `[::1]:8080`, `:8080`, `unix:///path`. */
function endpointProblem(endpoint: string): string | undefined {
  if (endpoint === '') return undefined;
  if (endpoint.startsWith(unixPrefix)) return unixPath(endpoint.slice(unixPrefix.length));
  const [, host, bracketed, port] = /^(?:([^:[\]]*)|\[([^\]]*)\]):([^:]*)$/.exec(endpoint) ?? [];
  if (port === undefined) return `address ${endpoint}: missing port in address`;
  if (!['', '127.0.0.1', '0.0.0.0', '::1', '::'].includes(host ?? bracketed ?? '')) {
    return 'sidecar: defaultEndpoint must be of form 127.0.0.1:<port>,0.0.0.0:<port>,[::1]:port,[::]:port,unix://filepath or unset';
  }
  if (!/^[-+]?\d+$/.test(port)) return `sidecar: defaultEndpoint port (${port}) is not a number`;
  return portNumber(Number(port));
}

const notSupported = {
  credentialName: 'credentialName is not currently supported',
  credentialNames: 'credentialNames is not currently supported',
  tlsCertificates: 'tls_certificates is not currently supported',
  subjectAltNames: 'subjectAltNames is not supported in ingress tls',
} as const;

function* ingressTls(listener: Field): Generator<Said> {
  const tls = listener.at('tls');
  if (!tls.isSet) return;
  for (const [key, message] of Object.entries(notSupported)) {
    const field = tls.at(key);
    if (textOf(field) !== '' || field.items.length > 0) yield refusal(field, `sidecar: ${message}`);
  }
  if (isTrue(tls.at('httpsRedirect')))
    yield refusal(tls.at('httpsRedirect'), 'sidecar: httpsRedirect is not supported');
  const mode = textOf(tls.at('mode'));
  if (mode === 'ISTIO_MUTUAL' || mode === 'AUTO_PASSTHROUGH') {
    yield refusal(tls.at('mode'), `configuration is invalid: cannot set mode to ${mode} in sidecar ingress tls`);
  }
  if (!isTls(textOf(listener.at('port', 'protocol')))) {
    yield refusal(tls, 'server cannot have TLS settings for non HTTPS/TLS ports');
  }
  yield* serverTls(tls);
}

function* egressProblems(listener: Field, on: SourcedObject): Generator<Said> {
  const port = listener.at('port');
  if (port.isSet) yield* egressPort(listener, port);
  const hosts = listener.at('hosts').items;
  if (hosts.length === 0)
    yield refusal(listener.at('hosts'), 'sidecar: egress listener must contain at least one host');
  for (const host of hosts) yield* scopedHost(host, 'sidecar');
  yield* repeatedHosts(hosts, on.namespace ?? '');
}

function* egressPort(listener: Field, port: Field): Generator<Said> {
  yield* portProblems(port);
  const [number, bind] = [numberOf(port.at('number')), textOf(listener.at('bind'))];
  if (number !== 0) {
    yield* formed(port.at('number'), portNumber(number));
    if (bind !== '') yield* formed(listener.at('bind'), address(bind));
    return;
  }
  if (!bind.startsWith(unixPrefix)) {
    yield refusal(port, 'sidecar: ports with 0 value must have a unix domain socket bind address');
  } else yield* formed(listener.at('bind'), unixPath(bind.slice(unixPrefix.length)));
  if (!/^(?:DEFAULT|NONE|)$/.test(textOf(listener.at('captureMode')))) {
    const message = 'sidecar: captureMode must be DEFAULT/NONE for unix domain socket listeners';
    yield refusal(listener.at('captureMode'), message);
  }
}

function* repeatedHosts(hosts: readonly Field[], own: string): Generator<Said> {
  const byNamespace = new Map<string, Set<string>>();
  for (const field of hosts) {
    const [, scope, host] = /^([^~/][^/]*)\/(.+)$/.exec(textOf(field)) ?? [];
    if (scope === undefined || host === undefined) continue;
    const namespace = scope === '.' ? own : scope;
    const seen = byNamespace.get(namespace) ?? new Set();
    const isRepeated = host === '*' ? seen.size > 0 : seen.has(host) || seen.has('*');
    if (isRepeated) yield warning(field, `duplicated egress host: ${textOf(field)}`);
    byNamespace.set(namespace, seen.add(host));
  }
  const all = hosts.find(({ text }) => text === '*/*');
  if (all && byNamespace.size > 1) {
    yield warning(all, '`*/*` host select all resources, no other hosts can be added');
  }
}

function* outboundPolicy(policy: Field): Generator<Said> {
  const mode = textOf(policy.at('mode'));
  if (mode === 'ALLOW_ANY_DYNAMIC_DNS') {
    const message = 'sidecar: ALLOW_ANY_DYNAMIC_DNS mode is only supported in MeshConfig, not in Sidecar resource';
    yield refusal(policy.at('mode'), message);
    return;
  }
  const proxy = policy.at('egressProxy');
  if (!proxy.isSet) return;
  if (mode !== 'ALLOW_ANY') {
    yield refusal(proxy, 'sidecar: egress_proxy must be set only with ALLOW_ANY outbound_traffic_policy mode');
    return;
  }
  yield* formed(proxy.at('host'), fqdn(textOf(proxy.at('host'))));
  if (proxy.at('port').isSet) yield* destination(proxy);
  else yield refusal(proxy, 'sidecar: egress_proxy port must be non-nil');
}
