import { describe, expect, test } from 'vitest';
import { readSymptom } from '../../src/doctor/symptom.ts';

describe('what is read from words', () => {
  test.each<[string, readonly string[]]>([
    ['NR filter_chain_not_found', ['no-route', 'no-filter-chain']],
    ['503 UH', ['no-healthy-upstream', 'unavailable']],
    ['no healthy upstream', ['no-healthy-upstream']],
    ['RBAC: access denied', ['access-denied']],
    ['NXDOMAIN', ['name-unknown']],
    ['curl: (6) Could not resolve host: backend-api.cluster-b.local', ['name-unknown']],
    ['getaddrinfo ENOTFOUND orders-db.cluster-b.local', ['name-unknown']],
    ['psql: error: could not translate host name "orders-db.cluster-b.local" to address', ['name-unknown']],
    ['CERTIFICATE_VERIFY_FAILED', ['certificate-refused']],
    [
      'upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, transport failure reason: TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify SAN list',
      ['connect-failure', 'certificate-refused', 'reset'],
    ],
    ['TLS_error:|268436502:SSL routines:OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_UNKNOWN', ['handshake-ended']],
    ['curl: (52) Empty reply from server', ['reset']],
    ['server closed the connection unexpectedly', ['reset']],
    ['it hangs', ['timeout']],
    ['upstream request timeout', ['timeout']],
    ['connect: connection refused', ['refused']],
    ['it does not work', []],
  ])('%s', (text, signs) => {
    expect(readSymptom(text).signs).toEqual(signs);
  });
});

describe('a line of an access log', () => {
  const gateway =
    '[2026-11-23T17:22:00.409Z] "- - -" 0 NR filter_chain_not_found - "-" 0 0 0 - "-" "-" "-" "-" "-" - - 10.0.2.7:15443 198.51.100.10:41854 outbound_.80_._.backend-api.cluster-b.local -';
  const caller =
    '[2026-11-23T17:22:00.409Z] "GET /api/x?y=1 HTTP/1.1" 503 UF,URX upstream_reset_before_response_started{remote_connection_failure} - "TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end" 0 190 12 - "-" "curl/8.17.0" "5f0b" "backend-api.cluster-b.local" "203.0.113.20:15443" outbound|80||backend-api.cluster-b.local - 240.240.0.1:80 10.0.1.4:53318 - read';

  test('as Istio writes it: at the gateway', () => {
    expect(readSymptom(gateway)).toMatchObject({
      signs: ['no-route', 'no-filter-chain'],
      place: 'gateway',
      line: { status: undefined, flags: ['NR'], sni: 'outbound_.80_._.backend-api.cluster-b.local' },
    });
  });

  test('as Istio writes it: at the caller', () => {
    expect(readSymptom(caller)).toMatchObject({
      signs: ['connect-failure', 'unavailable', 'certificate-refused', 'reset'],
      place: 'caller',
      line: {
        status: 503,
        flags: ['UF', 'URX'],
        cluster: 'outbound|80||backend-api.cluster-b.local',
        host: 'backend-api.cluster-b.local',
        method: 'GET',
        path: '/api/x?y=1',
      },
    });
  });

  test.each([
    [
      "with Istio's names",
      {
        response_code: 403,
        response_flags: '-',
        response_code_details: 'rbac_access_denied_matched_policy[none]',
        upstream_cluster: 'inbound|8080||',
        authority: 'backend-api.cluster-b.local',
        path: '/admin',
      },
    ],
    [
      'with names of its own',
      {
        status: 403,
        flags: '-',
        details: 'rbac_access_denied_matched_policy[none]',
        cluster: 'inbound|8080||',
        host: 'backend-api.cluster-b.local',
        path: '/admin',
      },
    ],
  ])('in JSON, %s', (_, line) => {
    expect(readSymptom(JSON.stringify(line))).toMatchObject({
      signs: ['access-denied'],
      place: 'workload',
      line: { status: 403, path: '/admin', host: 'backend-api.cluster-b.local' },
    });
  });

  test('that is only half there is read as words', () => {
    expect(readSymptom('{"status": 503, "flags": "UH"')).toMatchObject({
      signs: ['no-healthy-upstream', 'unavailable'],
      line: undefined,
    });
  });
});
