import { describe, expect, test } from 'vitest';
import { answer } from '../../src/access/answer.ts';
import { callerText, knownCallers } from '../../src/access/callers.ts';
import type { Caller } from '../../src/access/question.ts';
import { questionsOf } from '../../src/access/questions.ts';
import type { Sites } from '../../src/access/sites.ts';
import { isOpen } from '../../src/access/truth.ts';
import type { JsonObject } from '../../src/json.ts';
import {
  type FederationInput,
  federation,
  provider,
  type ServiceInput,
  service,
  sharedService,
} from '../support/federation.ts';
import { type Beside, changed, istioObject, sitesWith } from '../support/sites.ts';

const who = (text: string, sidecar = true): Caller => {
  const [cluster = '', namespace = '', serviceAccount = ''] = text.split('/');
  return { cluster, namespace, serviceAccount, sidecar };
};
const frontend = who('cluster-a/shop/frontend');
const batch = who('cluster-b/default/batch');

const spec = federation({
  services: {
    'backend-api': service({ localCallers: [{ namespace: 'default', serviceAccount: 'batch' }] }),
  },
});
const shared = (traffic: NonNullable<Parameters<typeof sharedService>[0]>['traffic']): FederationInput =>
  federation({ services: { catalog: sharedService({ traffic, localCallers: 'any' }) } });

const ruleFor = (
  host: string,
  namespace: string,
  mode: string,
  more: JsonObject = {},
  portLevelSettings: JsonObject[] = [],
): JsonObject =>
  istioObject('DestinationRule', 'mine', namespace, {
    host,
    trafficPolicy: { tls: { mode }, portLevelSettings },
    ...more,
  });

const sidecar = (name: string, hosts: string[], labels?: Record<string, string>, namespace = 'shop'): JsonObject =>
  istioObject('Sidecar', name, namespace, { egress: [{ hosts }], ...(labels && { workloadSelector: { labels } }) });

/** A ServiceEntry of the host that leads to no gateway of the federation. */
const takenHost = (namespace: string, more: JsonObject = {}): JsonObject =>
  istioObject('ServiceEntry', 'mine', namespace, {
    hosts: ['backend-api.cluster-b.local'],
    ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
    endpoints: [{ address: '192.0.2.1' }],
    ...more,
  });

const destination = (host: string, weight?: number): JsonObject => ({
  destination: { host },
  ...(weight !== undefined && { weight }),
});
const toBackend = { route: [destination('backend-api.cluster-b.local')] };
const elsewhere = { route: [destination('other.example')] };
const sharedRoute = (dead: number): JsonObject => ({
  route: [destination('other.example', dead), destination('backend-api.cluster-b.local', 100 - dead)],
});
/** Other routes in the place of the rendered ones. */
const routes = (...http: JsonObject[]) => changed('VirtualService', (body) => ({ ...body, http }));

const denying = (rule: JsonObject): JsonObject =>
  istioObject('AuthorizationPolicy', 'fence', 'istio-system', { action: 'DENY', rules: [rule] });

interface Call {
  readonly caller?: Caller;
  readonly port?: string;
  readonly method?: string;
  readonly path?: string;
}
function ask(of: Sites, { caller = frontend, ...call }: Call = {}) {
  const [question] = questionsOf({ callers: [caller], services: of.federation.services, ...call });
  if (question === undefined) throw new Error('nothing is asked');
  const { allowed, ways } = answer(question, of);
  const by = ways.flatMap((way) =>
    way.by.map(({ policy, rule }) => `${policy.kind} ${policy.metadata.name}${rule === undefined ? '' : ` ${rule}`}`),
  );
  return {
    allowed: isOpen(allowed) ? allowed.on : allowed,
    why: ways.map(({ why, decided }) => why ?? decided).join('; '),
    by: [...new Set(by)],
  };
}

