/**
 * Objects of all kinds that lint judges, right and wrong. `corpus.test.ts` holds lint against them, `corpus.mesh.test.ts` a real API
 * server with istiod's webhook: so that what the one says is what the other does.
 */
export interface CorpusKind {
  readonly apiVersion: string;
  /** Specs in YAML that are accepted. */
  readonly right: readonly string[];
  /** Specs that are refused: by the definition of the kind, */
  readonly unfit: readonly string[];
  /** and by Istio, with words of its answer. */
  readonly wrong: readonly (readonly [says: string, spec: string])[];
  /** Specs that Istio accepts with a warning, words of it, and the code of the check that has other words for it. */
  readonly warned?: readonly (readonly [says: string, spec: string, code?: string])[];
}

const http = '{number: 80, name: http, protocol: HTTP}';
const tcp = '{number: 5432, name: tcp, protocol: TCP}';
const to = '{destination: {host: a.example}}';
const entry = (rest: string) => `{hosts: [a.example], ports: [${http}], ${rest}}`;
const rule = (policy: string) => `{host: a.example, trafficPolicy: ${policy}}`;
const route = (one: string, rest = '') => `{hosts: [a.example], http: [${one}]${rest}}`;
const server = (rest: string, host = 'a.example') => `{selector: {app: gw}, servers: [{hosts: ["${host}"], ${rest}}]}`;
const https = 'port: {number: 443, name: https, protocol: HTTPS}';
const from = (source: string) => `{rules: [{from: [{source: ${source}}]}]}`;
const operation = (one: string) => `{rules: [{to: [{operation: ${one}}]}]}`;
const when = (condition: string) => `{rules: [{when: [${condition}]}]}`;
const jwt = (one: string) => `{jwtRules: [${one}]}`;

const networking = 'networking.istio.io/v1';
const security = 'security.istio.io/v1';

