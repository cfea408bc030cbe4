import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { answer } from '../../src/access/answer.ts';
import { questionsOf } from '../../src/access/questions.ts';
import type { LiveCluster } from '../../src/clusters/live-cluster.ts';
import type { Code } from '../../src/codes.ts';
import type { Case, Looked } from '../../src/doctor/case.ts';
import { causes } from '../../src/doctor/causes/index.ts';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { readSymptom, signs } from '../../src/doctor/symptom.ts';
import type { JsonObject } from '../../src/json.ts';
import { objectsOf } from '../../src/manifests/transition.ts';
import { cluster, type FederationInput, federation, service, sharedService } from '../support/federation.ts';
import { type Beside, changed, istioObject, sitesWith } from '../support/sites.ts';

interface Scene extends Beside {
  readonly spec?: FederationInput;
  readonly caller?: string;
  /** Its cluster and Namespace; default `cluster-a/shop`. */
  readonly from?: string;
  /** What `preflight` finds, and in which cluster; with a message in the place of it, why it could not look. */
  readonly finds?: Partial<Record<Code, string>>;
  readonly unread?: Partial<Record<Code, string>>;
  readonly symptom?: string;
  readonly gaps?: readonly string[];
  readonly blind?: readonly string[];
  readonly ports?: readonly JsonObject[];
}

const sni = 'outbound_.80_._.backend-api.default.svc.cluster.local';
const san = 'spiffe://cluster-b.example/ns/default/sa/backend';
const tls = (fields: JsonObject) => ({
  change: changed('DestinationRule', (body) => ({
    ...body,
    trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni, subjectAltNames: [san], ...fields } },
  })),
});
const tcp = federation({
  services: { 'backend-api': service({ port: { number: 4222, protocol: 'TCP' }, localCallers: 'any' }) },
});
const limited = federation({
  services: {
    'backend-api': service({
      consumers: [
        {
          cluster: 'cluster-a',
          namespace: 'shop',
          serviceAccount: 'frontend',
          allow: { methods: ['GET'], paths: ['/api/*'] },
        },
      ],
    }),
  },
});
const denyAll = istioObject('AuthorizationPolicy', 'fence', 'default', { action: 'DENY', rules: [{}] });
const hidesAll = istioObject('Sidecar', 'default', 'shop', { egress: [{ hosts: ['./*'] }] });
const named = federation({
  clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b', { gateway: { addresses: ['ew.b.example.net'] } }) },
});

function caseOf({ spec = federation(), caller = 'frontend', from, finds = {}, unread = {}, ...scene }: Scene): Case {
  const [meant, live] = [sitesWith(spec), sitesWith(spec, scene)];
  const [where = '', namespace = ''] = (from ?? 'cluster-a/shop').split('/');
  const who = { cluster: where, namespace, serviceAccount: caller, sidecar: true };
  const [question] = questionsOf({ callers: [who], services: meant.federation.services });
  if (question === undefined) throw new Error('nothing is asked');
  const looked = (code: Code): Looked[] =>
    ['cluster-a', 'cluster-b'].map((name) => ({
      clusters: [name],
      found:
        finds[code] === name
          ? [{ code, severity: 'error', message: `found ${code}`, hint: 'do this', at: question.service.at }]
          : [],
      notChecked: unread[code] === undefined ? [] : [unread[code]],
    }));
  // Of what runs in a cluster these causes look at Services only.
  const services = [
    { namespace: 'default', name: 'backend-api', ports: scene.ports ?? [{ port: 4222, name: 'tcp-nats' }] },
  ];
  const liveOf = () => ({ services: { items: services } }) as unknown as LiveCluster;
  return {
    symptom: readSymptom(scene.symptom ?? ''),
    question,
    meant: answer(question, meant),
    found: answer(question, live),
    live,
    providers: question.service.providers,
    looked,
    liveOf,
    gaps: scene.gaps ?? [],
    blind: scene.blind ?? [],
  };
}

const outcomeOf = (name: string, scene: Scene) => causes.find((cause) => cause.name === name)?.look(caseOf(scene));

const seen = new Map<string, Set<string>>();
const see = (name: string, state: string): void => {
  seen.set(name, new Set([...(seen.get(name) ?? []), state]));
};