describe('what is rendered', () => {
  test.each<[string, Call, unknown, string[]]>([
    ['lets the consumer in by its rule', {}, true, ['AuthorizationPolicy shop-backend-api 0']],
    ['lets the local caller in by its own', { caller: batch }, true, ['AuthorizationPolicy shop-backend-api 1']],
    [
      'lets the local caller in on every port',
      { caller: batch, port: '9000' },
      true,
      ['AuthorizationPolicy shop-backend-api 1'],
    ],
    [
      'refuses another account of the Namespace',
      { caller: who('cluster-a/shop/reporting') },
      false,
      ['AuthorizationPolicy shop-backend-api'],
    ],
    [
      'does not show the host to another Namespace',
      { caller: who('cluster-a/web/frontend') },
      false,
      ['ServiceEntry shop-backend-api-cluster-b'],
    ],
    ['refuses the consumer on another port', { port: '9000' }, false, []],
    [
      'refuses whoever has no sidecar',
      { caller: who('cluster-b/default/batch', false) },
      false,
      ['PeerAuthentication shop-backend-api'],
    ],
    [
      'has no way for a caller without a sidecar elsewhere',
      { caller: who('cluster-a/shop/frontend', false) },
      false,
      [],
    ],
    [
      'finds the port by what the workload listens on',
      { port: '8080' },
      true,
      ['AuthorizationPolicy shop-backend-api 0'],
    ],
  ])('%s', (_, call, allowed, by) => {
    expect(ask(sitesWith(spec), call)).toMatchObject({ allowed, by });
  });

  test('a rule comes from the line of the spec that names the caller', () => {
    const of = sitesWith(spec);
    const [policy] = of.of('cluster-b')?.of('AuthorizationPolicy') ?? [];
    const source = policy && of.sourceOf(policy);
    expect([0, 1].map((rule) => source?.locate(['spec', 'rules', rule])?.text.trim())).toEqual([
      '- cluster: cluster-a',
      '- namespace: default',
    ]);
  });

  describe('where two services have the same pods', () => {
    const caller = { namespace: 'default', serviceAccount: 'batch' };
    const two = (api: ServiceInput['localCallers'], admin: ServiceInput['localCallers']) =>
      sitesWith(
        federation({
          services: {
            'backend-api': service({ localCallers: api }),
            'backend-admin': service({ port: { number: 81, protocol: 'HTTP' }, localCallers: admin }),
          },
        }),
      );
    test.each<[string, ServiceInput['localCallers'], ServiceInput['localCallers'], Record<string, boolean>]>([
      ['any caller of one is none of the other', [], 'any', { 80: false, 81: true, 9000: true }],
      ['nor is one that it names', [caller], [], { 80: true, 81: false, 9000: true }],
      ['who may call both may call every port', [caller], 'any', { 80: true, 81: true, 9000: true }],
      ['as may those whom both name', [caller], [caller], { 80: true, 81: true, 9000: true }],
      [
        'a port that is named is meant, whosever it is',
        [{ ...caller, ports: [81] }],
        [],
        { 80: false, 81: true, 9000: false },
      ],
      [
        'some ports of the other are not all of them',
        [caller],
        [{ ...caller, ports: [9000] }],
        { 80: true, 81: false, 9000: true },
      ],
    ])('%s', (_, api, admin, expected) => {
      const of = two(api, admin);
      const found = Object.keys(expected).map((port) => {
        const services = of.federation.services.filter(({ name }) => (port === '81' ? /admin/ : /api/).test(name));
        const [question] = questionsOf({ callers: [batch], services, port });
        return [port, question && answer(question, of).allowed];
      });
      expect(Object.fromEntries(found)).toEqual(expected);
    });

    test('a policy for some of the pods counts where the spec has those as a service', () => {
      const canary = service({
        providers: { 'cluster-b': provider({ workload: { app: 'backend-api', version: 'v1' } }) },
      });
      const of = sitesWith(
        federation({
          services: {
            'backend-v1': { ...canary, localCallers: [] },
            'backend-api': service({ localCallers: [caller] }),
          },
        }),
      );
      // The policy of all the pods is one of theirs, too.
      expect(ask(of, { caller: batch })).toMatchObject({
        allowed: true,
        by: ['AuthorizationPolicy shop-backend-api 1'],
      });
    });
  });

  test('shares over clusters: each way has its own policies', () => {
    const failover = sitesWith(shared({ failover: ['cluster-a', 'cluster-b'], timeout: '5s' }));
    expect(ask(failover, { caller: who('cluster-a/web/web') }).allowed).toBe(true);
    // Beside the provider everybody may, in the other cluster nobody but the consumers.
    expect(ask(failover, { caller: who('cluster-a/web/other') }).allowed).toEqual(['which way it takes']);
    const weights = sitesWith(shared({ weights: { 'cluster-a': 100, 'cluster-b': 0 } }));
    expect(ask(weights, { caller: who('cluster-a/web/other') }).allowed).toBe(true);
  });
});

