import type { ObjectExamplesByCode } from './examples.ts';

const object = (apiVersion: string, kind: string, spec: string, metadata = '{name: catalog, namespace: shop}') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n`;
const entry = (spec: string) => object('networking.istio.io/v1', 'ServiceEntry', spec);
const rule = (trafficPolicy: string) =>
  object('networking.istio.io/v1', 'DestinationRule', `{host: a.example, trafficPolicy: ${trafficPolicy}}`);
const telemetry = (spec: string) => object('telemetry.istio.io/v1', 'Telemetry', spec);
const httpRoute = (spec: string, version = 'v1') => object(`gateway.networking.k8s.io/${version}`, 'HTTPRoute', spec);
const certificate = (spec: string, version = 'v1') => object(`cert-manager.io/${version}`, 'Certificate', spec);
const named = (metadata: string) => object('networking.istio.io/v1', 'ServiceEntry', hosts('[a.example]'), metadata);
const hosts = (list: string) => `{hosts: ${list}, ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}`;

const right = [
  { title: 'a ServiceEntry', yaml: entry(hosts('[a.example]')) },
  { title: 'an older version that is served', yaml: entry(hosts('[a.example]')).replace('/v1', '/v1alpha3') },
  {
    title: 'a DestinationRule',
    yaml: rule('{tls: {mode: ISTIO_MUTUAL}, connectionPool: {tcp: {connectTimeout: 3s}}}'),
  },
  { title: 'a Telemetry', yaml: telemetry('{metrics: [{overrides: [{match: {mode: CLIENT}, disabled: true}]}]}') },
  { title: 'a Certificate', yaml: certificate('{secretName: tls, dnsNames: [a.example], issuerRef: {name: ca}}') },
  {
    title: 'an HTTPRoute',
    yaml: httpRoute('{parentRefs: [{name: gateway}], rules: [{backendRefs: [{name: a, port: 80}]}]}'),
  },
  { title: 'an object that has been applied', yaml: `${entry(hosts('[a.example]'))}status: {conditions: []}\n` },
  { title: 'a kind of others', yaml: object('stable.example.com/v1', 'CronTab', '{hostz: 5}') },
  { title: 'a Gateway of others', yaml: object('stable.example.com/v1', 'Gateway', '{hostz: 5}') },
];

/** 2001 to 2009: what the API server says by the definition of the kind. */
export const schema: ObjectExamplesByCode = {
  AXC2001: {
    wrong: [
      {
        title: 'an alpha version of cert-manager',
        yaml: certificate('{secretName: tls, dnsNames: [a.example], issuerRef: {name: ca}}', 'v1alpha2'),
        at: 'Certificate shop/catalog apiVersion',
        says: 'write apiVersion: cert-manager.io/v1',
      },
      {
        title: 'a version of another kind',
        yaml: object('security.istio.io/v1alpha3', 'AuthorizationPolicy', '{}'),
        at: 'AuthorizationPolicy shop/catalog apiVersion',
        says: 'security.istio.io/v1',
      },
      {
        title: 'a kind in the group of another',
        yaml: object('networking.istio.io/v1', 'PeerAuthentication', '{}'),
        at: 'PeerAuthentication shop/catalog kind',
        says: 'security.istio.io/v1',
      },
      {
        title: 'the core group',
        yaml: object('v1', 'VirtualService', '{}'),
        at: 'VirtualService shop/catalog apiVersion',
        says: 'networking.istio.io/v1',
      },
      {
        title: 'a kind with a slip of the pen',
        yaml: object('networking.istio.io/v1', 'VirtualServices', '{}'),
        at: 'VirtualServices shop/catalog kind',
        says: 'did you mean "VirtualService"?',
      },
      {
        title: 'a kind that is gone',
        yaml: object('rbac.istio.io/v1alpha1', 'ServiceRole', '{}'),
        at: 'ServiceRole shop/catalog kind',
        says: 'AuthorizationPolicy',
      },
      {
        title: 'a Gateway API that may not be installed',
        yaml: httpRoute('{}', 'v1alpha2'),
        at: 'HTTPRoute shop/catalog apiVersion',
      },
    ],
    right,
  },
  AXC2002: {
    wrong: [
      {
        title: 'a slip of the pen',
        yaml: entry(hosts('[a.example]').replace('hosts', 'hostz')),
        at: 'ServiceEntry shop/catalog spec.hostz',
        says: 'did you mean "hosts"?',
      },
      {
        title: 'a field that stands too high',
        yaml: telemetry('{metrics: [{overrides: [{mode: CLIENT}]}]}'),
        at: 'Telemetry shop/catalog spec.metrics[0].overrides[0].mode',
        says: 'it belongs into match',
      },
      {
        title: 'a field that stands too low',
        yaml: rule('{tls: {mode: SIMPLE, connectionPool: {}}}'),
        at: 'DestinationRule shop/catalog spec.trafficPolicy.tls.connectionPool',
        says: 'it belongs one level up',
      },
    ],
    right,
  },
  AXC2003: {
    wrong: [
      { title: 'an entry without hosts', yaml: entry('{resolution: DNS}'), at: 'ServiceEntry shop/catalog spec.hosts' },
      {
        title: 'a certificate without an issuer',
        yaml: certificate('{secretName: tls}'),
        at: 'Certificate shop/catalog spec.issuerRef',
      },
    ],
    right,
  },
  AXC2004: {
    wrong: [
      {
        title: 'text instead of a list',
        yaml: entry(hosts('a.example')),
        at: 'ServiceEntry shop/catalog spec.hosts',
        says: 'begin the line with "- "',
      },
      {
        title: 'what YAML takes for a truth value',
        yaml: rule('{tls: {mode: SIMPLE, sni: on}}'),
        at: 'DestinationRule shop/catalog spec.trafficPolicy.tls.sni',
        says: 'put it in quotes',
      },
      {
        title: 'a duration without a unit',
        yaml: rule('{connectionPool: {tcp: {connectTimeout: 10}}}'),
        at: 'DestinationRule shop/catalog spec.trafficPolicy.connectionPool.tcp.connectTimeout',
        says: 'write "10s"',
      },
      {
        title: 'a number in quotes',
        yaml: entry(hosts('[a.example]').replace('80', '"80"')),
        at: 'ServiceEntry shop/catalog spec.ports[0].number',
        says: 'leave the quotes out',
      },
      {
        title: 'text instead of a tag',
        yaml: telemetry('{tracing: [{customTags: {cluster: request.headers}}]}'),
        at: 'Telemetry shop/catalog spec.tracing[0].customTags.cluster',
        says: 'must be a map',
      },
      {
        title: 'a key without a value',
        yaml: entry('{hosts: [a.example], ports: }'),
        at: 'ServiceEntry shop/catalog spec.ports',
        says: 'leave the key out',
      },
    ],
    right,
  },
  AXC2005: {
    wrong: [
      {
        title: 'small letters',
        yaml: entry(hosts('[a.example]').replace('DNS', 'dns')),
        at: 'ServiceEntry shop/catalog spec.resolution',
        says: 'did you mean "DNS"?',
      },
      {
        title: 'half of a word',
        yaml: httpRoute('{rules: [{matches: [{path: {type: Prefix, value: /}}]}]}'),
        at: 'HTTPRoute shop/catalog spec.rules[0].matches[0].path.type',
        says: 'did you mean "PathPrefix"?',
      },
    ],
    right,
  },
  AXC2006: {
    wrong: [
      {
        title: 'a method in small letters',
        yaml: httpRoute('{hostnames: [Catalog.example]}'),
        at: 'HTTPRoute shop/catalog spec.hostnames[0]',
        says: 'must match',
      },
    ],
    right,
  },
  AXC2007: {
    wrong: [
      {
        title: 'an empty list of hosts',
        yaml: entry(hosts('[]')),
        at: 'ServiceEntry shop/catalog spec.hosts',
        says: 'must not be empty',
      },
      {
        title: 'a port that is too large',
        yaml: httpRoute('{rules: [{backendRefs: [{name: a, port: 80000}]}]}'),
        at: 'HTTPRoute shop/catalog spec.rules[0].backendRefs[0].port',
        says: 'at most 65535',
      },
      {
        title: 'two listeners of one name',
        yaml: object(
          'gateway.networking.k8s.io/v1',
          'Gateway',
          '{gatewayClassName: istio, listeners: [{name: a, port: 80, protocol: HTTP}, {name: a, port: 81, protocol: HTTP}]}',
        ),
        at: 'Gateway shop/catalog spec.listeners[1]',
        says: 'twice',
      },
    ],
    right,
  },
  AXC2008: {
    wrong: [
      {
        title: 'two ways to balance',
        yaml: rule('{loadBalancer: {simple: ROUND_ROBIN, consistentHash: {useSourceIp: true}}}'),
        at: 'DestinationRule shop/catalog spec.trafficPolicy.loadBalancer',
        says: 'simple and consistentHash exclude each other',
      },
    ],
    right,
  },
  AXC2009: {
    wrong: [
      {
        title: 'a time-out of nothing',
        yaml: rule('{connectionPool: {tcp: {connectTimeout: 0s}}}'),
        at: 'DestinationRule shop/catalog spec.trafficPolicy.connectionPool.tcp.connectTimeout',
        says: 'must be a valid duration greater than 1ms',
      },
      {
        title: 'endpoints beside a selector',
        yaml: entry(
          '{hosts: [a.example], resolution: STATIC, endpoints: [{address: 192.0.2.1}], workloadSelector: {labels: {app: a}}}',
        ),
        at: 'ServiceEntry shop/catalog spec',
        says: 'only one of WorkloadSelector or Endpoints can be set',
      },
      {
        title: 'a rule of the Gateway API that counts on a default',
        yaml: httpRoute('{rules: [{matches: [{path: {value: catalog}}]}]}'),
        at: 'HTTPRoute shop/catalog spec.rules[0].matches[0].path',
        says: "value must be an absolute path and start with '/'",
      },
    ],
    right,
  },
  AXC2011: {
    wrong: [
      {
        title: 'a name with capital letters',
        yaml: named('{name: Catalog, namespace: shop}'),
        at: 'ServiceEntry shop/Catalog metadata.name',
        says: 'small letters',
      },
      {
        title: 'no name',
        yaml: named('{namespace: shop}'),
        at: 'ServiceEntry shop/(no name) metadata.name',
        says: 'missing',
      },
      {
        title: 'a number as a label',
        yaml: named('{name: catalog, namespace: shop, labels: {version: 2}}'),
        at: 'ServiceEntry shop/catalog metadata.labels.version',
        says: 'put it in quotes',
      },
      {
        title: 'a field that metadata has not',
        yaml: named('{name: catalog, namespace: shop, label: {app: a}}'),
        at: 'ServiceEntry shop/catalog metadata.label',
        says: 'did you mean "labels"?',
      },
      {
        title: 'a key of an annotation with two slashes',
        yaml: named('{name: catalog, namespace: shop, annotations: {a/b/c: d}}'),
        at: 'ServiceEntry shop/catalog metadata.annotations["a/b/c"]',
      },
    ],
    right,
  },
};