describe('a cause holds', () => {
  test.each<[string, Scene, string | RegExp]>([
    ['names-are-not-captured', { finds: { AXC4037: 'cluster-a' } }, 'found AXC4037'],
    ['host-is-not-imported', { change: changed('ServiceEntry', () => undefined) }, /is not known in cluster-a/],
    [
      'host-is-not-exported',
      { change: changed('ServiceEntry', (body) => ({ ...body, exportTo: ['web'] })) },
      /exported to web only \(ServiceEntry aegis-xc\/shop-backend-api-cluster-b\)/,
    ],
    ['sidecar-hides-host', { with: { 'cluster-a': [hidesAll] } }, /not among the hosts/],
    [
      'sidecar-hides-host',
      {
        with: {
          'cluster-a': [
            istioObject('Sidecar', 'web', 'shop', {
              workloadSelector: { labels: { app: 'web' } },
              egress: [{ hosts: ['./*'] }],
            }),
          ],
        },
      },
      /not among the hosts/,
    ],
    ['caller-has-no-sidecar', { finds: { AXC4035: 'cluster-a' } }, 'found AXC4035'],
    [
      'destination-rule-shadows',
      { with: { 'cluster-a': [istioObject('DestinationRule', 'all', 'shop', { host: '*.local' })] } },
      /DestinationRule shop\/all fits the host/,
    ],
    [
      'destination-rule-shadows',
      {
        with: {
          'cluster-b': [
            istioObject('DestinationRule', 'plain', 'default', {
              host: 'backend-api',
              trafficPolicy: { tls: { mode: 'DISABLE' } },
            }),
          ],
        },
      },
      /DestinationRule default\/plain in cluster-b is in the way: .* has TLS mode DISABLE, and the gateway of cluster-b passes on/,
    ],
    [
      'server-name-is-wrong',
      tls({ sni: 'outbound_.80_._.other.default.svc.cluster.local' }),
      /asks for the SNI outbound_\.80_\._\.other.*the spec says outbound_\.80_\._\.backend-api/,
    ],
    [
      'server-name-is-wrong',
      tls({ sni: 'outbound_.81_._.backend-api.default.svc.cluster.local' }),
      /asks for the SNI outbound_\.81_/,
    ],
    [
      'gateway-does-not-know-service',
      { change: changed('Gateway', () => undefined) },
      /nothing for the SNI outbound_\.80_/,
    ],
    ['gateway-does-not-know-service', { finds: { AXC4030: 'cluster-b' } }, 'found AXC4030'],
    ['gateway-does-not-know-service', { finds: { AXC4027: 'cluster-b' } }, 'found AXC4027'],
    [
      'server-has-another-identity',
      tls({ subjectAltNames: ['spiffe://cluster-b.example/ns/default/sa/impostor'] }),
      /expects another server: .*impostor/,
    ],
    ['server-has-another-identity', { finds: { AXC4033: 'cluster-b' } }, 'found AXC4033'],
    ['roots-are-not-trusted', { finds: { AXC4022: 'cluster-b' } }, 'found AXC4022'],
    ['trust-domain-is-not-accepted', { finds: { AXC4019: 'cluster-b' } }, 'found AXC4019'],
    [
      'policy-refuses',
      { caller: 'reporting' },
      /no rule of AuthorizationPolicy default\/shop-backend-api in cluster-b lets this caller in/,
    ],
    [
      'policy-refuses',
      { with: { 'cluster-b': [denyAll] } },
      /rule 0 of AuthorizationPolicy default\/fence in cluster-b refuses it/,
    ],
    [
      'port-takes-other-mtls',
      {
        change: changed('PeerAuthentication', () => ({
          selector: { matchLabels: { app: 'backend-api' } },
          mtls: { mode: 'DISABLE' },
        })),
      },
      /takes plaintext only.*PeerAuthentication default\/shop-backend-api in cluster-b/,
    ],
    ['workload-has-no-sidecar', { finds: { AXC4032: 'cluster-b' } }, 'found AXC4032'],
    ['nobody-serves', { finds: { AXC4031: 'cluster-b' } }, 'found AXC4031'],
    ['gateway-is-down', { finds: { AXC4024: 'cluster-b' } }, 'found AXC4024'],
    [
      'gateway-is-elsewhere',
      {
        change: changed('ServiceEntry', (body) => ({
          ...body,
          endpoints: [{ address: '192.0.2.1', ports: { http: 15443 } }],
        })),
      },
      '192.0.2.1 is the gateway of no cluster',
    ],
    ['port-is-not-as-said', { finds: { AXC4029: 'cluster-b' } }, 'found AXC4029'],
    [
      'protocol-is-guessed',
      { spec: tcp, from: 'cluster-b/web', ports: [{ port: 4222, name: 'nats' }] },
      /does not say that it is TCP \(nats\)/,
    ],
    ['host-is-taken', { finds: { AXC4040: 'cluster-a' } }, 'found AXC4040'],
    [
      'host-is-taken',
      {
        with: {
          'cluster-a': [istioObject('ServiceEntry', 'mine', 'shop', { hosts: ['backend-api.cluster-b.local'] })],
        },
      },
      /is there twice, .*ServiceEntry shop\/mine/,
    ],
    [
      'host-is-not-imported',
      {
        change: changed('VirtualService', (body) => ({
          ...body,
          http: [
            { match: [{ uri: { prefix: '/old' } }], route: [{ destination: { host: 'other.example' } }] },
            ...objectsOf(body.http),
          ],
        })),
      },
      /other\.example is not known in cluster-a/,
    ],
    [
      'host-is-taken',
      { change: changed('VirtualService', (body) => ({ ...body, http: [{ match: [{ port: 1 }], route: [] }] })) },
      /has no route: VirtualService aegis-xc\/shop-backend-api/,
    ],
    ['namespace-is-not-read', { finds: { AXC4036: 'cluster-a' } }, 'found AXC4036'],
  ])('%s', (name, scene, what) => {
    const outcome = outcomeOf(name, scene);
    expect(outcome).toMatchObject({
      state: 'confirmed',
      what: expect.stringMatching(what),
      fix: expect.stringMatching(/\S/),
    });
    see(name, 'confirmed');
  });
});

