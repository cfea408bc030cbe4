import { type AccessLine, readAccessLine } from './access-line.ts';

/** What can be seen of a call that fails. One symptom may have several of them. */
export const signs = [
  'name-unknown',
  'no-filter-chain',
  'no-route',
  'no-healthy-upstream',
  'connect-failure',
  'refused',
  'certificate-refused',
  'handshake-ended',
  'access-denied',
  'reset',
  'timeout',
  'black-hole',
  'overflow',
  'plaintext',
  'unavailable',
] as const;
export type Sign = (typeof signs)[number];

/** Whose proxy saw it, where that can be told. */
export type Place = 'caller' | 'gateway' | 'workload';

export interface Symptom {
  readonly text: string;
  readonly signs: readonly Sign[];
  readonly place: Place | undefined;
  /** The fields of a line of an access log, where it is one. */
  readonly line: AccessLine | undefined;
}

/** Reads what somebody has pasted: a message of a client or a proxy, or a line of an access log. */
export function readSymptom(text: string): Symptom {
  const line = readAccessLine(text);
  const said = line ? [line.details, line.termination, line.failure, line.cluster].join(' ') : text;
  const found = [
    ...(line?.flags ?? flagsIn(text)).flatMap((flag) => signsOfFlags[flag] ?? []),
    ...(line?.status === undefined ? [] : (signsOfStatus[line.status] ?? [])),
    ...words.flatMap(([pattern, sign]) => (pattern.test(said) ? [sign] : [])),
  ];
  return { text, signs: [...new Set(found)], place: line?.place ?? placeIn(text), line };
}

/** Envoy's response flags: https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage */
const signsOfFlags: Readonly<Record<string, readonly Sign[]>> = {
  NR: ['no-route'],
  UH: ['no-healthy-upstream'],
  UF: ['connect-failure'],
  UC: ['reset'],
  UR: ['reset'],
  LR: ['reset'],
  UPE: ['reset'],
  UT: ['timeout'],
  SI: ['timeout'],
  UMSDR: ['timeout'],
  UO: ['overflow'],
  UAEX: ['access-denied'],
  NC: ['black-hole'],
};

const signsOfStatus: Readonly<Record<number, readonly Sign[]>> = {
  403: ['access-denied'],
  404: ['no-route'],
  502: ['unavailable'],
  503: ['unavailable'],
  504: ['timeout'],
};

/** `503 UH`, `NR filter_chain_not_found`: flags stand alone and in capitals. */
const flagsIn = (text: string): string[] =>
  [...text.matchAll(/\b[A-Z]{2,5}\b/g)].map(([flag]) => flag).filter((flag) => flag in signsOfFlags);

/** The words of Envoy, BoringSSL, curl, libpq, Go, Node and Java for the same things. */
const words: readonly (readonly [RegExp, Sign])[] = [
  [
    /nxdomain|could ?n.?t resolve|could not resolve|could not translate host|name or service not known|no such host|enotfound|eai_again|unknownhost/i,
    'name-unknown',
  ],
  [/filter_chain_not_found/i, 'no-filter-chain'],
  [/route_not_found|no route matched/i, 'no-route'],
  [/no.healthy.upstream|no_healthy_upstream/i, 'no-healthy-upstream'],
  [/connection refused|econnrefused|connection_refused|delayed connect error: 111/i, 'refused'],
  [/connection.failure|connect error|upstream_connect|immediate_connect_error/i, 'connect-failure'],
  [
    /certificate_verify_failed|certificate verify failed|san matcher|unable to get local issuer|verify san list|self.signed certificate/i,
    'certificate-refused',
  ],
  [
    /tlsv1_alert|sslv3_alert|alert.unknown.ca|alert.certificate|certificate.required|bad.certificate|unknown_ca|certificate_unknown|ssl_error_syscall/i,
    'handshake-ended',
  ],
  [/rbac|access.denied|permission denied|\b403\b/i, 'access-denied'],
  [
    /reset|connection.termination|empty reply|unexpected eof|closed the connection unexpectedly|econnreset|remote.close|socket hang up|broken pipe/i,
    'reset',
  ],
  [/time.?d? ?out|timeout|\bhangs?\b|hanging|deadline exceeded|\b504\b/i, 'timeout'],
  [/blackholecluster|direct_response|passthroughcluster/i, 'black-hole'],
  [/overflow/i, 'overflow'],
  [/plain http request|http_request|wrong_version_number|wrong version number/i, 'plaintext'],
  [/\b50[23]\b|service unavailable|bad gateway/i, 'unavailable'],
];

function placeIn(text: string): Place | undefined {
  if (/\binbound\|/.test(text)) return 'workload';
  if (/\boutbound_\./.test(text)) return 'gateway';
  return /\boutbound\|/.test(text) ? 'caller' : undefined;
}
