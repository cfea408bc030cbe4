import type { ObjectExamplesByCode } from './examples.ts';

const istio = (group: string, kind: string, name: string, spec: string): string => {
  const [namespace, own] = name.includes('/') ? name.split('/') : [undefined, name];
  const place = namespace === undefined ? '' : `, namespace: ${namespace}`;
  return `---\napiVersion: ${group}.istio.io/v1\nkind: ${kind}\nmetadata: {name: ${own}${place}}\nspec: ${spec}\n`;
};
const entry = (name: string, spec: string) => istio('networking', 'ServiceEntry', name, spec);
const rule = (name: string, spec: string) => istio('networking', 'DestinationRule', name, spec);
const virtualService = (name: string, spec: string) => istio('networking', 'VirtualService', name, spec);
const gateway = (name: string, spec: string) => istio('networking', 'Gateway', name, spec);
const policy = (name: string, spec: string) => istio('security', 'AuthorizationPolicy', name, spec);
const peers = (name: string, spec: string) => istio('security', 'PeerAuthentication', name, spec);
const core = (apiVersion: string, kind: string, name: string, spec: string) =>
  istio('core', kind, name, spec).replace('core.istio.io/v1', apiVersion);
const service = (name: string, ports: string, selector = `{app: ${name.split('/').at(-1)}}`) =>
  core('v1', 'Service', name, `{selector: ${selector}, ports: ${ports}}`);
const deployment = (name: string, labels: string) =>
  core('apps/v1', 'Deployment', name, `{selector: {}, template: {metadata: {labels: ${labels}}}}`);