export const corpus: Readonly<Record<string, CorpusKind>> = {
  ServiceEntry: {
    apiVersion: networking,
    right: [
      entry('resolution: DNS'),
      entry('location: MESH_INTERNAL, resolution: STATIC, endpoints: [{address: 192.0.2.1, ports: {http: 15443}}]'),
      entry('resolution: DNS, endpoints: [{address: ew.example.net, labels: {app: a}, locality: eu/west}]'),
      entry('resolution: DNS, exportTo: ["."], subjectAltNames: [spiffe://td/ns/a/sa/b]'),
      entry('exportTo: [shop, web]'),
      entry('exportTo: ["~"]'),
      '{hosts: ["*.example.com"], ports: [{number: 443, name: tls, protocol: TLS}]}',
      `{hosts: [a.example], addresses: [240.0.0.1], ports: [${tcp}], resolution: DNS}`,
      `{hosts: [a.example], addresses: [10.0.0.0/8], ports: [${tcp}], resolution: NONE}`,
      `{hosts: [a.example, b.example], ports: [${http}], resolution: DNS}`,
      `{hosts: [a.example], ports: [${http}], resolution: STATIC, workloadSelector: {labels: {app: a}}}`,
      entry('resolution: STATIC, endpoints: [{address: "unix:///run/a.sock"}]'),
      `{hosts: ["*.example.com"], location: MESH_EXTERNAL, ports: [${http}], resolution: DYNAMIC_DNS}`,
      '{hosts: [a.example], ports: [{number: 80, name: a}]}',
      'hosts: [a.example.]',
    ],
    unfit: [
      '{hosts: [], resolution: DNS}',
      '{resolution: DNS}',
      entry('resolution: dns'),
      entry('resolution: DNS, loction: MESH_INTERNAL'),
      '{hosts: ["*"]}',
      '{hosts: [a.example], ports: [{number: 0, name: http}]}',
      '{hosts: [a.example], ports: [{number: 65536, name: http}]}',
      `{hosts: [a.example], ports: [${http}, {number: 80, name: other}]}`,
      '{hosts: [a.example], ports: [{number: "80", name: http}]}',
      entry('resolution: STATIC, endpoints: [{address: 192.0.2.1}], workloadSelector: {labels: {app: a}}'),
      entry('resolution: NONE, endpoints: [{address: 192.0.2.1}]'),
      entry('resolution: DNS_ROUND_ROBIN, endpoints: [{address: a.net}, {address: b.net}]'),
      `{hosts: [a.example], addresses: [10.0.0.0/8], ports: [${tcp}], resolution: DNS}`,
      entry('resolution: STATIC, endpoints: [{labels: {app: a}}]'),
      entry('resolution: STATIC, endpoints: [{address: "unix:///run/"}]'),
      entry('resolution: STATIC, endpoints: [{address: "unix:///run/a", ports: {http: 80}}]'),
      entry('resolution: STATIC, workloadSelector: {labels: {app: "*"}}'),
      '{hosts: a.example}',
      `{hosts: [a.example], ports: [${http}, {number: 81, name: http}]}`,
    ],
    wrong: [
      ['is not a valid IP address', entry('resolution: STATIC, endpoints: [{address: a.example}]')],
      ['is not a valid FQDN or an IP address', entry('resolution: DNS, endpoints: [{address: "a_b.example"}]')],
      [
        'hosts must be FQDN or contain only prefix wildcards',
        `{hosts: ["*.a.example"], ports: [${http}], resolution: DNS}`,
      ],
      [
        'endpoint port 81 is not defined by the service entry',
        entry('resolution: DNS, endpoints: [{address: a.net, ports: {web: 81}}]'),
      ],
      [
        'multiple hosts provided with non-HTTP, non-TLS ports',
        `{hosts: [a.example, b.example], ports: [${tcp}], resolution: DNS}`,
      ],
      ['unsupported protocol: QUIC', '{hosts: [a.example], ports: [{number: 80, name: a, protocol: QUIC}]}'],
      ['invalid port name', '{hosts: [a.example], ports: [{number: 80, name: "a_b"}]}'],
      ['duplicate entries in exportTo', entry('exportTo: [shop, shop]')],
      ['cannot have both public (*) and non-public', entry('exportTo: ["*", shop]')],
      ['cannot export service entry to no one (~) and someone', entry('exportTo: ["~", shop]')],
      ['as exportTo entry', entry('exportTo: ["a.b"]')],
      ['is not a valid IP', `{hosts: [a.example], addresses: [nowhere], ports: [${tcp}]}`],
      ['is not a valid CIDR block', `{hosts: [a.example], addresses: [10.0.0.0/33], ports: [${tcp}]}`],
      ['invalid tag value', entry('resolution: DNS, endpoints: [{address: a.net, labels: {app: "a b"}}]')],
      ['cannot be all-numeric', '{hosts: [a.1]}'],
      ['invalid (label', '{hosts: ["a..b"]}'],
      [
        'host must be wildcarded',
        `{hosts: [a.example], location: MESH_EXTERNAL, ports: [${http}], resolution: DYNAMIC_DNS}`,
      ],
      [
        'only HTTP, TLS, GRPC, and HTTP2 protocols',
        `{hosts: ["*.example.com"], location: MESH_EXTERNAL, ports: [${tcp}], resolution: DYNAMIC_DNS}`,
      ],
    ],
    warned: [
      ['partial wildcard "*a.example" not allowed', '{hosts: ["*a.example"]}'],
      ['workload selector specified without labels', entry('resolution: STATIC, workloadSelector: {}')],
      [
        'workloadSelector should not be set when resolution mode is NONE',
        entry('workloadSelector: {labels: {app: a}}'),
      ],
      ['address is unset with network "west"', entry('resolution: STATIC, endpoints: [{network: west}]')],
    ],
  },
  WorkloadEntry: {
    apiVersion: networking,
    right: ['{address: 192.0.2.1, labels: {app: a}}', '{address: vm.example.net, ports: {http: 8080}}'],
    unfit: [
      '{}',
      '{address: 192.0.2.1, weight: many}',
      '{address: 192.0.2.1, ports: {http: 0}}',
      '{address: 192.0.2.1, ports: {"a.b": 80}}',
    ],
    wrong: [
      ['is not a valid FQDN or an IP address', '{address: "a b"}'],
      ['invalid tag value', '{address: 192.0.2.1, labels: {app: "-a"}}'],
    ],
    warned: [['address is unset with network "west"', '{network: west}']],
  },
  WorkloadGroup: {
    apiVersion: networking,
    right: ['{template: {serviceAccount: a}}', '{template: {}, probe: {httpGet: {port: 80}, periodSeconds: 5}}'],
    unfit: ['{metadata: {labels: {a: b}}}', '{template: {}, probe: {periodSeconds: -1, httpGet: {port: 80}}}'],
    wrong: [['invalid labels', '{template: {}, metadata: {labels: {a: "b c"}}}']],
  },
  VirtualService: {
    apiVersion: networking,
    right: [
      route(`{route: [${to}]}`),
      route(
        '{match: [{uri: {prefix: /api}}], route: [{destination: {host: a, port: {number: 80}, subset: v1}, weight: 100}]}',
      ),
      route(`{route: [{destination: {host: a}, weight: 90}, {destination: {host: b}, weight: 10}], timeout: 1m30s}`),
      route(
        `{retries: {attempts: 2, perTryTimeout: 3s, retryOn: "gateway-error,connect-failure,503"}, route: [${to}]}`,
      ),
      route(`{retries: {attempts: 0}, route: [${to}]}`),
      route('{redirect: {uri: /new, redirectCode: 302}}'),
      route('{directResponse: {status: 503, body: {string: closed}}}'),
      route(`{fault: {delay: {percentage: {value: 5}, fixedDelay: 2s}}, route: [${to}]}`),
      route(`{rewrite: {uri: /}, headers: {request: {set: {x-a: "%REQ(:path)%"}, remove: [x-b]}}, route: [${to}]}`),
      route(
        `{corsPolicy: {allowOrigins: [{exact: "https://a.example"}], allowMethods: [GET], maxAge: 24h}, route: [${to}]}`,
      ),
      route(`{match: [{headers: {x-user: {regex: "^(?i)a.*$"}}}], route: [${to}]}`),
      route(`{mirror: {host: b.example}, mirrorPercentage: {value: 10}, route: [${to}]}`),
      `{http: [{route: [${to}]}]}`,
      `{hosts: [a.example], gateways: [istio-system/gw, mesh], http: [{route: [${to}]}]}`,
      `{hosts: ["*"], gateways: [gw], http: [{route: [${to}]}]}`,
      '{hosts: [a.example], tls: [{match: [{sniHosts: [a.example], port: 443}], route: [{destination: {host: a.example}}]}]}',
      '{hosts: [a.example], tcp: [{match: [{port: 5432}], route: [{destination: {host: a.example}}]}]}',
      '{hosts: [a.example], tcp: [{route: [{destination: {host: a}, weight: 1}, {destination: {host: b}, weight: 1}]}]}',
      '{hosts: [a.example], http: [{delegate: {name: other, namespace: shop}}]}',
      '{hosts: [192.0.2.1], http: [{route: [{destination: {host: a}}]}]}',
    ],
    unfit: [
      '{hosts: [a.example], http: [{match: [{uri: {prefix: /, exact: /}}], route: [{destination: {host: a}}]}]}',
      route('{route: [{destination: {port: {number: 80}}}]}'),
      route(`{timeout: soon, route: [${to}]}`),
      route(`{timeout: 0s, route: [${to}]}`),
      route(`{retries: {atempts: 2}, route: [${to}]}`),
      route('{route: [{destination: {host: a, port: 80}}]}'),
      route(`{retries: {attempts: "2"}, route: [${to}]}`),
      '{hosts: [a.example], http: {route: []}}',
    ],
    wrong: [
      ['http, tcp or tls must be provided in virtual service', '{hosts: [a.example]}'],
      [
        'wildcard host * is not allowed for virtual services bound to the mesh gateway',
        `{hosts: ["*"], http: [{route: [${to}]}]}`,
      ],
      [
        'duplicate hosts in virtual service: *.example & a.example',
        `{hosts: ["*.example", a.example], http: [{route: [${to}]}]}`,
      ],
      ['HTTP route, redirect or direct_response is required', route('{timeout: 5s}')],
      ['HTTP route cannot contain both route and redirect', route(`{redirect: {uri: /}, route: [${to}]}`)],
      [
        'HTTP route cannot contain both route and direct_response',
        route(`{directResponse: {status: 200}, route: [${to}]}`),
      ],
      ['total destination weight = 0', route('{route: [{destination: {host: a}}, {destination: {host: b}}]}')],
      ['weight -1 < 0', route('{route: [{destination: {host: a}, weight: -1}]}')],
      [
        'http retry policy configured when attempts are set to 0',
        route(`{retries: {attempts: 0, retryOn: 5xx}, route: [${to}]}`),
      ],
      [
        '" connect-failure" is not a valid retryOn policy',
        route(`{retries: {attempts: 1, retryOn: "5xx, connect-failure"}, route: [${to}]}`),
      ],
      ['is not a valid retryOn policy', route(`{retries: {attempts: 1, retryOn: sometimes}, route: [${to}]}`)],
      ['attempts cannot be negative', route(`{retries: {attempts: -1}, route: [${to}]}`)],
      ['redirect must specify URI, authority, scheme, or port', route('{redirect: {}}')],
      ['is not a valid redirect code, must be 3xx', route('{redirect: {uri: /, redirectCode: 200}}')],
      ['invalid redirect scheme', route('{redirect: {scheme: ftp}}')],
      ['HTTP status 99 is not in range 200-599', route('{directResponse: {status: 99}}')],
      ['HTTP fault injection must have an abort and/or a delay', route(`{fault: {}, route: [${to}]}`)],
      [
        'is neither 0.0, nor in range',
        route(`{fault: {abort: {percentage: {value: 200}, httpStatus: 500}}, route: [${to}]}`),
      ],
      ['gRPC status', route(`{fault: {abort: {grpcStatus: BUSY}}, route: [${to}]}`)],
      ['"FETCH" is not a supported HTTP method', route(`{corsPolicy: {allowMethods: [FETCH]}, route: [${to}]}`)],
      ['is not a valid match type for CORS allow origins', route(`{corsPolicy: {allowOrigins: [{}]}, route: [${to}]}`)],
      [
        'max_age duration is accurate only to seconds precision',
        route(`{corsPolicy: {maxAge: 1500ms}, route: [${to}]}`),
      ],
      ['rewrite must specify at least one of', route(`{rewrite: {}, route: [${to}]}`)],
      [
        'rewrite may only contain one of',
        route(`{rewrite: {uri: /a, uriRegexRewrite: {match: a, rewrite: b}}, route: [${to}]}`),
      ],
      ['header cannot have ":" prefix', route(`{headers: {request: {set: {":path": a}}}, route: [${to}]}`)],
      ['cannot set Host header', route(`{headers: {response: {set: {Host: a}}}, route: [${to}]}`)],
      ['Un-escaped %', route(`{headers: {request: {set: {x-a: "50%"}}}, route: [${to}]}`)],
      ['Un-terminated variable expression', route(`{headers: {request: {set: {x-a: "%REQ"}}}, route: [${to}]}`)],
      ['prefix string match should not be empty', route(`{match: [{method: {prefix: ""}}], route: [${to}]}`)],
      ['regex string match should not be empty', route(`{match: [{uri: {regex: ""}}], route: [${to}]}`)],
      ['Istio uses RE2 style', route(`{match: [{uri: {regex: "a(b"}}], route: [${to}]}`)],
      ['Istio uses RE2 style', route(`{match: [{uri: {regex: "a(?=b)"}}], route: [${to}]}`)],
      ['is not a valid header name', route(`{match: [{headers: {"a b": {exact: c}}}], route: [${to}]}`)],
      [
        'is only supported for gateway',
        route(`{match: [{headers: {"@request.auth.claims.sub": {exact: a}}}], route: [${to}]}`),
      ],
      ['sourceNamespace match', route(`{match: [{sourceNamespace: "a.b"}], route: [${to}]}`)],
      ['invalid destination host *', route('{route: [{destination: {host: "*"}}]}')],
      ['subset name is invalid', route('{route: [{destination: {host: a, subset: "v.1"}}]}')],
      ['must be in the range 1..65535', route('{route: [{destination: {host: a, port: {number: 70000}}}]}')],
      [
        'mirror_percentage must have a max value of 100',
        route(`{mirror: {host: b}, mirrorPercentage: {value: 101}, route: [${to}]}`),
      ],
      [
        'TLS match must have at least one SNI host',
        '{hosts: [a.example], tls: [{match: [{port: 443, sniHosts: []}], route: [{destination: {host: a}}]}]}',
      ],
      [
        'is not a compatible subset of any of the virtual service hosts',
        '{hosts: [a.example], tls: [{match: [{sniHosts: [b.example]}], route: [{destination: {host: a}}]}]}',
      ],
      ['TCP route is required', '{hosts: [a.example], tcp: [{match: [{port: 80}]}]}'],
      ['delegate virtual service must have no gateways specified', `{gateways: [gw], http: [{route: [${to}]}]}`],
      ['must not specify route', route(`{delegate: {name: other}, route: [${to}]}`)],
      ['invalid value for gateway name', `{hosts: [a.example], gateways: [shop/a.b], http: [{route: [${to}]}]}`],
      [
        'config namespace and gateway name cannot be empty',
        `{hosts: [a.example], gateways: [/gw], http: [{route: [${to}]}]}`,
      ],
      ['exportTo ~ (none) is not allowed', route(`{route: [${to}]}`, ', exportTo: ["~"]')],
      ['invalid (label "a_b" invalid)', `{hosts: ["a_b.example"], http: [{route: [${to}]}]}`],
    ],
    warned: [
      [
        'duplicate/overlapping match in rule #0',
        route(`{match: [{uri: {exact: /a}}, {uri: {exact: /a}}], route: [${to}]}`),
        'AXC2124',
      ],
      ['only the last rule can have no matches', route(`{route: [${to}]}, {route: [${to}]}`), 'AXC2123'],
      [
        'route without matches defined before',
        route(`{route: [${to}]}, {match: [{uri: {exact: /a}}], route: [${to}]}`),
        'AXC2123',
      ],
      ['using legacy gatewayName format', `{hosts: [a.example], gateways: [gw.shop.svc], http: [{route: [${to}]}]}`],
      ['using deprecated setting "mirrorPercent"', route(`{mirror: {host: b}, mirrorPercent: 5, route: [${to}]}`)],
    ],
  },
  DestinationRule: {
    apiVersion: networking,
    right: [
      rule('{tls: {mode: ISTIO_MUTUAL, sni: outbound_.80_._.a.b.svc.cluster.local, subjectAltNames: [a]}}'),
      rule('{tls: {mode: MUTUAL, clientCertificate: /a, privateKey: /b, caCertificates: /c}}'),
      rule('{tls: {mode: SIMPLE, credentialName: a}}'),
      rule(
        '{connectionPool: {tcp: {connectTimeout: 3s, idleTimeout: 0s, tcpKeepalive: {time: 300s}}, http: {maxRetries: 3}}}',
      ),
      rule(
        '{outlierDetection: {consecutive5xxErrors: 5, interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 100}}',
      ),
      rule(
        '{loadBalancer: {localityLbSetting: {failover: [{from: eu, to: us}]}}, outlierDetection: {consecutive5xxErrors: 5}}',
      ),
      rule('{loadBalancer: {localityLbSetting: {distribute: [{from: "eu/*", to: {"eu/*": 80, "us/*": 20}}]}}}'),
      rule('{loadBalancer: {consistentHash: {httpCookie: {name: a, ttl: 0s}}}}'),
      rule('{portLevelSettings: [{port: {number: 80}, tls: {mode: DISABLE}}]}'),
      '{host: a.example, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}',
      '{host: "*.example", exportTo: ["."]}',
      '{host: reviews}',
      '{host: a.example, workloadSelector: {matchLabels: {app: a}}, trafficPolicy: {tls: {mode: SIMPLE, credentialName: a}}}',
      rule('{loadBalancer: {simple: ROUND_ROBIN, warmup: {duration: 10s, aggression: 1}}}'),
    ],
    unfit: [
      '{trafficPolicy: {tls: {mode: SIMPLE}}}',
      rule('{tls: {mode: MTLS}}'),
      rule('{tls: {mode: SIMPLE, connectionPool: {}}}'),
      rule('{connectionPool: {tcp: {connectTimeout: 3}}}'),
      rule('{connectionPool: {tcp: {connectTimeout: 0.1ms}}}'),
      rule('{loadBalancer: {simple: ROUND_ROBIN, consistentHash: {useSourceIp: true}}}'),
      rule('{outlierDetection: {consecutive5xxErrors: -1}}'),
      rule('{portLevelSettings: [{port: 80, tls: {mode: DISABLE}}]}'),
      '{host: a.example, workloadSelector: {matchLabels: {app: "*"}}}',
      '{host: a.example, subsets: [{labels: {version: v1}}]}',
      rule('{loadBalancer: {warmup: {aggression: 1}}}'),
    ],
    wrong: [
      ['client certificate required for mutual tls', rule('{tls: {mode: MUTUAL}}')],
      ['private key required for mutual tls', rule('{tls: {mode: MUTUAL, clientCertificate: /a}}')],
      [
        'cannot specify client certificates or CA certificate',
        rule('{tls: {mode: MUTUAL, credentialName: a, caCertificates: /a}}'),
      ],
      [
        'when InsecureSkipVerify is set true',
        rule('{tls: {mode: SIMPLE, insecureSkipVerify: true, subjectAltNames: [a]}}'),
      ],
      ['traffic policy must have at least one field', rule('{}')],
      ['connection pool must have at least one field', rule('{connectionPool: {}}')],
      ['port traffic policy must have at least one field', rule('{portLevelSettings: [{port: {number: 80}}]}')],
      ['portTrafficPolicy must have valid port', rule('{portLevelSettings: [{tls: {mode: DISABLE}}]}')],
      [
        'use client protocol must not be true',
        rule('{connectionPool: {http: {h2UpgradePolicy: UPGRADE, useClientProtocol: true}}}'),
      ],
      ['max connections must be non-negative', rule('{connectionPool: {tcp: {maxConnections: -1}}}')],
      ['only durations to ms precision are supported', rule('{connectionPool: {tcp: {connectTimeout: 1.0005s}}}')],
      ['percentage 101 is not in range 0..100', rule('{outlierDetection: {maxEjectionPercent: 101}}')],
      [
        'split external local origin errors is set to false',
        rule('{outlierDetection: {consecutiveLocalOriginFailures: 5}}'),
      ],
      [
        "can not simultaneously specify 'distribute' and 'failover'",
        rule(
          '{loadBalancer: {localityLbSetting: {failover: [{from: eu, to: us}], distribute: [{from: eu, to: {eu: 100}}]}}}',
        ),
      ],
      [
        'total locality weight 90 != 100',
        rule('{loadBalancer: {localityLbSetting: {distribute: [{from: eu, to: {eu: 90}}]}}}'),
      ],
      [
        'locality weight must be in range [1, 100]',
        rule('{loadBalancer: {localityLbSetting: {distribute: [{from: eu, to: {eu: 0, us: 100}}]}}}'),
      ],
      ['must specify different regions', rule('{loadBalancer: {localityLbSetting: {failover: [{from: eu, to: eu}]}}}')],
      ['failover only specify region', rule('{loadBalancer: {localityLbSetting: {failover: [{from: eu/a, to: us}]}}}')],
      [
        'overlap with previous specified ones',
        rule(
          '{loadBalancer: {localityLbSetting: {distribute: [{from: eu, to: {eu: 100}}, {from: eu/a, to: {eu: 100}}]}}}',
        ),
      ],
      ['name required for HttpCookie', rule('{loadBalancer: {consistentHash: {httpCookie: {name: ""}}}}')],
      [
        'must be a prime number for maglev',
        rule('{loadBalancer: {consistentHash: {useSourceIp: true, maglev: {tableSize: 100}}}}'),
      ],
      ['duplicate subset names: v1', '{host: a.example, subsets: [{name: v1}, {name: v1}]}'],
      ['subset name is invalid', '{host: a.example, subsets: [{name: "v.1"}]}'],
      ['invalid tag value', '{host: a.example, subsets: [{name: v1, labels: {version: "a b"}}]}'],
      ['exportTo ~ (none) is not allowed', '{host: a.example, exportTo: ["~"]}'],
      [
        'cannot have exportTo beyond current namespace',
        '{host: a.example, exportTo: [web], workloadSelector: {matchLabels: {app: a}}}',
      ],
      ['domain name', '{host: "a b"}'],
      ['tunnel target port is invalid', rule('{tunnel: {targetHost: a.example, targetPort: 0}}')],
    ],
    warned: [
      [
        'outlier detection policy must be provided',
        rule('{loadBalancer: {localityLbSetting: {failover: [{from: eu, to: us}]}}}'),
        'AXC2155',
      ],
      ['consecutive errors is deprecated', rule('{outlierDetection: {consecutiveErrors: 5}}')],
      [
        'MinimumRingSize is deprecated',
        rule('{loadBalancer: {consistentHash: {useSourceIp: true, minimumRingSize: 100}}}'),
      ],
    ],
  },
  Gateway: {
    apiVersion: networking,
    right: [
      server(`port: ${http}`),
      server(`port: ${http}, tls: {httpsRedirect: true}`),
      server(`${https}, tls: {mode: SIMPLE, credentialName: a}`),
      server(`${https}, tls: {mode: MUTUAL, serverCertificate: /a, privateKey: /b, caCertificates: /c}`),
      server(`${https}, tls: {mode: ISTIO_MUTUAL}`),
      server('port: {number: 15443, name: tls, protocol: TLS}, tls: {mode: AUTO_PASSTHROUGH}', '*.local'),
      server(`port: ${http}`, 'shop/*'),
      server(`port: ${http}, bind: 127.0.0.1`, './a.example'),
      server('port: {number: 5432, name: tcp, protocol: TCP}', '*'),
      server(`port: ${http}`, '192.0.2.1'),
    ],
    unfit: [
      server(`${https}, tls: {mode: simple}`),
      server(`${https}, tls: {mode: SIMPLE, credentialNames: [a], credentialName: b}`),
      '{selector: {app: gw}, servers: [{port: {number: 80, name: a, protocol: HTTP}}]}',
      server('port: {number: 80, protocol: HTTP}'),
      '{selector: [app], servers: []}',
      server('hosts: [a.example]'),
    ],
    wrong: [
      ['gateway must have at least one server', '{selector: {app: gw}}'],
      ['server config must contain at least one host', `{selector: {app: gw}, servers: [{hosts: [], port: ${http}}]}`],
      ['port name must be set', server('port: {number: 80, name: "", protocol: HTTP}')],
      [
        'port names in servers must be unique: duplicate name http',
        `{selector: {app: gw}, servers: [{hosts: [a.example], port: ${http}}, {hosts: [b.example], port: ${http}}]}`,
      ],
      ['server must have TLS settings for HTTPS/TLS protocols', server(https)],
      [
        'server cannot have TLS settings for plain text HTTP ports',
        server(`port: ${http}, tls: {mode: SIMPLE, credentialName: a}`),
      ],
      [
        'server cannot have TLS settings for non HTTPS/TLS ports',
        server(`port: ${tcp}, tls: {mode: SIMPLE, credentialName: a}`),
      ],
      ['invalid protocol "QUIC", supported protocols are', server('port: {number: 80, name: a, protocol: QUIC}')],
      [
        'ISTIO_MUTUAL TLS cannot have associated credentialName',
        server(`${https}, tls: {mode: ISTIO_MUTUAL, credentialName: a}`),
      ],
      ['SIMPLE TLS requires a server certificate', server(`${https}, tls: {mode: SIMPLE}`)],
      ['SIMPLE TLS requires a private key', server(`${https}, tls: {mode: SIMPLE, serverCertificate: /a}`)],
      [
        'MUTUAL TLS requires a client CA bundle',
        server(`${https}, tls: {mode: MUTUAL, serverCertificate: /a, privateKey: /b}`),
      ],
      [
        'should be specified',
        server(`${https}, tls: {mode: SIMPLE, credentialName: a, serverCertificate: /a, privateKey: /b}`),
      ],
      [
        'targetPort has no impact on Gateways',
        server('port: {number: 80, name: http, protocol: HTTP, targetPort: 8080}'),
      ],
      ['short names (non FQDN) are not allowed', server(`port: ${http}`, 'reviews')],
      ['invalid namespace value', server(`port: ${http}`, 'a.b/c.example')],
      ['is not a valid IP', server(`port: ${http}, bind: localhost`)],
      [
        'CRL is not supported with SIMPLE TLS',
        server(`${https}, tls: {mode: SIMPLE, serverCertificate: /a, privateKey: /b, caCrl: /c}`),
      ],
      ['must be in the range 1..65535', server('port: {number: 0, name: a, protocol: HTTP}')],
    ],
    warned: [
      [
        'does not use certificates, they will be ignored',
        server(`${https}, tls: {mode: PASSTHROUGH, credentialName: a}`),
        'AXC2146',
      ],
      [
        'ignoring invalid cipher suites',
        server(`${https}, tls: {mode: SIMPLE, credentialName: a, cipherSuites: [NONE]}`),
      ],
      [
        'require setting compatible ciphers',
        server(`${https}, tls: {mode: SIMPLE, credentialName: a, minProtocolVersion: TLSV1_0}`),
      ],
    ],
  },
  Sidecar: {
    apiVersion: networking,
    right: [
      '{egress: [{hosts: ["./*", "istio-system/*"]}]}',
      '{outboundTrafficPolicy: {mode: REGISTRY_ONLY}}',
      '{workloadSelector: {labels: {app: a}}, egress: [{port: {number: 5432, protocol: TCP, name: db}, hosts: ["*/a.example"]}, {hosts: ["./*"]}]}',
      '{ingress: [{port: {number: 80, protocol: HTTP, name: http}, defaultEndpoint: "127.0.0.1:8080"}]}',
    ],
    unfit: [
      '{egress: [{hostz: ["./*"]}]}',
      '{egress: [{port: {number: 80}}]}',
      '{outboundTrafficPolicy: {mode: NONE}}',
      '{ingress: [{defaultEndpoint: "127.0.0.1:8080"}]}',
    ],
    wrong: [
      ['sidecar: empty configuration provided', '{}'],
      ['sidecar: egress listener must contain at least one host', '{egress: [{hosts: []}]}'],
      ['host must be of form namespace/dnsName', '{egress: [{hosts: [a.example]}]}'],
      ['short names (non FQDN) are not allowed', '{egress: [{hosts: ["shop/a"]}]}'],
      ['invalid namespace value "a.b" in sidecar', '{egress: [{hosts: ["a.b/*"]}]}'],
      [
        'the egress listener with empty port should be the last listener',
        '{egress: [{hosts: ["./*"]}, {port: {number: 80, protocol: HTTP, name: a}, hosts: ["./*"]}]}',
      ],
      [
        'sidecar: ports on IP bound listeners must be unique',
        '{ingress: [{port: {number: 80, protocol: HTTP}}, {port: {number: 80, protocol: HTTP}}]}',
      ],
      [
        'sidecar: defaultEndpoint must be of form',
        '{ingress: [{port: {number: 80, protocol: HTTP}, defaultEndpoint: "10.0.0.1:80"}]}',
      ],
      ['unsupported protocol: QUIC', '{ingress: [{port: {number: 80, protocol: QUIC}}]}'],
      ['is not a valid IP', '{ingress: [{port: {number: 80, protocol: HTTP}, bind: localhost}]}'],
      [
        'sidecar: egress_proxy must be set only with ALLOW_ANY',
        '{outboundTrafficPolicy: {egressProxy: {host: a.example, port: {number: 80}}}}',
      ],
    ],
  },
  PeerAuthentication: {
    apiVersion: security,
    right: [
      '{mtls: {mode: STRICT}}',
      '{}',
      '{selector: {matchLabels: {app: a}}, mtls: {mode: PERMISSIVE}, portLevelMtls: {8080: {mode: STRICT}}}',
    ],
    unfit: [
      '{mtls: {mode: strict}}',
      '{mtls: STRICT}',
      '{portLevelMtls: {8080: {mode: STRICT}}}',
      '{selector: {matchLabels: {app: a}}, portLevelMtls: {0: {mode: STRICT}}}',
      '{selector: {matchLabels: {app: a}}, portLevelMtls: {}}',
      '{selector: {app: a}}',
    ],
    wrong: [],
    warned: [['workload selector specified without labels', '{selector: {}, mtls: {mode: STRICT}}']],
  },
  AuthorizationPolicy: {
    apiVersion: security,
    right: [
      '{}',
      '{action: DENY, rules: [{}]}',
      from('{principals: [cluster.local/ns/a/sa/b], notNamespaces: [web]}'),
      from('{serviceAccounts: [shop/frontend]}'),
      from('{ipBlocks: [10.0.0.0/8, 192.0.2.1], notRemoteIpBlocks: ["2001:db8::/32"]}'),
      operation('{methods: [GET], paths: ["/api/{*}/items/{**}", "/a*"], ports: ["8080"], hosts: ["a.example:*"]}'),
      when('{key: "request.auth.claims[iss]", values: [a]}'),
      when('{key: source.ip, notValues: [10.0.0.0/8]}'),
      '{selector: {matchLabels: {app: a}}, rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]}',
      '{action: CUSTOM, provider: {name: opa}, rules: [{to: [{operation: {paths: [/a]}}]}]}',
      '{targetRefs: [{kind: Service, group: "", name: a}], rules: [{}]}',
      '{action: AUDIT, rules: [{}]}',
      from('{trustDomains: [a.example, "*.corp"]}'),
    ],
    unfit: [
      '{action: allow}',
      '{rules: [{from: [{source: {principal: [a]}}]}]}',
      '{rules: [{from: {source: {principals: [a]}}}]}',
      operation('{ports: [8080]}'),
      '{selector: {matchLabels: {app: a}}, targetRefs: [{kind: Service, group: "", name: a}]}',
      from('{serviceAccounts: [a], principals: [b]}'),
      '{rules: [{when: [{values: [a]}]}]}',
    ],
    wrong: [
      ['`from.source` must not be empty, found at rule 0', from('{}')],
      ['`to.operation` must not be empty, found at rule 0', operation('{}')],
      ['`from.source` must not be nil, found at rule 0', '{rules: [{from: [{}]}]}'],
      ['empty value not allowed, found in Principals', from('{principals: [""]}')],
      ['empty value not allowed, found in Methods', operation('{methods: [GET, ""]}')],
      ['bad IP address (10.0.0)', from('{ipBlocks: [10.0.0]}')],
      ['bad CIDR range (10.0.0.0/40)', from('{ipBlocks: [10.0.0.0/40]}')],
      ['bad port (http)', operation('{ports: [http]}')],
      ['bad port (65536)', operation('{ports: ["65536"]}')],
      ['unknown attribute: source.port', when('{key: source.port, values: [a]}')],
      ['should have format a[b]', when('{key: request.headers, values: [a]}')],
      ['at least one of `values` or `notValues` must be set', when('{key: source.namespace}')],
      ['is replaced by the workload selector', when('{key: "destination.labels[app]", values: [a]}')],
      ['DENY action without `rules` is meaningless', '{action: DENY}'],
      ['CUSTOM action without `rules` is meaningless', '{action: CUSTOM, provider: {name: opa}}'],
      ['`provider.name` must not be empty', '{action: CUSTOM, rules: [{}]}'],
      ['`provider` must not be with non CUSTOM action', '{provider: {name: opa}, rules: [{}]}'],
      [
        'is currently not supported with CUSTOM action',
        '{action: CUSTOM, provider: {name: opa}, rules: [{from: [{source: {principals: [a]}}]}]}',
      ],
      ['{**} is not the last operator', operation('{paths: ["/{**}/{*}"]}')],
      ["Contains '{' or '}' beyond a supported path template", operation('{paths: ["/{id}"]}')],
      ['at most one wildcard is allowed', from('{trustDomains: ["*a*"]}')],
      ['targetRef must be to one of', '{targetRefs: [{kind: Pod, group: "", name: a}], rules: [{}]}'],
    ],
    warned: [
      ['will deny all traffic to TCP ports', '{action: DENY, rules: [{to: [{operation: {methods: [GET]}}]}]}'],
      ['will deny all traffic to TCP ports', '{action: DENY, rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]}'],
    ],
  },
  RequestAuthentication: {
    apiVersion: security,
    right: [
      jwt('{issuer: a, jwksUri: "https://a.example/keys"}'),
      jwt(
        '{issuer: a, audiences: [b], fromHeaders: [{name: x-a, prefix: "Bearer "}], outputClaimToHeaders: [{header: x-sub, claim: sub}]}',
      ),
      '{selector: {matchLabels: {app: a}}}',
      jwt(
        '{issuer: a, jwks: \'{"keys": [{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}\'}',
      ),
    ],
    unfit: [
      jwt('{issuer: ""}'),
      jwt('{issuer: a, jwksUri: "ftp://a.example"}'),
      jwt('{issuer: a, jwksUri: "https://a.example", jwks: "{}"}'),
      jwt('{issuer: a, audiences: [""]}'),
      jwt('{issuer: a, outputClaimToHeaders: [{header: "a b", claim: sub}]}'),
      jwt('{issuers: [a]}'),
    ],
    wrong: [
      ['issuer or jwksUri must be non-empty string', jwt('{audiences: [a]}')],
      ['jwks parse error', jwt('{issuer: a, jwks: keys}')],
    ],
  },
  Telemetry: {
    apiVersion: 'telemetry.istio.io/v1',
    right: [
      '{accessLogging: [{providers: [{name: envoy}], filter: {expression: "response.code >= 400 || !(\'x-a\' in request.headers)"}}]}',
      '{tracing: [{randomSamplingPercentage: 5, customTags: {a: {literal: {value: b}}, c: {header: {name: x-c}}}}]}',
      '{metrics: [{overrides: [{match: {metric: REQUEST_COUNT, mode: CLIENT}, tagOverrides: {a: {operation: UPSERT, value: "b"}, c: {operation: REMOVE}}}]}]}',
      '{}',
    ],
    unfit: [
      '{metrics: [{overrides: [{mode: CLIENT}]}]}',
      '{tracing: [{customTags: {a: request.headers}}]}',
      '{tracing: [{randomSamplingPercentage: 101}]}',
      '{tracing: [{providers: [{name: ""}]}]}',
      '{metrics: [{overrides: [{tagOverrides: {c: {operation: REMOVE, value: a}}}]}]}',
      '{metrics: [{overrides: [{match: {metric: REQUESTS}}]}]}',
      '{tracing: [{customTags: {a: {literal: {value: b}, header: {name: c}}}}]}',
      '{metrics: [{overrides: [{tagOverrides: {a: {operation: UPSERT}}}]}]}',
    ],
    wrong: [
      ['must be a valid CEL expression', '{accessLogging: [{filter: {expression: "upstream.port in ["}}]}'],
      ['must be a valid CEL expression', '{accessLogging: [{filter: {expression: "has(request.headers[\'x-a\'])"}}]}'],
    ],
    warned: [
      ['multiple providers is not currently supported', '{tracing: [{providers: [{name: a}, {name: b}]}]}'],
      ['multiple tracing is not currently supported', '{tracing: [{}, {disableSpanReporting: true}]}'],
    ],
  },
  ProxyConfig: {
    apiVersion: 'networking.istio.io/v1beta1',
    right: ['{concurrency: 2}', '{environmentVariables: {ISTIO_META_DNS_CAPTURE: "true"}}'],
    unfit: [
      '{environmentVariables: {ISTIO_META_DNS_CAPTURE: true}}',
      '{concurrency: two}',
      '{concurrency: -1}',
      '{selector: {matchLabels: {a: "*"}}}',
    ],
    wrong: [],
  },
  EnvoyFilter: {
    apiVersion: 'networking.istio.io/v1alpha3',
    right: [
      '{configPatches: [{applyTo: CLUSTER, match: {context: SIDECAR_OUTBOUND}, patch: {operation: MERGE, value: {name: a}}}]}',
    ],
    unfit: ['{configPatches: [{applyTo: CLUSTERS}]}', '{configPatches: {applyTo: CLUSTER}}'],
    wrong: [],
  },
  Certificate: {
    apiVersion: 'cert-manager.io/v1',
    right: [
      '{secretName: tls, dnsNames: [a.example], issuerRef: {name: ca, kind: ClusterIssuer}}',
      '{secretName: tls, isCA: true, commonName: root, duration: 87600h, privateKey: {algorithm: ECDSA, size: 256}, issuerRef: {name: ca}}',
    ],
    unfit: [
      '{dnsNames: [a.example], issuerRef: {name: ca}}',
      '{secretName: tls, dnsNames: [a.example]}',
      '{secretName: tls, dnsNames: [a.example], issuerRef: {name: ca}, privateKey: {algorithm: DSA}}',
      '{secretName: tls, dnsName: a.example, issuerRef: {name: ca}}',
      '{secretName: tls, dnsNames: [a.example], issuerRef: {name: ca}, usages: [everything]}',
    ],
    wrong: [],
  },
  Issuer: {
    apiVersion: 'cert-manager.io/v1',
    right: ['{selfSigned: {}}', '{ca: {secretName: root}}'],
    unfit: ['{ca: {}}', '{ca: {secret: root}}', '{selfsigned: {}}'],
    wrong: [],
  },
  ClusterIssuer: {
    apiVersion: 'cert-manager.io/v1',
    right: ['{ca: {secretName: root}}'],
    unfit: ['{ca: root}'],
    wrong: [],
  },
};

