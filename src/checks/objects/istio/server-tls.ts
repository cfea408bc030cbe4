import type { Field } from '../../../objects/field.ts';
import { refusal, type Said, textOf, warning } from '../said.ts';

const sources = {
  serverCertificate: 'server certificate',
  privateKey: 'private key',
  caCertificates: 'CA bundle',
  tlsCertificates: 'tlsCertificates',
  credentialName: 'credentialName',
  credentialNames: 'credentialNames',
} as const;

const has = (tls: Field, key: string): boolean => textOf(tls.at(key)) !== '' || tls.at(key).items.length > 0;

/**
 * `validateTLSOptions`, of a Gateway's server or a Sidecar's listener, but for its warning of certificates where no TLS ends:
 * `gateway-certificates-are-read.ts` tells that.
 */
export function* serverTls(tls: Field): Generator<Said> {
  if (!tls.isSet) return;
  yield* ciphers(tls);
  const mode = textOf(tls.at('mode'));
  if (mode === 'ISTIO_MUTUAL') {
    for (const [key, name] of Object.entries(sources)) {
      if (has(tls, key)) yield refusal(tls.at(key), `ISTIO_MUTUAL TLS cannot have associated ${name}`);
    }
    return;
  }
  yield* oneSource(tls);
  const terminates = /^(?:SIMPLE|MUTUAL|OPTIONAL_MUTUAL)$/.test(mode);
  if (!terminates || !(has(tls, 'credentialName') || has(tls, 'credentialNames'))) {
    if (terminates) yield* files(tls, mode);
    if (has(tls, 'caCrl') && mode === 'SIMPLE') yield refusal(tls.at('caCrl'), 'CRL is not supported with SIMPLE TLS');
  }
}

function* oneSource(tls: Field): Generator<Said> {
  const ways = [
    has(tls, 'serverCertificate') && has(tls, 'privateKey'),
    has(tls, 'credentialName'),
    has(tls, 'credentialNames'),
    has(tls, 'tlsCertificates'),
  ].filter(Boolean).length;
  if (ways < 2) return;
  const names = 'credential_name, credential_names, server_certificate/private_key, tls_certificates';
  yield refusal(tls, `only one of ${names} should be specified`);
}

/** Certificates that are files of the proxy. */
function* files(tls: Field, mode: string): Generator<Said> {
  const name = mode === 'SIMPLE' ? 'SIMPLE TLS' : 'MUTUAL TLS';
  if (mode !== 'SIMPLE' && !has(tls, 'caCertificates')) {
    yield refusal(tls.at('caCertificates'), `${name} requires a client CA bundle`);
  }
  const several = tls.at('tlsCertificates').items;
  if (several.length > 2) yield warning(tls.at('tlsCertificates'), `${name} can support up to 2 server certificates`);
  for (const one of several.length > 0 ? several : [tls]) {
    if (!has(one, 'serverCertificate')) yield refusal(one, `${name} requires a server certificate`);
    if (!has(one, 'privateKey')) yield refusal(one, `${name} requires a private key`);
  }
}

/** https://github.com/google/boringssl: those that Envoy knows. */
const known = new Set([
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ...['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA', 'ECDHE-RSA-AES256-SHA'],
  ...['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'AES128-SHA', 'AES256-SHA', 'DES-CBC3-SHA', '', 'ALL'],
]);

function* ciphers(tls: Field): Generator<Said> {
  const field = tls.at('cipherSuites');
  const suites = field.texts;
  if (/^TLSV1_[01]$/.test(textOf(tls.at('minProtocolVersion'))) && suites.length === 0) {
    const message =
      'TLS version below TLSV1_2 require setting compatible ciphers as by default they no longer include compatible ciphers.';
    yield warning(tls.at('minProtocolVersion'), message);
  }
  const unknown = suites.filter((suite) => /^[\p{N}\p{L}]/u.test(suite) && !known.has(suite));
  const twice = suites.filter((suite, index) => suites.indexOf(suite) !== index && !unknown.includes(suite));
  const list = (all: readonly string[]): string => `[${[...new Set(all)].sort().join(' ')}]`;
  if (unknown.length > 0) yield warning(field, `ignoring invalid cipher suites: ${list(unknown)}`);
  if (twice.length > 0) yield warning(field, `ignoring duplicate cipher suites: ${list(twice)}`);
}
