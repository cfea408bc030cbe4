import { corpusObjects } from '../../objects/corpus.ts';
import type { ObjectExamples, ObjectExamplesByCode } from './examples.ts';

/** A spec that is refused, and where; the corpus has the many that are accepted, and what a real istiod says about them all. */
function webhook(
  kind: string,
  apiVersion: string,
  ...wrong: [title: string, spec: string, at: string, says: string][]
): ObjectExamples {
  return {
    wrong: wrong.map(([title, spec, at, says]) => ({
      title,
      yaml: `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: catalog, namespace: shop}\nspec: ${spec}\n`,
      at: `${kind} shop/catalog ${at}`,
      says,
    })),
    right: corpusObjects
      .filter((one) => one.kind === kind && one.verdict === 'right')
      .map(({ spec, yaml }) => ({ title: spec, yaml })),
  };
}

const networking = 'networking.istio.io/v1';
const security = 'security.istio.io/v1';

/** 2021 to 2042: what the validation webhooks of Istio and cert-manager say. */
export const webhooks: ObjectExamplesByCode = {
  AXC2021: webhook(
    'ServiceEntry',
    networking,
    [
      'an endpoint that is no address',
      '{hosts: [a.example], resolution: STATIC, endpoints: [{address: b.example}]}',
      'spec.endpoints[0].address',
      'is not a valid IP address',
    ],
    [
      'a port of an endpoint that the entry has not',
      '{hosts: [a.example], resolution: DNS, endpoints: [{address: b.example, ports: {http: 80}}]}',
      'spec.endpoints[0].ports.http',
      'endpoint port 80 is not defined by the service entry',
    ],
    ['a pattern that is cut off', '{hosts: ["*a.example"]}', 'spec.hosts[0]', 'partial wildcard'],
  ),
  AXC2022: webhook('WorkloadEntry', networking, [
    'an address that is none',
    '{address: "a b"}',
    'spec.address',
    'is not a valid FQDN or an IP address',
  ]),
  AXC2023: webhook(
    'VirtualService',
    networking,
    ['no route', '{hosts: [a.example]}', 'spec', 'http, tcp or tls must be provided in virtual service'],
    [
      'a space in a list of conditions',
      '{hosts: [a.example], http: [{retries: {attempts: 1, retryOn: "5xx, reset"}, route: [{destination: {host: a}}]}]}',
      'spec.http[0].retries.retryOn',
      '" reset" is not a valid retryOn policy',
    ],
    [
      // Istio has this warning and loses it on the way.
      'a fault that does nothing',
      '{hosts: [a.example], http: [{fault: {abort: {percentage: {value: 5}}}, route: [{destination: {host: a.example}}]}]}',
      'spec.http[0].fault.abort',
      'abort configured, but error type not set',
    ],
  ),
  AXC2024: webhook('DestinationRule', networking, [
    'a client certificate without a key',
    '{host: a.example, trafficPolicy: {tls: {mode: MUTUAL, clientCertificate: /a}}}',
    'spec.trafficPolicy.tls.privateKey',
    'private key required for mutual tls',
  ]),
  AXC2025: webhook('Gateway', networking, [
    'two ports of one name',
    '{servers: [{hosts: [a.example], port: {number: 80, name: a, protocol: HTTP}}, {hosts: [b.example], port: {number: 81, name: a, protocol: HTTP}}]}',
    'spec.servers[1].port.name',
    'duplicate name a',
  ]),
  AXC2026: webhook('Sidecar', networking, [
    'a host without a namespace',
    '{egress: [{hosts: [a.example]}]}',
    'spec.egress[0].hosts[0]',
    'host must be of form namespace/dnsName',
  ]),
  AXC2027: webhook('PeerAuthentication', security, [
    'a selector without labels',
    '{selector: {}, mtls: {mode: STRICT}}',
    'spec.selector.matchLabels',
    'workload selector specified without labels',
  ]),
  AXC2028: webhook(
    'AuthorizationPolicy',
    security,
    [
      'an empty source',
      '{rules: [{from: [{source: {}}]}]}',
      'spec.rules[0].from[0].source',
      'must not be empty, found at rule 0',
    ],
    [
      'a range that is none',
      '{rules: [{from: [{source: {ipBlocks: [10.0.0.0/40]}}]}]}',
      'spec.rules[0].from[0].source.ipBlocks[0]',
      'bad CIDR range',
    ],
    [
      'HTTP fields alone in a DENY',
      '{action: DENY, rules: [{to: [{operation: {methods: [GET]}}]}]}',
      'spec.rules[0]',
      'will deny all traffic to TCP ports',
    ],
  ),
  AXC2029: webhook('RequestAuthentication', security, [
    'a rule without an issuer',
    '{jwtRules: [{audiences: [a]}]}',
    'spec.jwtRules[0]',
    'issuer or jwksUri must be non-empty string',
  ]),
  AXC2030: webhook('Telemetry', 'telemetry.istio.io/v1', [
    'a filter that is no expression',
    '{accessLogging: [{filter: {expression: "response.code >="}}]}',
    'spec.accessLogging[0].filter.expression',
    'must be a valid CEL expression',
  ]),
  AXC2031: webhook('ProxyConfig', 'networking.istio.io/v1beta1', [
    'a selector without labels',
    '{selector: {}, concurrency: 2}',
    'spec.selector.matchLabels',
    'workload selector specified without labels',
  ]),
  AXC2041: webhook(
    'Certificate',
    'cert-manager.io/v1',
    ['no name', '{secretName: tls, issuerRef: {name: ca}}', 'spec', 'at least one of commonName'],
    [
      'a renewal before the issue',
      '{secretName: tls, dnsNames: [a.example], duration: 24h, renewBefore: 48h, issuerRef: {name: ca}}',
      'spec.renewBefore',
      'must be greater than renewBefore',
    ],
    [
      'a key that is too short',
      '{secretName: tls, dnsNames: [a.example], privateKey: {size: 1024}, issuerRef: {name: ca}}',
      'spec.privateKey.size',
      'between 2048 and 8192',
    ],
    [
      'an issuer of another kind',
      '{secretName: tls, dnsNames: [a.example], issuerRef: {name: ca, kind: VaultIssuer}}',
      'spec.issuerRef.kind',
      'did you forget to set',
    ],
  ),
  AXC2042: webhook(
    'Issuer',
    'cert-manager.io/v1',
    ['no type', '{}', 'spec', 'at least one issuer must be configured'],
    [
      'two types',
      '{ca: {secretName: root}, selfSigned: {}}',
      'spec.selfSigned',
      'may not specify more than one issuer type',
    ],
  ),
};
