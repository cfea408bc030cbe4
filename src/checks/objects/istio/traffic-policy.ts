import type { Field } from '../../../objects/field.ts';
import { formed, isTrue, numberOf, refusal, type Said, textOf, warning } from '../said.ts';
import { duration, durations, fqdn, isAddress, portNumber } from './forms.ts';
import { loadBalancer } from './load-balancer.ts';

const perPort = ['outlierDetection', 'connectionPool', 'loadBalancer', 'tls'];
const whole = [...perPort, 'portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget'];

/** `validateTrafficPolicy`. */
export function* trafficPolicy(policy: Field, namespace: string): Generator<Said> {
  if (!policy.isSet) return;
  if (!whole.some((key) => policy.at(key).isSet)) {
    yield refusal(policy, 'traffic policy must have at least one field');
  } else if (policy.at('tunnel').isSet && policy.at('proxyProtocol').isSet) {
    yield refusal(policy, 'tunnel and proxyProtocol must not be set together');
  } else {
    yield* settings(policy, namespace);
    for (const one of policy.at('portLevelSettings').items) yield* portSettings(one, namespace);
    yield* tunnel(policy.at('tunnel'));
  }
}

function* settings(policy: Field, namespace: string): Generator<Said> {
  yield* outlierDetection(policy.at('outlierDetection'));
  yield* connectionPool(policy.at('connectionPool'));
  yield* loadBalancer(policy.at('loadBalancer'));
  yield* clientTls(policy.at('tls'), namespace);
}

function* portSettings(policy: Field, namespace: string): Generator<Said> {
  if (!policy.at('port').isSet) yield refusal(policy, 'portTrafficPolicy must have valid port');
  if (perPort.some((key) => policy.at(key).isSet)) yield* settings(policy, namespace);
  else yield refusal(policy, 'port traffic policy must have at least one field');
}

function* tunnel(settings: Field): Generator<Said> {
  if (!settings.isSet) return;
  if (!/^(?:CONNECT|POST|)$/.test(textOf(settings.at('protocol')))) {
    yield refusal(settings.at('protocol'), 'tunnel protocol must be "CONNECT" or "POST"');
  }
  const host = textOf(settings.at('targetHost'));
  const problem = fqdn(host);
  if (problem !== undefined && !isAddress(host)) {
    const message = `tunnel target host must be valid FQDN or IP address: ${problem}; ${host} is not a valid IP`;
    yield refusal(settings.at('targetHost'), message);
  }
  const port = portNumber(numberOf(settings.at('targetPort')));
  if (port !== undefined) yield refusal(settings.at('targetPort'), `tunnel target port is invalid: ${port}`);
}

function* outlierDetection(outlier: Field): Generator<Said> {
  if (!outlier.isSet) return;
  yield* durations(outlier.at('baseEjectionTime'), outlier.at('interval'));
  if (numberOf(outlier.at('consecutiveErrors')) !== 0) {
    const message =
      'outlier detection consecutive errors is deprecated, use consecutiveGatewayErrors or consecutive5xxErrors instead';
    yield warning(outlier.at('consecutiveErrors'), message);
  }
  const local = outlier.at('consecutiveLocalOriginFailures');
  if (numberOf(local) > 0 && !isTrue(outlier.at('splitExternalLocalOriginErrors'))) {
    const message =
      'outlier detection consecutive local origin failures is specified, but split external local origin errors is set to false';
    yield refusal(local, message);
  }
  for (const field of [outlier.at('maxEjectionPercent'), outlier.at('minHealthPercent')]) {
    const percent = numberOf(field);
    if (percent < 0 || percent > 100) yield refusal(field, `percentage ${percent} is not in range 0..100`);
  }
}

const counts = {
  http: {
    http1MaxPendingRequests: 'http1 max pending requests',
    http2MaxRequests: 'http2 max requests',
    maxRequestsPerConnection: 'max requests per connection',
    maxRetries: 'max retries',
    maxConcurrentStreams: 'max concurrent streams',
  },
  tcp: { maxConnections: 'max connections' },
} as const;