describe('what is in the way', () => {
  const tls =
    (of: JsonObject) =>
    (body: JsonObject): JsonObject => ({ ...body, trafficPolicy: { tls: of } });

  test.each<[string, RegExp, Beside, Call?]>([
    ['no ServiceEntry', /is not known$/, { change: changed('ServiceEntry', () => undefined) }],
    [
      'no Gateway',
      /gateway of cluster-b has nothing for the SNI outbound_\.80_/,
      { change: changed('Gateway', () => undefined) },
    ],
    [
      'a Gateway without the host',
      /has nothing for the SNI/,
      { change: changed('Gateway', (body) => ({ ...body, servers: [] })) },
    ],
    [
      'a Gateway for other pods',
      /has nothing for the SNI/,
      { change: changed('Gateway', (body) => ({ ...body, selector: { istio: 'ingressgateway' } })) },
    ],
    [
      'a Gateway that ends TLS',
      /has nothing for the SNI/,
      {
        change: changed('Gateway', (body) => ({
          ...body,
          servers: [{ port: { number: 15443 }, tls: { mode: 'SIMPLE' }, hosts: ['*'] }],
        })),
      },
    ],
    [
      'another identity',
      /expects another server: spiffe:\/\/cluster-b.example\/ns\/default\/sa\/impostor/,
      {
        change: changed(
          'DestinationRule',
          tls({
            mode: 'ISTIO_MUTUAL',
            sni: 'outbound_.80_._.backend-api.default.svc.cluster.local',
            subjectAltNames: ['spiffe://cluster-b.example/ns/default/sa/impostor'],
          }),
        ),
      },
    ],
    [
      'another port in the SNI',
      /has no port 81/,
      {
        change: changed(
          'DestinationRule',
          tls({ mode: 'ISTIO_MUTUAL', sni: 'outbound_.81_._.backend-api.default.svc.cluster.local' }),
        ),
      },
    ],
    [
      'no SNI of its own',
      /nothing for the SNI outbound_.80_._.backend-api.cluster-b.local/,
      { change: changed('DestinationRule', tls({ mode: 'ISTIO_MUTUAL' })) },
    ],
    ['certificates of its own', /TLS mode SIMPLE/, { change: changed('DestinationRule', tls({ mode: 'SIMPLE' })) }],
    [
      'a DestinationRule of the caller that shadows ours',
      /TLS mode DISABLE/,
      {
        with: {
          'cluster-a': [
            istioObject('DestinationRule', 'mine', 'shop', {
              host: '*.local',
              trafficPolicy: { tls: { mode: 'DISABLE' } },
            }),
          ],
        },
      },
    ],
    [
      'a Sidecar that leaves the host out',
      /not among the hosts of the Sidecar/,
      {
        with: {
          'cluster-a': [istioObject('Sidecar', 'default', 'shop', { egress: [{ hosts: ['./*', 'istio-system/*'] }] })],
        },
      },
    ],
    [
      'a port that takes plaintext only',
      /takes plaintext only/,
      {
        change: changed('PeerAuthentication', () => undefined),
        with: { 'cluster-b': [istioObject('PeerAuthentication', 'off', 'default', { mtls: { mode: 'DISABLE' } })] },
      },
    ],
    [
      'a VirtualService without a route for the port',
      /has no route/,
      {
        change: changed('VirtualService', (body) => ({
          ...body,
          http: [{ match: [{ port: 81 }], route: [{ destination: { host: 'x' } }] }],
        })),
      },
    ],
    [
      'a ServiceEntry without the port, whatever a route says of it',
      /backend-api\.cluster-b\.local has no port 80/,
      {
        change: (manifest) => {
          const fits: Record<string, JsonObject> = {
            ServiceEntry: { ports: [{ number: 81, name: 'http', protocol: 'HTTP' }] },
            VirtualService: {
              http: [{ route: [{ destination: { host: 'backend-api.cluster-b.local', port: { number: 81 } } }] }],
            },
          };
          const { kind } = manifest.resource;
          return changed(kind, (body) => ({ ...body, ...fits[kind] }))(manifest);
        },
      },
    ],
    [
      'a VirtualService that leads elsewhere',
      /is not known/,
      {
        change: changed('VirtualService', (body) => ({
          ...body,
          http: [{ route: [{ destination: { host: 'other.example' } }] }],
        })),
      },
    ],
    [
      'a DestinationRule with the short name of the Service',
      /TLS mode SIMPLE/,
      { with: { 'cluster-b': [ruleFor('backend-api', 'default', 'SIMPLE')] } },
      { caller: batch },
    ],
    [
      'a VirtualService with the short name of the Service',
      /other\.example is not known/,
      {
        with: {
          'cluster-b': [
            istioObject('VirtualService', 'mine', 'default', {
              hosts: ['backend-api'],
              http: [{ route: [{ destination: { host: 'other.example' } }] }],
            }),
          ],
        },
      },
      { caller: batch },
    ],
    [
      'a DestinationRule of the root Namespace that MeshConfig names',
      /TLS mode SIMPLE/,
      {
        with: { 'cluster-b': [ruleFor('*.local', 'mesh-root', 'SIMPLE')] },
        meshConfigs: new Map([['cluster-b', { rootNamespace: 'mesh-root' }]]),
      },
      { caller: batch },
    ],
    [
      'a DestinationRule beside the exported Service, which the gateway sees',
      /DestinationRule of backend-api\.default\.svc\.cluster\.local has TLS mode DISABLE, and the gateway of cluster-b/,
      { with: { 'cluster-b': [ruleFor('backend-api', 'default', 'DISABLE')] } },
    ],
    [
      "a DestinationRule that the gateway's Namespace keeps to itself",
      /has TLS mode SIMPLE, and the gateway/,
      {
        with: {
          'cluster-b': [
            ruleFor('*.local', 'istio-system', 'SIMPLE', { exportTo: ['.'] }),
            ruleFor('backend-api', 'default', 'ISTIO_MUTUAL'),
          ],
        },
      },
    ],
    [
      'a DestinationRule of the root Namespace of the provider',
      /has TLS mode SIMPLE, and the gateway/,
      {
        with: { 'cluster-b': [ruleFor('*.local', 'mesh-root', 'SIMPLE')] },
        meshConfigs: new Map([['cluster-b', { rootNamespace: 'mesh-root' }]]),
      },
    ],
    [
      'a DestinationRule with another TLS mode for the port',
      /has TLS mode MUTUAL, and the gateway/,
      {
        with: {
          'cluster-b': [
            ruleFor('backend-api', 'default', 'ISTIO_MUTUAL', {}, [{ port: { number: 80 }, tls: { mode: 'MUTUAL' } }]),
          ],
        },
      },
    ],
    [
      'a DestinationRule with a TLS mode that the port has too, for the gateway',
      /has TLS mode SIMPLE, and the gateway/,
      {
        with: {
          'cluster-b': [ruleFor('backend-api', 'default', 'SIMPLE', {}, [{ port: { number: 80 }, loadBalancer: {} }])],
        },
      },
    ],
    [
      'a Sidecar for all pods, and one for some that leaves the host out as well',
      /not among the hosts of the Sidecar/,
      { with: { 'cluster-a': [sidecar('default', ['./*']), sidecar('web', ['./*'], { app: 'web' })] } },
    ],
    [
      'a VirtualService that answers by itself',
      /has no route/,
      { change: routes({ directResponse: { status: 200 } }) },
    ],
    [
      'a VirtualService for other paths',
      /has no route/,
      { change: routes({ match: [{ uri: { prefix: '/api/' } }], ...toBackend }) },
      { path: '/api/../admin' },
    ],
    [
      'a VirtualService for other methods',
      /has no route/,
      { change: routes({ match: [{ method: { exact: 'GET' }, uri: { prefix: '/' } }], ...toBackend }) },
      { method: 'POST', path: '/' },
    ],
    [
      'a policy about the host that a route writes',
      /^deny-rule$/,
      {
        change: routes({ rewrite: { authority: 'old.example' }, ...toBackend }),
        with: { 'cluster-b': [denying({ to: [{ operation: { hosts: ['old.example'] } }] })] },
      },
    ],
  ])('%s', (_, why, beside, call) => {
    const found = ask(sitesWith(spec, beside), call);
    expect(found.allowed).toBe(false);
    expect(found.why).toMatch(why);
  });

  test.each<[string, Beside, Call?]>([
    [
      'a DestinationRule with the short name of a Service in another Namespace',
      { with: { 'cluster-b': [ruleFor('backend-api', 'shop', 'SIMPLE')] } },
      { caller: batch },
    ],
    [
      'a DestinationRule of what is not the root Namespace',
      {
        with: { 'cluster-b': [ruleFor('*.local', 'istio-system', 'SIMPLE')] },
        meshConfigs: new Map([['cluster-b', { rootNamespace: 'mesh-root' }]]),
      },
      { caller: batch },
    ],
    [
      'a DestinationRule that is for another host',
      {
        with: {
          'cluster-a': [
            istioObject('DestinationRule', 'mine', 'shop', {
              host: '*.example',
              trafficPolicy: { tls: { mode: 'DISABLE' } },
            }),
          ],
        },
      },
    ],
    [
      'a DestinationRule of the root Namespace, which comes last',
      {
        with: {
          'cluster-a': [
            istioObject('DestinationRule', 'default', 'istio-system', {
              host: '*.local',
              trafficPolicy: { tls: { mode: 'DISABLE' } },
            }),
          ],
        },
      },
    ],
    [
      'a Sidecar that has the host',
      {
        with: {
          'cluster-a': [istioObject('Sidecar', 'default', 'shop', { egress: [{ hosts: ['./*', 'aegis-xc/*'] }] })],
        },
      },
    ],
    [
      'a Sidecar of another Namespace',
      { with: { 'cluster-a': [istioObject('Sidecar', 'default', 'web', { egress: [{ hosts: ['./*'] }] })] } },
    ],
    [
      'a policy of another cluster',
      { with: { 'cluster-a': [istioObject('AuthorizationPolicy', 'none', 'default', {})] } },
    ],
    [
      'a DestinationRule beside the exported Service that the gateway does not see',
      { with: { 'cluster-b': [ruleFor('backend-api', 'default', 'DISABLE', { exportTo: ['.'] })] } },
    ],
    [
      'a DestinationRule of another Namespace of the provider',
      { with: { 'cluster-b': [ruleFor('*.local', 'shop', 'DISABLE')] } },
    ],
    [
      'a DestinationRule with mesh TLS beside the exported Service',
      { with: { 'cluster-b': [ruleFor('backend-api', 'default', 'ISTIO_MUTUAL')] } },
    ],
    [
      'a DestinationRule with another TLS mode for another port',
      {
        with: {
          'cluster-b': [
            ruleFor('backend-api', 'default', 'ISTIO_MUTUAL', {}, [{ port: { number: 81 }, tls: { mode: 'SIMPLE' } }]),
          ],
        },
      },
    ],
    ['a share of nothing that leads nowhere', { change: routes(sharedRoute(0)) }],
    [
      'a ServiceEntry of the host that the caller does not see',
      { with: { 'cluster-a': [takenHost('web', { exportTo: ['.'] })] } },
    ],
    ['a Sidecar for some pods that has the host', { with: { 'cluster-a': [sidecar('web', ['*/*'], { app: 'web' })] } }],
    [
      'a route for other paths',
      { change: routes({ match: [{ uri: { prefix: '/old' } }], ...elsewhere }, toBackend) },
      { path: '/api/x' },
    ],
    [
      'a route for other Namespaces, ports or gateways',
      {
        change: routes(
          { match: [{ sourceNamespace: 'web' }, { port: 81 }, { gateways: ['edge'] }], ...elsewhere },
          toBackend,
        ),
      },
    ],
    [
      'a route after one that fits every request',
      { change: routes({ match: [{ uri: { prefix: '/' } }], ...toBackend }, elsewhere) },
    ],
    [
      'a path that a route writes, where policies ask for none',
      { change: routes({ rewrite: { uri: '/v2' }, ...toBackend }) },
      { path: '/api/x' },
    ],
  ])('is not %s', (_, beside, call) => {
    expect(ask(sitesWith(spec, beside), call).allowed).toBe(true);
  });

  const route = 'which route of VirtualService aegis-xc/shop-backend-api-cluster-b it takes';
  const labels = "whether the caller's pods have the labels app=web";
  test.each<[string, readonly string[], RegExp, Beside, Call?]>([
    [
      'a share that leads nowhere',
      ['which way it takes'],
      /allow-rule; other\.example is not known|other\.example is not known; allow-rule/,
      { change: routes(sharedRoute(10)) },
    ],
    [
      'a route for some requests that leads nowhere',
      [route],
      /other\.example is not known/,
      { change: routes({ match: [{ headers: { 'x-canary': { exact: 'yes' } } }], ...elsewhere }, toBackend) },
    ],
    [
      'a route for paths that are written as a pattern',
      [route],
      /has no route/,
      { change: routes({ match: [{ uri: { regex: '/api/.*' } }], ...toBackend }) },
      { path: '/api/x' },
    ],
    [
      'another ServiceEntry of the host',
      ['which ServiceEntry of backend-api.cluster-b.local is the older one'],
      /backend-api\.cluster-b\.local is there twice, and here 192\.0\.2\.1 is the gateway of no cluster/,
      { with: { 'cluster-a': [takenHost('shop')] } },
    ],
    [
      'another ServiceEntry of the host, without the port',
      ['which ServiceEntry of backend-api.cluster-b.local is the older one'],
      /is there twice, and here backend-api\.cluster-b\.local has no port 80/,
      { with: { 'cluster-a': [takenHost('shop', { ports: [] })] } },
    ],
    [
      'a Sidecar for some pods that leaves the host out',
      [labels],
      /is not among the hosts of the Sidecar of shop/,
      { with: { 'cluster-a': [sidecar('web', ['./*'], { app: 'web' })] } },
    ],
    [
      'a Sidecar for some pods that has the host, where the one for all others does not',
      [labels],
      /is not among the hosts of the Sidecar of shop/,
      { with: { 'cluster-a': [sidecar('default', ['./*']), sidecar('web', ['*/*'], { app: 'web' })] } },
    ],
    [
      'one of two DestinationRules that the gateway of the provider sees',
      ['which DestinationRule is the older one, or which labels the pods of the gateway have'],
      /has TLS mode SIMPLE, and the gateway/,
      {
        with: {
          'cluster-b': [
            ruleFor('backend-api', 'default', 'SIMPLE'),
            istioObject('DestinationRule', 'other', 'default', { host: 'backend-api' }),
          ],
        },
      },
    ],
    // Some requests: which, the question leaves open.
    [
      'a route for some paths, where none is asked for',
      [],
      /has no route/,
      { change: routes({ match: [{ uri: { prefix: '/api/' } }], ...toBackend }) },
    ],
  ])('perhaps %s', (_, on, why, beside, call) => {
    const found = ask(sitesWith(spec, beside), call);
    expect(found.allowed).toEqual(on);
    expect(found.why).toMatch(why);
  });

  test('a path that a route writes is not the one that policies let in', () => {
    const consumers = [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount: 'frontend' }];
    const limited = federation({
      services: {
        'backend-api': service({ consumers: consumers.map((one) => ({ ...one, allow: { paths: ['/api/*'] } })) }),
      },
    });
    const rewriting = sitesWith(limited, { change: routes({ rewrite: { uri: '/v2' }, ...toBackend }) });
    expect(ask(sitesWith(limited), { path: '/api/x' }).allowed).toBe(true);
    expect(ask(rewriting, { path: '/api/x' }).allowed).toEqual(['which path its route rewrites it to']);
    expect(ask(rewriting).allowed).toEqual(['which path its route rewrites it to']);
  });

  test('a Sidecar has to have the host that is dialled; what its routes lead to comes with it', () => {
    const weights = shared({ weights: { 'cluster-a': 50, 'cluster-b': 50 } });
    const asked = (...hosts: string[]) =>
      ask(sitesWith(weights, { with: { 'cluster-a': [sidecar('default', hosts, undefined, 'web')] } }), {
        caller: who('cluster-a/web/web'),
      });
    expect(asked('aegis-xc/catalog.xc.global').allowed).toBe(true);
    expect(asked('aegis-xc/catalog.cluster-b.local', 'default/*')).toMatchObject({
      allowed: false,
      why: 'catalog.xc.global is not among the hosts of the Sidecar of web',
    });
  });
});