export interface CorpusObject {
  readonly kind: string;
  readonly name: string;
  readonly verdict: 'right' | 'unfit' | 'wrong' | 'warned';
  /** Words of Istio's answer to a wrong one, or of its warning. */
  readonly says: string | undefined;
  readonly code?: string | undefined;
  readonly spec: string;
  readonly yaml: string;
}

/** All of them, each as a document with a name of its own in the namespace `shop`. */
export const corpusObjects: readonly CorpusObject[] = Object.entries(corpus).flatMap(
  ([kind, { apiVersion, right, unfit, wrong, warned = [] }]) => {
    const rows = [
      ...right.map((spec) => ({ verdict: 'right' as const, says: undefined, spec })),
      ...unfit.map((spec) => ({ verdict: 'unfit' as const, says: undefined, spec })),
      ...wrong.map(([says, spec]) => ({ verdict: 'wrong' as const, says, spec })),
      ...warned.map(([says, spec, code]) => ({ verdict: 'warned' as const, says, spec, code })),
    ];
    return rows.map((row, index) => {
      const name = `${kind.toLowerCase()}-${index}`;
      const namespace = kind === 'ClusterIssuer' ? '' : ', namespace: shop';
      const spec = row.spec.startsWith('{') ? row.spec : `{${row.spec}}`;
      return {
        kind,
        name,
        ...row,
        yaml: `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}${namespace}}\nspec: ${spec}\n`,
      };
    });
  },
);