/** `validateConnectionPool`, also of a Sidecar. */
export function* connectionPool(pool: Field): Generator<Said> {
  if (!pool.isSet) return;
  const [http, tcp] = [pool.at('http'), pool.at('tcp')];
  if (!http.isSet && !tcp.isSet) {
    yield refusal(pool, 'connection pool must have at least one field');
    return;
  }
  for (const [part, names] of Object.entries(counts)) {
    for (const [key, name] of Object.entries(names)) {
      if (numberOf(pool.at(part, key)) < 0) yield refusal(pool.at(part, key), `${name} must be non-negative`);
    }
  }
  yield* durations(http.at('idleTimeout'), tcp.at('connectTimeout'), tcp.at('maxConnectionDuration'));
  yield* durations(tcp.at('tcpKeepalive', 'time'), tcp.at('tcpKeepalive', 'interval'));
  if (tcp.at('idleTimeout').isSet && !/^0(?:ns|us|µs|ms|s|m|h)?$/.test(textOf(tcp.at('idleTimeout')))) {
    yield* formed(tcp.at('idleTimeout'), duration(textOf(tcp.at('idleTimeout'))));
  }
  if (http.at('h2UpgradePolicy').text === 'UPGRADE' && isTrue(http.at('useClientProtocol'))) {
    yield refusal(http.at('useClientProtocol'), 'use client protocol must not be true when H2UpgradePolicy is UPGRADE');
  }
  const keepalive = http.at('http2KeepAlive');
  for (const key of keepalive.isSet ? ['interval', 'timeout'] : []) {
    if (keepalive.at(key).isSet) yield* durations(keepalive.at(key));
    else yield refusal(keepalive, `http2 keepalive ${key} is required`);
  }
}

function* clientTls(tls: Field, namespace: string): Generator<Said> {
  if (!tls.isSet) return;
  const has = (key: string): boolean => textOf(tls.at(key)) !== '';
  const mode = textOf(tls.at('mode'));
  yield* configMap(tls.at('credentialName'), namespace);
  const verifies = has('caCertificates') || tls.at('subjectAltNames').isSet;
  if (isTrue(tls.at('insecureSkipVerify'))) {
    const fields =
      mode === 'SIMPLE' ? 'CaCertificates or CredentialName or SubjectAltNames' : 'CaCertificates or SubjectAltNames';
    const isWrong = mode === 'SIMPLE' ? verifies || has('credentialName') : mode === 'MUTUAL' && verifies;
    if (isWrong) {
      yield refusal(tls.at('insecureSkipVerify'), `cannot specify ${fields} when InsecureSkipVerify is set true`);
    }
  }
  if ((mode === 'SIMPLE' || mode === 'MUTUAL') && has('credentialName')) {
    if (['clientCertificate', 'caCertificates', 'privateKey', 'caCrl'].some(has)) {
      const message = 'cannot specify client certificates or CA certificate or CA CRL If credentialName is set';
      yield refusal(tls.at('credentialName'), message);
    }
  } else if (mode === 'MUTUAL') {
    if (!has('clientCertificate'))
      yield refusal(tls.at('clientCertificate'), 'client certificate required for mutual tls');
    if (!has('privateKey')) yield refusal(tls.at('privateKey'), 'private key required for mutual tls');
  }
}

/** `configmap://name` or `configmap://namespace/name`. */
function* configMap(field: Field, namespace: string): Generator<Said> {
  const [, path] = /^configmap:\/\/(.*)$/s.exec(textOf(field)) ?? [];
  if (path === undefined) return;
  const [first, second] = path.split('/');
  if (second !== undefined && first !== namespace) {
    const message = `invalid configmap:// credentialName: namespace must match the configuration namespace "${namespace}"`;
    yield refusal(field, message);
  }
}