describe('what others have written', () => {
  test('counts beside what is rendered', () => {
    const fenced = sitesWith(spec, {
      with: { 'cluster-b': [denying({ from: [{ source: { principals: ['cluster-a.example/*'] } }] })] },
    });
    expect(ask(fenced)).toMatchObject({ allowed: false, by: ['AuthorizationPolicy fence 0'] });
    expect(ask(fenced, { caller: batch }).allowed).toBe(true);
  });

  test('stands in the Namespace that MeshConfig names', () => {
    const fence = denying({});
    const meshConfigs = new Map([['cluster-b', { rootNamespace: 'mesh-root' }]]);
    expect(ask(sitesWith(spec, { with: { 'cluster-b': [fence] } })).allowed).toBe(false);
    expect(ask(sitesWith(spec, { with: { 'cluster-b': [fence] }, meshConfigs })).allowed).toBe(true);
  });

  test('makes an alias of a trust domain the same as the own one', () => {
    const meshConfigs = new Map([['cluster-b', { trustDomainAliases: ['cluster-a.example'] }]]);
    const namesake = {
      with: {
        'cluster-b': [denying({ from: [{ source: { principals: ['cluster-b.example/ns/shop/sa/frontend'] } }] })],
      },
    };
    expect(ask(sitesWith(spec, namesake)).allowed).toBe(true);
    expect(ask(sitesWith(spec, { ...namesake, meshConfigs })).allowed).toBe(false);
  });

  test('of two PeerAuthentications of one workload nobody knows which is older', () => {
    const peers = istioObject('PeerAuthentication', 'mine', 'default', {
      selector: { matchLabels: { app: 'backend-api' } },
      mtls: { mode: 'PERMISSIVE' },
    });
    const open = istioObject('AuthorizationPolicy', 'open', 'default', { rules: [{}] });
    const both = sitesWith(spec, { with: { 'cluster-b': [peers, open] } });
    expect(ask(both, { caller: who('cluster-b/default/batch', false) }).allowed).toEqual([
      expect.stringContaining('the older one'),
    ]);
    expect(ask(both).allowed).toBe(true);
  });

  test('is not counted twice where it is what we render', () => {
    const of = sitesWith(spec, {
      with: { 'cluster-b': [istioObject('AuthorizationPolicy', 'shop-backend-api', 'default', {})] },
    });
    expect(of.of('cluster-b')?.of('AuthorizationPolicy')).toHaveLength(1);
  });
});

test('worth asking about are all who are named, and for each border somebody who is not', () => {
  const others = istioObject('AuthorizationPolicy', 'jobs', 'default', {
    rules: [
      {
        from: [
          { source: { principals: ['cluster-b.example/ns/jobs/sa/nightly'] } },
          { source: { namespaces: ['ops'] } },
        ],
      },
    ],
  });
  expect(knownCallers(sitesWith(spec, { with: { 'cluster-b': [others] } })).map(callerText)).toEqual([
    'cluster-a/shop/frontend',
    'cluster-b/default/batch',
    'cluster-a/ops/*',
    'cluster-b/jobs/nightly',
    'cluster-b/ops/*',
    'cluster-a/shop/*',
    'cluster-a/*/*',
    'cluster-b/default/*',
    'cluster-b/*/*',
    'cluster-b/*/* (no sidecar)',
  ]);
});