describe('a cause is ruled out', () => {
  test.each(causes.map(({ name }) => name))('%s', (name) => {
    const outcome = outcomeOf(name, name === 'protocol-is-guessed' ? { spec: tcp, from: 'cluster-b/web' } : {});
    const isKnown = outcome?.state !== 'not checked';
    expect(outcome).toMatchObject({ state: isKnown ? 'ruled out' : 'not checked', what: expect.stringMatching(/\S/) });
    expect(isKnown || neverHolds.has(name)).toBe(true);
    see(name, isKnown ? 'ruled out' : 'not checked');
  });

  test('but not where nobody could look', () => {
    expect(outcomeOf('gateway-is-down', { unread: { AXC4024: 'no right to list Pods' } })).toEqual({
      state: 'not checked',
      what: 'no right to list Pods',
    });
    // What is missing may be there.
    const nothing = { change: () => [], blind: ['cluster-b does not answer'] };
    const found = diagnose(caseOf(nothing)).filter(({ outcome }) => outcome.state === 'confirmed');
    expect(found.map(({ cause }) => cause.name)).toEqual([]);
    expect(outcomeOf('policy-refuses', { gaps: ['cluster-b: no right to list'] })).toMatchObject({
      state: 'not checked',
    });
  });

  test('where what was found is about another service, or another cluster', () => {
    const one = caseOf({});
    const about = (at: readonly string[], clusters: readonly string[]): Case => ({
      ...one,
      looked: (code) => [{ clusters, found: [{ code, severity: 'error', message: 'of another', at }], notChecked: [] }],
    });
    const look = causes.find(({ name }) => name === 'nobody-serves')?.look;
    expect(look?.(about(['services', 'another'], ['cluster-b']))).toMatchObject({ state: 'ruled out' });
    expect(look?.(about(['services', 'backend-api'], ['cluster-c']))).toMatchObject({ state: 'not checked' });
    expect(look?.(about(['clusters', 'cluster-b'], ['cluster-b']))).toMatchObject({ state: 'confirmed' });
  });

  test('but not where what was found is about several services, and this is one of them', () => {
    const one = caseOf({});
    const looked =
      (alsoAt: readonly string[]): Case['looked'] =>
      (code) => [
        {
          clusters: ['cluster-a'],
          found: [{ code, severity: 'error', message: 'of both', at: ['services', 'another'], alsoAt: [alsoAt] }],
          notChecked: [],
        },
      ];
    const look = causes.find(({ name }) => name === 'caller-has-no-sidecar')?.look;
    expect(look?.({ ...one, looked: looked(['services', 'backend-api']) })).toMatchObject({ state: 'confirmed' });
    expect(look?.({ ...one, looked: looked(['services', 'third']) })).toMatchObject({ state: 'ruled out' });
  });

  test.each<[string, string, Scene]>([
    [
      'the name of a port is nothing to callers of other clusters',
      'the ServiceEntry of the host says what the port is',
      { spec: tcp, ports: [{ port: 4222, name: 'nats' }] },
    ],
    [
      'Istio knows a port by its number',
      'Istio takes port 3306 for TCP, whatever its name',
      {
        spec: federation({
          services: { 'backend-api': service({ port: { number: 3306, protocol: 'TCP' }, localCallers: 'any' }) },
        }),
        from: 'cluster-b/web',
        ports: [{ port: 3306, name: 'db' }],
      },
    ],
  ])('%s', (_, what, scene) => {
    expect(outcomeOf('protocol-is-guessed', scene)).toEqual({ state: 'ruled out', what });
  });
});

