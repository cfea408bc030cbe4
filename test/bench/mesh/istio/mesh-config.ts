import type { JsonObject } from '../../../../src/json.ts';
import type { Site } from '../topology.ts';

/**
 * How the meshes trust each other.
 *
 * - `split`: two trust domains under one root, what a federation wants;
 * - `roots`: two trust domains, each with a root of its own, which the other one is told about;
 * - `strangers`: the same without being told, so that nothing may work.
 */
export type Trust = 'split' | 'roots' | 'strangers';

/** A mesh's own settings, as those of a normal one, with what the prerequisites of the examples ask for. */
export function meshConfigOf(site: Site, others: readonly { site: Site; root: string }[], trust: Trust): JsonObject {
  return {
    trustDomain: site.trustDomain,
    caCertificates: caCertificates(others, trust),
    // several roots reach the proxies only in this way
    ...(trust === 'roots' ? { defaultConfig: { proxyMetadata: { PROXY_CONFIG_XDS_AGENT: 'true' } } } : {}),
    accessLogFile: '/dev/stdout',
    accessLogEncoding: 'JSON',
    accessLogFormat: JSON.stringify(accessLogFormat),
    outboundTrafficPolicy: { mode: 'ALLOW_ANY' }, // Istio's own default
    enableTracing: true,
    extensionProviders: [
      { name: 'otel', opentelemetry: { service: 'otel-collector.observability.svc.cluster.local', port: 4317 } },
      {
        name: 'federation-audit',
        envoyFileAccessLog: { path: 'audit.log', logFormat: { labels: accessLogFormat } },
      },
    ],
  };
}

/** Of a proxy that calls: `server`, `upstream`; of one that is called: `peer`, `sni`, `denied`. */
export const accessLogFormat = {
  time: '%START_TIME%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  host: '%REQ(:AUTHORITY)%',
  status: '%RESPONSE_CODE%',
  flags: '%RESPONSE_FLAGS%',
  details: '%RESPONSE_CODE_DETAILS%',
  termination: '%CONNECTION_TERMINATION_DETAILS%',
  received: '%BYTES_RECEIVED%',
  sent: '%BYTES_SENT%',
  milliseconds: '%DURATION%',
  attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  upstream: '%UPSTREAM_HOST%',
  cluster: '%UPSTREAM_CLUSTER_RAW%',
  downstream: '%DOWNSTREAM_REMOTE_ADDRESS%',
  sni: '%REQUESTED_SERVER_NAME%',
  peer: '%DOWNSTREAM_PEER_URI_SAN%',
  server: '%UPSTREAM_PEER_URI_SAN%',
  upstreamFailure: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  downstreamFailure: '%DOWNSTREAM_TRANSPORT_FAILURE_REASON%',
  traceparent: '%REQ(TRACEPARENT)%',
} as const;

function caCertificates(others: readonly { site: Site; root: string }[], trust: Trust): JsonObject[] {
  if (trust === 'strangers') return [];
  return others.map(({ site, root }) => ({
    trustDomains: [site.trustDomain],
    ...(trust === 'roots' ? { pem: root } : {}),
  }));
}