const meshConfig = (text: string) =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: "${text}"}\n`;

const tcp = (name: string, more = '') =>
  entry(
    name,
    `{hosts: [${name.replace('/', '.')}.db], resolution: STATIC, ports: [{number: 5432, name: tcp, protocol: TCP}]${more}}`,
  );
const exported = (selector = '') =>
  gateway(
    'istio-system/exports',
    `{selector: {istio: eastwestgateway}, servers: [{port: {number: 15443, name: tls, protocol: TLS}, tls: {mode: AUTO_PASSTHROUGH}, hosts: [catalog.shop.svc.cluster.local]}]}`,
  ) + selector;
const imported = (endpoint: string, more = '') =>
  entry(
    'imports/catalog',
    `{hosts: [catalog.xc.global], location: MESH_INTERNAL, resolution: STATIC, exportTo: [web], ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [${endpoint}]}`,
  ) + more;
const pinned = rule(
  'imports/catalog',
  '{host: catalog.xc.global, exportTo: [web], trafficPolicy: {tls: {mode: ISTIO_MUTUAL, sni: outbound_.80_._.catalog.shop.svc.cluster.local, subjectAltNames: [spiffe://b.example/ns/shop/sa/catalog]}}}',
);
const remote = '{address: 203.0.113.20, ports: {http: 15443}}';
const allows = (source: string) =>
  policy('shop/catalog', `{selector: {matchLabels: {app: catalog}}, rules: [{from: [{source: ${source}}]}]}`);
const about = (action: string, operation: string) =>
  policy('shop/catalog', `{action: ${action}, rules: [{to: [{operation: ${operation}}]}]}`);
const https = '{port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: catalog}}';
const ingress = (servers: string) =>
  gateway(
    'shop/ingress',
    `{selector: {istio: ingressgateway}, servers: [${servers.replaceAll('{port:', '{hosts: [catalog.example.com], port:')}]}`,
  );
const atIngress = (kind: string) =>
  virtualService(
    'shop/catalog',
    `{hosts: [catalog.example.com], gateways: [ingress], ${kind}: [{match: [{port: 443, sniHosts: [catalog.example.com]}], route: [{destination: {host: catalog}}]}]}`,
  );
const payments = entry(
  'shop/payments',
  '{hosts: [pay.example.com], resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}, {number: 443, name: https, protocol: HTTPS}]}',
);
const toPayments = (destination: string) =>
  virtualService(
    'shop/payments',
    `{hosts: [pay.example.com], http: [{route: [{destination: {host: pay.example.com, ${destination}}}]}]}`,
  );
const paymentsRule = (spec: string) => rule('shop/payments', `{host: pay.example.com, ${spec}}`);
const port443 = 'port: {number: 443}';
const catalog = service('shop/catalog', '[{port: 80, targetPort: 8080, name: http}]');

/** What the examples of the pages leave out: the other side of each condition. */
export const edges: ObjectExamplesByCode = {
  AXC2101: {
    wrong: [],
    right: [
      {
        title: 'the way out of the mesh to a public domain',
        yaml: entry('shop/wikipedia', '{hosts: ["*.wikipedia.org"], resolution: NONE}'),
      },
      {
        title: 'a public domain behind one address',
        yaml: entry(
          'shop/wikipedia',
          '{hosts: ["*.wikipedia.org"], resolution: DNS, endpoints: [{address: www.wikipedia.org}]}',
        ),
      },
    ],
  },
  AXC2106: {
    wrong: [],
    right: [
      {
        title: 'a local and a remote half in one namespace',
        yaml: tcp('shop/orders') + tcp('shop/orders').replace('name: orders,', 'name: orders-remote,'),
      },
    ],
  },
  AXC2109: {
    wrong: [
      {
        title: 'two hosts on one port, which is a warning for both',
        yaml: tcp('shop/orders') + tcp('shop/billing'),
        at: ['ServiceEntry shop/orders spec.ports[0]', 'ServiceEntry shop/billing spec.ports[0]'],
        says: 'shop.billing.db',
      },
    ],
    right: [
      {
        title: 'DNS capture for some clients',
        yaml:
          tcp('shop/orders') +
          istio('networking', 'ProxyConfig', 'web/dns', '{environmentVariables: {ISTIO_META_DNS_CAPTURE: "true"}}'),
      },
      {
        title: 'DNS capture for the mesh',
        yaml: tcp('shop/orders') + meshConfig("{defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: 'true'}}}"),
      },
    ],
  },
  AXC2121: {
    wrong: [
      {
        title: 'TCP routes of an HTTP service',
        yaml:
          catalog +
          virtualService('shop/catalog', '{hosts: [catalog], tcp: [{route: [{destination: {host: catalog}}]}]}'),
        at: 'VirtualService shop/catalog spec.tcp',
      },
      {
        title: 'HTTP routes at a gateway that hands TLS on',
        yaml: ingress('{port: {number: 443, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}}') + atIngress('http'),
        at: 'VirtualService shop/catalog spec.http',
        says: 'write `tls` routes',
      },
      {
        title: 'HTTP routes at a gateway that hands on what it calls HTTPS',
        yaml:
          ingress('{port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: PASSTHROUGH}}') + atIngress('http'),
        at: 'VirtualService shop/catalog spec.http',
      },
      {
        title: 'TLS routes at a gateway that ends TLS',
        yaml: ingress(https) + atIngress('tls'),
        at: 'VirtualService shop/catalog spec.tls',
        says: 'ends TLS on port 443 (HTTPS, SIMPLE)\nwrite `http` routes',
      },
      {
        title: 'HTTP routes at a gateway that ends TLS around other bytes',
        yaml:
          ingress('{port: {number: 443, name: tls, protocol: TLS}, tls: {mode: SIMPLE, credentialName: c}}') +
          atIngress('http'),
        at: 'VirtualService shop/catalog spec.http',
        says: 'write `tcp` routes',
      },
    ],
    right: [
      { title: 'HTTP routes at a gateway that ends TLS', yaml: ingress(https) + atIngress('http') },
      {
        title: 'HTTP routes for another port of the gateway',
        yaml:
          ingress(
            '{port: {number: 443, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}}, {port: {number: 80, name: http, protocol: HTTP}}',
          ) + atIngress('http'),
      },
      {
        title: 'TCP routes behind a gateway that ends TLS',
        yaml:
          ingress('{port: {number: 443, name: tls, protocol: TLS}, tls: {mode: SIMPLE, credentialName: c}}') +
          atIngress('tcp'),
      },
      { title: 'a gateway that is not in the files', yaml: atIngress('tls') },
      {
        title: 'routes for sidecars too',
        yaml: ingress(https) + atIngress('tls').replace('[ingress]', '[ingress, mesh]'),
      },
      {
        title: 'a gateway that does not have the host',
        yaml: ingress(https).replaceAll('catalog.example.com', 'other.example.com') + atIngress('tls'),
      },
      { title: 'a host that is not in the files', yaml: virtualService('shop/catalog', '{hosts: [catalog], tcp: []}') },
      {
        title: 'a port whose protocol is guessed',
        yaml:
          service('shop/catalog', '[{port: 80}]') +
          virtualService('shop/catalog', '{hosts: [catalog], tcp: [{route: [{destination: {host: catalog}}]}]}'),
      },
    ],
  },
  AXC2122: {
    wrong: [
      ['TLS for another port', 'trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE}}]}', ''],
      [
        'settings of the port that lose TLS',
        'trafficPolicy: {tls: {mode: SIMPLE}, portLevelSettings: [{port: {number: 443}, connectionPool: {}}]}',
        '',
      ],
      ['TLS that is turned off', 'trafficPolicy: {tls: {mode: DISABLE}}', ''],
      [
        'TLS of a subset that is not called',
        'subsets: [{name: v1, labels: {v: a}, trafficPolicy: {tls: {mode: SIMPLE}}}]',
        '',
      ],
      [
        'a subset that turns TLS off',
        'trafficPolicy: {tls: {mode: SIMPLE}}, subsets: [{name: v1, labels: {v: a}, trafficPolicy: {tls: {mode: DISABLE}}}]',
        ', subset: v1',
      ],
    ].map(([title = '', spec = '', subset = '']) => ({
      title,
      yaml: payments + toPayments(port443 + subset) + paymentsRule(spec),
      at: 'VirtualService shop/payments spec.http[0].route[0].destination.port.number',
      says: 'DestinationRule shop/payments does not start it',
    })),
    right: [
      ['TLS for the port', 'trafficPolicy: {portLevelSettings: [{port: {number: 443}, tls: {mode: SIMPLE}}]}', ''],
      [
        'TLS of the subset',
        'subsets: [{name: v1, labels: {v: a}, trafficPolicy: {tls: {mode: SIMPLE}}}]',
        ', subset: v1',
      ],
      [
        'TLS for all, and a subset that says other things',
        'trafficPolicy: {tls: {mode: SIMPLE}}, subsets: [{name: v1, labels: {v: a}, trafficPolicy: {connectionPool: {}}}]',
        ', subset: v1',
      ],
    ].map(([title = '', spec = '', subset = '']) => ({
      title,
      yaml: payments + toPayments(port443 + subset) + paymentsRule(spec),
    })),
  },
  AXC2123: {
    wrong: [],
    right: [
      {
        title: 'a condition on the caller',
        yaml: virtualService('shop/catalog', '{hosts: [catalog], http: [{match: [{sourceLabels: {app: web}}]}, {}]}'),
      },
    ],
  },
  AXC2124: {
    wrong: [
      {
        title: 'a longer path behind a shorter one',
        yaml: virtualService(
          'shop/catalog',
          '{hosts: [catalog], http: [{match: [{uri: {prefix: /api}}]}, {match: [{uri: {exact: /api/new}, method: {exact: GET}}]}]}',
        ),
        at: 'VirtualService shop/catalog spec.http[1].match[0]',
      },
    ],
    right: [
      {
        title: 'two paths of one route',
        yaml: virtualService(
          'shop/catalog',
          '{hosts: [catalog], http: [{match: [{uri: {prefix: /api}}, {uri: {prefix: /api/new}}]}]}',
        ),
      },
    ],
  },
  AXC2125: {
    wrong: [],
    right: [
      {
        title: 'no DestinationRule in the files',
        yaml: virtualService(
          'shop/catalog',
          '{hosts: [catalog], http: [{route: [{destination: {host: catalog, subset: v2}}]}]}',
        ),
      },
    ],
  },
  AXC2129: {
    wrong: [],
    right: [
      {
        title: 'the Service of its own namespace beside another one',
        yaml: catalog + service('web/catalog', '[{port: 80, name: http}]') + rule('web/catalog', '{host: catalog}'),
      },
      {
        title: 'objects of no namespace',
        yaml: service('catalog', '[{port: 80, name: http}]') + rule('web/catalog', '{host: catalog}'),
      },
    ],
  },
  AXC2130: {
    wrong: [],
    right: [
      {
        title: 'two that no client sees both of',
        yaml: ['web', 'shop']
          .map((to) => virtualService(`${to}/catalog`, `{hosts: [catalog.xc.global], exportTo: [${to}], http: []}`))
          .join(''),
      },
    ],
  },
  AXC2147: {
    wrong: [
      {
        title: "a Secret that is not where the gateway's pods are",
        yaml:
          deployment('edge/gateway', '{app: edge}') +
          core('v1', 'Secret', 'istio-system/shop-tls', '{}') +
          gateway(
            'edge/web',
            '{selector: {app: edge}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: shop-tls}, hosts: [a.example.com]}]}',
          ),
        at: 'Gateway edge/web spec.servers[0].tls.credentialName',
        says: 'edge',
      },
    ],
    right: [],
  },
  AXC2150: {
    wrong: [],
    right: [
      {
        title: 'a rule that the gateway does not see',
        yaml: exported(rule('shop/catalog', '{host: catalog, exportTo: [web], trafficPolicy: {tls: {mode: SIMPLE}}}')),
      },
    ],
  },
  AXC2152: {
    wrong: [
      {
        title: 'mesh TLS that Istio starts by itself',
        yaml: rule(
          'shop/catalog',
          '{host: catalog, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}, portLevelSettings: [{port: {number: 80}}]}}',
        ),
        at: 'DestinationRule shop/catalog spec.trafficPolicy.portLevelSettings[0]',
        says: 'by itself',
      },
    ],
    right: [],
  },
  AXC2159: {
    wrong: [],
    right: [
      {
        title: 'a second rule for the rest',
        yaml:
          imported(remote) +
          pinned.replace('exportTo: [web]', 'exportTo: [batch]') +
          pinned.replace('name: catalog', 'name: catalog-web'),
      },
    ],
  },
  AXC2170: {
    wrong: [
      {
        title: 'a DENY rule that takes the TCP port too',
        yaml:
          service('shop/catalog', '[{port: 80, name: http}, {port: 6379, name: redis}]') +
          policy(
            'shop/catalog',
            '{selector: {matchLabels: {app: catalog}}, action: DENY, rules: [{to: [{operation: {methods: [DELETE]}}]}]}',
          ),
        at: 'AuthorizationPolicy shop/catalog spec.rules[0].to[0].operation.methods',
        says: 'denies everything',
      },
      {
        title: 'a TCP port in a rule that has HTTP fields elsewhere',
        yaml:
          service('shop/catalog', '[{port: 80, name: http}, {port: 6379, name: redis}]') +
          policy(
            'shop/catalog',
            '{selector: {matchLabels: {app: catalog}}, rules: [{to: [{operation: {ports: ["80"], methods: [GET]}}, {operation: {ports: ["6379"]}}]}]}',
          ),
        at: 'AuthorizationPolicy shop/catalog spec.rules[0].to[0].operation.methods',
      },
    ],
    right: [
      {
        title: 'a rule for all ports, of which some speak HTTP',
        yaml:
          service('shop/catalog', '[{port: 80, name: http}, {port: 6379, name: redis}]') +
          policy(
            'shop/catalog',
            '{selector: {matchLabels: {app: catalog}}, rules: [{to: [{operation: {methods: [GET]}}]}]}',
          ),
      },
    ],
  },
  AXC2171: {
    wrong: [
      {
        title: 'a PeerAuthentication for the port of the Service',
        yaml:
          catalog +
          peers('shop/catalog', '{selector: {matchLabels: {app: catalog}}, portLevelMtls: {"80": {mode: STRICT}}}'),
        at: 'PeerAuthentication shop/catalog spec.portLevelMtls.80',
      },
    ],
    right: [
      {
        title: 'a port that is delivered under its own number',
        yaml:
          service('shop/catalog', '[{port: 80, name: http}]') +
          peers('shop/catalog', '{selector: {matchLabels: {app: catalog}}, portLevelMtls: {"80": {mode: STRICT}}}'),
      },
    ],
  },
  AXC2126: {
    wrong: [
      {
        title: 'settings for the port of the container',
        yaml:
          catalog +
          rule('shop/catalog', '{host: catalog, trafficPolicy: {portLevelSettings: [{port: {number: 8080}}]}}'),
        at: 'DestinationRule shop/catalog spec.trafficPolicy.portLevelSettings[0].port.number',
        says: 'its port is 80',
      },
      {
        title: 'TLS for a port that is not there, in a subset',
        yaml:
          payments +
          paymentsRule(
            'subsets: [{name: v1, trafficPolicy: {portLevelSettings: [{port: {number: 8443}, tls: {mode: SIMPLE}}]}}]',
          ),
        at: 'DestinationRule shop/payments spec.subsets[0].trafficPolicy.portLevelSettings[0].port.number',
        says: 'no connection gets the `tls` in them',
      },
    ],
    right: [
      {
        title: 'a pattern over more than the files have',
        yaml:
          entry('shop/any', '{hosts: ["*.example.com"], ports: [{number: 80, name: http, protocol: HTTP}]}') +
          rule('shop/any', '{host: "*.example.com", trafficPolicy: {portLevelSettings: [{port: {number: 443}}]}}'),
      },
      {
        title: 'a port of another ServiceEntry for the host',
        yaml:
          payments +
          payments.replace('shop', 'web').replaceAll('443', '8443') +
          paymentsRule('trafficPolicy: {portLevelSettings: [{port: {number: 8443}}]}'),
      },
    ],
  },
  AXC2172: {
    wrong: [],
    right: [
      {
        title: 'a policy of the root namespace, which reaches all',
        yaml:
          deployment('shop/catalog', '{app: catalog}') +
          policy('istio-system/catalog', '{selector: {matchLabels: {app: catalog}}}'),
      },
      {
        title: 'pods that are not in the files',
        yaml:
          deployment('shop/catalog', '{app: catalog}') +
          policy('web/frontend', '{selector: {matchLabels: {app: frontend}}}'),
      },
    ],
  },
  AXC2195: {
    wrong: [
      {
        title: 'TLS for the port itself, with routes that are never used',
        yaml:
          entry(
            'shop/payments',
            '{hosts: [pay.example.com], resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}]}',
          ) +
          paymentsRule('trafficPolicy: {portLevelSettings: [{port: {number: 443}, tls: {mode: MUTUAL}}]}') +
          toPayments('subset: v1'),
        at: 'DestinationRule shop/payments spec.trafficPolicy.portLevelSettings[0].tls.mode',
        says: 'on port 443',
      },
      {
        title: 'TLS for all ports, one of which is HTTP',
        yaml: payments + paymentsRule('trafficPolicy: {tls: {mode: SIMPLE}}'),
        at: 'DestinationRule shop/payments spec.trafficPolicy.tls.mode',
      },
    ],
    right: [
      ...[port443, 'subset: v1'].map((destination) => ({
        title: `plain requests that are led there by {${destination}}`,
        yaml: payments + paymentsRule('trafficPolicy: {tls: {mode: SIMPLE}}') + toPayments(destination),
      })),
      {
        title: 'plain requests that a gateway leads there',
        yaml:
          payments +
          paymentsRule('trafficPolicy: {tls: {mode: SIMPLE}}') +
          atIngress('http').replace('host: catalog', 'host: pay.example.com'),
      },
      {
        title: 'a rule for some clients',
        yaml:
          payments + paymentsRule('workloadSelector: {matchLabels: {app: a}}, trafficPolicy: {tls: {mode: SIMPLE}}'),
      },
      {
        title: 'TLS for the HTTP port',
        yaml:
          payments + paymentsRule('trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE}}]}'),
      },
      {
        title: 'routes of the Gateway API',
        yaml:
          payments +
          paymentsRule('trafficPolicy: {tls: {mode: SIMPLE}}') +
          core('gateway.networking.k8s.io/v1', 'HTTPRoute', 'shop/payments', '{}'),
      },
      {
        title: 'a Service, whose callers may be gateways that end TLS',
        yaml:
          service('shop/catalog', '[{port: 443, name: https}]') +
          rule('shop/catalog', '{host: catalog, trafficPolicy: {tls: {mode: SIMPLE}}}'),
      },
    ],
  },
  AXC2196: {
    wrong: [
      ['DENY', '{paths: ["/x/**"]}', 'gets through\nwrite "/x/*"'],
      ['DENY', '{paths: ["/a/*/b/**"]}', 'write "/a/{*}/b/{**}"'],
      ['DENY', '{paths: ["*/admin/*"]}', 'one entry for each path'],
      ['ALLOW', '{paths: [admin]}', 'lets nobody in\nwrite "/admin"'],
      ['ALLOW', '{notPaths: ["admin/*"]}', 'gets in\nwrite "/admin/*"'],
      ['DENY', '{notPaths: ["/a?b=c"]}', 'excepts nobody\nwrite "/a"'],
      ['CUSTOM', '{paths: ["/a/../b"]}', 'is not asked about it\nwrite "/b"'],
      ['DENY', '{paths: ["/a/./b*"]}', 'write "/a/b*"'],
      ['ALLOW', '{methods: [get]}', 'write GET'],
      ['AUDIT', '{methods: [Post]}', 'write POST'],
      ['DENY', '{hosts: ["*.example.com:*"]}', 'one entry for each host'],
      ['DENY', '{hosts: ["https://example.com*"]}', 'the name only'],
    ].map(([action = '', operation = '', says = '']) => ({
      title: `${action} ${operation}`,
      yaml: about(action, operation),
      at: `AuthorizationPolicy shop/catalog spec.rules[0].to[0].operation.${/\w+/.exec(operation)?.[0]}[0]`,
      says,
    })),
    right: [
      ...[
        '{paths: ["*", "/", "/a*", "*.css", "/a/.*", "/a/{*}/b", "/a/{**}", "//a", "/a%2Fb", "/a..b"]}',
        '{methods: [GET, "*", "P*", PROPFIND, purge]}',
        '{hosts: [example.com, "example.com:*", "*.example.com", "*"]}',
      ].map((operation) => ({ title: `DENY ${operation}`, yaml: about('DENY', operation) })),
      {
        title: 'a mesh that leaves paths as they are',
        yaml: meshConfig('{pathNormalization: {normalization: NONE}}') + about('DENY', '{paths: [/a/../b]}'),
      },
    ],
  },
  AXC2197: {
    wrong: [
      ['exact: "/a?x=1"', 'write "/a", and what the query must have'],
      ['exact: /a/*', 'write `prefix: "/a/"`'],
      ['prefix: /a/*/b', 'write `regex`'],
      ['prefix: a', 'write "/a"'],
      ['exact: /a/../b', 'write "/b"'],
    ].map(([uri = '', says = '']) => ({
      title: uri,
      yaml: virtualService('shop/catalog', `{hosts: [catalog], http: [{match: [{uri: {${uri}}}]}]}`),
      at: `VirtualService shop/catalog spec.http[0].match[0].uri.${uri.split(':')[0]}`,
      says,
    })),
    right: ['prefix: /', 'exact: /a.b', 'prefix: /a/.', 'regex: "/a/.*"'].map((uri) => ({
      title: uri,
      yaml: virtualService('shop/catalog', `{hosts: [catalog], http: [{match: [{uri: {${uri}}}]}]}`),
    })),
  },
  AXC2198: {
    wrong: [
      {
        title: 'one of two labels',
        yaml:
          deployment('shop/catalog', '{app: catalog, tier: web}') +
          peers('shop/catalog', '{selector: {matchLabels: {app: catalgo, tier: web}}}'),
        at: 'PeerAuthentication shop/catalog spec.selector.matchLabels.app',
        says: 'did you mean "catalog"?',
      },
    ],
    right: [
      ...[
        ['another version', '{app: catalog-v2}', '{app: catalog-v1}'],
        ['a longer name', '{app: catalog-web}', '{app: catalog}'],
        ['another label that differs too', '{app: catalogs, tier: web}', '{app: catalog, tier: db}'],
      ].map(([title = '', selected = '', labels = '']) => ({
        title,
        yaml: deployment('shop/catalog', labels) + policy('shop/catalog', `{selector: {matchLabels: ${selected}}}`),
      })),
      {
        title: 'pods of another namespace that are nearly the same',
        yaml:
          deployment('web/catalog', '{app: catalog}') +
          policy('shop/catalog', '{selector: {matchLabels: {app: catalogs}}}'),
      },
      {
        title: 'the pods of a job',
        yaml:
          deployment('shop/catalog', '{app: catalog}') +
          core('batch/v1', 'Job', 'shop/catalogs', '{template: {metadata: {labels: {app: catalogs}}}}') +
          policy('shop/catalog', '{selector: {matchLabels: {app: catalogs}}}'),
      },
    ],
  },
  AXC2202: {
    wrong: [
      {
        title: 'mesh TLS turned off for a port',
        yaml: peers('shop/catalog', '{portLevelMtls: {"8080": {mode: DISABLE}}}'),
        at: 'PeerAuthentication shop/catalog spec.portLevelMtls.8080.mode',
      },
    ],
    right: [],
  },
  AXC2203: {
    wrong: [
      {
        title: 'the beginning of a name',
        yaml: allows('{principals: [a.example/ns/web*]}'),
        at: 'AuthorizationPolicy shop/catalog spec.rules[0].from[0].source.principals[0]',
        says: 'web-other',
      },
    ],
    right: [
      { title: 'a whole trust domain', yaml: allows('{principals: [a.example/*]}') },
      { title: 'somebody who is kept out', yaml: allows('{principals: [a.example/*], notPrincipals: ["*"]}') },
      { title: 'a pattern that nobody fits', yaml: allows('{principals: ["*/ns/*/sa/web"]}') },
      {
        title: 'spiffe:// before a pattern, which nobody fits',
        yaml: allows('{principals: ["spiffe://a.example/ns/web*"]}'),
      },
    ],
  },
  AXC2204: {
    wrong: [],
    right: [
      {
        title: 'two callers',
        yaml: policy(
          'shop/catalog',
          '{rules: [{from: [{source: {principals: [a.example/ns/web/sa/web]}}, {source: {principals: [a.example/ns/web/sa/batch]}}]}]}',
        ),
      },
      {
        title: 'a certificate or a token',
        yaml: policy(
          'shop/catalog',
          '{rules: [{from: [{source: {principals: [a.example/ns/web/sa/web]}}, {source: {requestPrincipals: ["*"]}}]}]}',
        ),
      },
    ],
  },
  AXC2210: {
    wrong: [
      {
        title: 'a pattern that is denied',
        yaml: about('DENY', '{hosts: ["*.example.com"]}'),
        at: 'AuthorizationPolicy shop/catalog spec.rules[0].to[0].operation.hosts[0]',
        says: '"www.example.com:*"',
      },
      {
        title: 'a pattern with a second star behind it, which is a letter',
        yaml: about('DENY', '{hosts: ["*.example.com", "*.example.com:*"]}'),
        at: 'AuthorizationPolicy shop/catalog spec.rules[0].to[0].operation.hosts[0]',
      },
      {
        title: 'a pattern that is let in',
        yaml: about('ALLOW', '{hosts: ["*.example.com"]}'),
        at: 'AuthorizationPolicy shop/catalog spec.rules[0].to[0].operation.hosts[0]',
        says: 'as "*.example.com:443"',
      },
    ],
    right: [
      { title: 'a pattern with a port', yaml: about('ALLOW', '{hosts: ["*.example.com", "*.example.com:443"]}') },
      { title: 'a host that begins like this', yaml: about('DENY', '{hosts: ["admin.example.com*"]}') },
      { title: 'all but some', yaml: about('DENY', '{notHosts: [shop.example.com]}') },
    ],
  },
  AXC3001: {
    wrong: [
      {
        title: 'an import without a server name of its own',
        yaml: { 'cluster-a': imported(remote), 'cluster-b': exported() },
        at: 'cluster-a ServiceEntry imports/catalog spec.ports[0]',
        says: 'the host that Istio sends',
      },
    ],
    right: [
      { title: 'one cluster alone', yaml: { 'cluster-a': imported(remote, pinned) } },
      {
        title: 'another one that has no gateways in its files',
        yaml: { 'cluster-a': imported(remote, pinned), 'cluster-b': catalog },
      },
      {
        title: 'the host opened by a wildcard',
        yaml: {
          'cluster-a': imported(remote, pinned),
          'cluster-b': exported()
            .replace('[catalog.shop', '["*')
            .replace('"*.svc.cluster.local', '"*.shop.svc.cluster.local"'),
        },
      },
    ],
  },
  AXC3006: {
    wrong: [
      {
        title: 'an endpoint in the network of the cluster itself',
        yaml: {
          'cluster-a': imported('{address: 203.0.113.10, ports: {http: 15443}, network: cluster-a}', pinned),
          'cluster-b': exported(),
        },
        at: 'cluster-a ServiceEntry imports/catalog spec.endpoints[0].address',
      },
    ],
    right: [],
  },
  AXC3008: {
    wrong: [
      {
        title: 'an alias',
        yaml: {
          'cluster-a': meshConfig('{trustDomain: a.example}') + imported(remote, pinned),
          'cluster-b': meshConfig('{trustDomain: b.example, trustDomainAliases: [a.example]}') + exported(catalog),
        },
        at: 'cluster-b ConfigMap istio-system/istio data.mesh',
        says: 'remove the alias',
      },
    ],
    right: [],
  },
  AXC3010: {
    wrong: [],
    right: [
      '{principals: [a.example/ns/web/sa/web]}',
      '{principals: ["a.example/*"]}',
      '{namespaces: [web]}',
      '{principals: ["*"]}',
    ].map((source) => ({
      title: `callers by ${source}`,
      yaml: {
        'cluster-a': imported(`${remote.slice(0, -1)}, network: cluster-b}`, pinned),
        'cluster-b': exported(catalog + allows(source)),
      },
    })),
  },
};