describe('a cause is not decided', () => {
  test.each<[string, string, Scene, RegExp]>([
    [
      'some requests of the caller get in, and nobody said which one it is',
      'policy-refuses',
      { spec: limited },
      /rule 0 of AuthorizationPolicy default\/shop-backend-api in cluster-b may refuse it: that depends on the method and the path/,
    ],
    [
      'an external authorizer is asked',
      'policy-refuses',
      {
        with: {
          'cluster-b': [
            istioObject('AuthorizationPolicy', 'outside', 'default', {
              action: 'CUSTOM',
              provider: { name: 'opa' },
              rules: [{}],
            }),
          ],
        },
      },
      /AuthorizationPolicy default\/outside.* depends on what the external authorizer opa answers/,
    ],
    [
      'the call ends before it gets there',
      'policy-refuses',
      { with: { 'cluster-a': [hidesAll], 'cluster-b': [denyAll] } },
      /the call ends before that: .* is not among the hosts of the Sidecar of shop/,
    ],
    [
      'the gateway is not even asked',
      'gateway-does-not-know-service',
      { with: { 'cluster-a': [hidesAll] } },
      /the call ends before that/,
    ],
    [
      'the gateway does not let it through to the server',
      'server-has-another-identity',
      { change: changed('Gateway', () => undefined) },
      /the call ends before that: the gateway of cluster-b has nothing for the SNI/,
    ],
  ])('%s', (_, name, scene, what) => {
    expect(outcomeOf(name, scene)).toMatchObject({ state: 'not checked', what: expect.stringMatching(what) });
  });

  test('the Sidecar needs the host by the Namespace of its ServiceEntry', () => {
    expect(outcomeOf('sidecar-hides-host', { with: { 'cluster-a': [hidesAll] } })).toMatchObject({
      fix: 'Add "aegis-xc/backend-api.cluster-b.local" to the hosts of its `egress`.',
    });
    const shared = federation({
      services: { 'backend-api': sharedService({ traffic: { failover: ['cluster-a', 'cluster-b'] } }) },
    });
    const hides = istioObject('Sidecar', 'default', 'web', { egress: [{ hosts: ['./*'] }] });
    const scene = { spec: shared, caller: 'web', from: 'cluster-a/web', with: { 'cluster-a': [hides] } };
    expect(outcomeOf('sidecar-hides-host', scene)).toMatchObject({
      fix: 'Add "default/catalog.xc.global" to the hosts of its `egress`.',
    });
  });
});

describe('what no cluster tells', () => {
  test.each<[string, Scene, RegExp]>([
    ['gateway-address-has-no-record', { spec: named }, /ew\.b\.example\.net/],
    ['network-policy-is-in-the-way', {}, /are not read/],
    ['connections-run-out', {}, /how many are open only the proxy knows/],
    ['answer-takes-too-long', {}, /any time/],
    ['idle-connection-is-closed', {}, /not known here/],
  ])('%s', (name, scene, what) => {
    const outcome = outcomeOf(name, scene);
    expect(outcome).toMatchObject({
      state: 'not checked',
      what: expect.stringMatching(what),
      fix: expect.stringMatching(/\S/),
    });
    see(name, 'not checked');
  });
});

describe('the order of causes', () => {
  const first = (symptom: string, scene: Scene = {}) =>
    diagnose(caseOf({ ...scene, symptom })).map(({ cause }) => cause.name);

  test('what holds comes first, however badly it explains the symptom', () => {
    const found = diagnose(caseOf({ symptom: 'RBAC: access denied', finds: { AXC4032: 'cluster-b' } }));
    expect(found[0]).toMatchObject({ cause: { name: 'workload-has-no-sidecar' }, weight: 0 });
  });

  test('of two that hold the one that explains it better', () => {
    const scene = { finds: { AXC4022: 'cluster-b', AXC4031: 'cluster-b' } } as const;
    expect(first('CERTIFICATE_VERIFY_FAILED', scene)[0]).toBe('roots-are-not-trusted');
    expect(first('503 UH', scene)[0]).toBe('nobody-serves');
  });

  test('what does not hold and would not explain it is not mentioned', () => {
    expect(first('NXDOMAIN')).not.toContain('policy-refuses');
    expect(first('')).toContain('policy-refuses');
  });
});

describe('the registry', () => {
  test('has every cause once, under the name of its file', () => {
    const files = readdirSync('src/doctor/causes').filter((file) => file !== 'index.ts');
    expect(causes.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
  });

  test('explains every sign', () => {
    expect(signs.filter((sign) => !causes.some(({ explains }) => (explains[sign] ?? 0) >= 50))).toEqual([]);
  });

  afterAll(() => {
    const unseen = causes.filter(({ name }) => (seen.get(name)?.size ?? 0) < (neverHolds.has(name) ? 1 : 2));
    expect(unseen.map(({ name }) => name)).toEqual([]);
  });
});

/** Only a proxy or the user can know. */
const neverHolds = new Set([
  'network-policy-is-in-the-way',
  'gateway-address-has-no-record',
  'connections-run-out',
  'answer-takes-too-long',
  'idle-connection-is-closed',
]);
