import { describe, expect, test } from 'vitest';
import { isJsonObject } from '../../src/json.ts';
import type { KubeObject } from '../../src/manifests/manifest.ts';
import { objectsOf, specOf } from '../../src/manifests/transition.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import {
  type ClusterInput,
  cluster,
  type FederationInput,
  federation,
  kafkaFederation,
  provider,
  type ServiceInput,
  service,
  sharedService,
} from '../support/federation.ts';
import { afterSteps, emptyClusters, planFrom, rendered } from '../support/simulate.ts';

/** `guard ~ AuthorizationPolicy (union)`, one line for every step. */
const lines = ({ steps }: Plan): string[] =>
  steps.map((step) => {
    const part = step.op === 'update' && step.part ? ` (${step.part})` : '';
    return `${step.stage} ${{ create: '+', update: '~', delete: '-' }[step.op]} ${step.cluster} ${step.id.kind}${part}`;
  });

const caller = (serviceAccount: string, namespace = 'shop') => ({ cluster: 'cluster-a', namespace, serviceAccount });
const called = (...consumers: ReturnType<typeof caller>[]) =>
  federation({ services: { 'backend-api': service({ consumers }) } });
const gatewayAt = (...addresses: string[]) =>
  federation({ clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b', { gateway: { addresses } }) } });
const gatewayOf = (istio: string, ...addresses: string[]) =>
  federation({
    clusters: {
      'cluster-a': cluster('a'),
      'cluster-b': cluster('b', { gateway: { addresses, selector: { istio }, allowFrom: ['198.51.100.0/24'] } }),
    },
  });
const labelled = (workload: Record<string, string>, of: string) =>
  federation({
    services: { 'backend-api': service({ providers: { 'cluster-b': provider({ workload, service: of }) } }) },
  });
const restricted = (gateway: Partial<NonNullable<ClusterInput['gateway']>>) =>
  federation({
    clusters: {
      'cluster-a': cluster('a'),
      'cluster-b': cluster('b', { gateway: { addresses: ['203.0.113.98'], ...gateway } }),
    },
  });
const shared = (difference: Parameters<typeof sharedService>[0]) =>
  federation({ services: { catalog: sharedService(difference) } });
const tcp = { port: { number: 5432, protocol: 'TCP' } } as const;
const web = (name: string) => ({ cluster: name, namespace: 'web', serviceAccount: 'web' });
const allowedFrom = (...allowFrom: string[]) => restricted({ allowFrom });

describe('a change of what is there', () => {
  test.each<[string, FederationInput, FederationInput, string[]]>([
    [
      'that only widens a policy is one early write',
      called(caller('frontend')),
      called(caller('frontend'), caller('orders')),
      ['guard ~ cluster-b AuthorizationPolicy'],
    ],
    [
      'that only narrows a policy is one late write',
      called(caller('frontend'), caller('orders')),
      called(caller('frontend')),
      ['tighten ~ cluster-b AuthorizationPolicy'],
    ],
    [
      'of a caller is the union first and the new one late',
      called(caller('frontend')),
      called(caller('orders')),
      ['guard ~ cluster-b AuthorizationPolicy (union)', 'tighten ~ cluster-b AuthorizationPolicy (final)'],
    ],
    [
      'of an address is new beside old, then old away',
      gatewayAt('203.0.113.98'),
      gatewayAt('203.0.113.99'),
      ['publish ~ cluster-a ServiceEntry (union)', 'unpublish ~ cluster-a ServiceEntry (final)'],
    ],
    [
      'of the gateway to other pods leaves the old ones theirs until nobody calls them',
      gatewayOf('eastwestgateway', '203.0.113.98'),
      gatewayOf('new', '203.0.113.99'),
      [
        'listen + cluster-b Gateway',
        'publish ~ cluster-a ServiceEntry (union)',
        'unpublish ~ cluster-a ServiceEntry (final)',
        'tighten + cluster-b NetworkPolicy',
        'unlisten - cluster-b Gateway',
        'unguard - cluster-b NetworkPolicy',
      ],
    ],
    [
      'of the labels of a workload leaves the old pods their policies until nobody is led to them',
      labelled({ app: 'backend' }, 'backend-api'),
      labelled({ 'app.kubernetes.io/name': 'backend' }, 'backend-v2'),
      [
        'guard + cluster-b PeerAuthentication',
        'guard + cluster-b AuthorizationPolicy',
        'listen ~ cluster-b Gateway (union)',
        'pin ~ cluster-a DestinationRule',
        'unlisten ~ cluster-b Gateway (final)',
        'unguard - cluster-b PeerAuthentication',
        'unguard - cluster-b AuthorizationPolicy',
      ],
    ],
    [
      'of the port of a broker lets its callers in on both before its Service leads to the new one',
      kafkaFederation({ app: 'kafka' }),
      kafkaFederation({ app: 'kafka' }, 19_092),
      [
        'guard ~ cluster-b PeerAuthentication (union)',
        'guard ~ cluster-b AuthorizationPolicy (union)',
        'listen ~ cluster-b Service',
        'tighten ~ cluster-b PeerAuthentication (final)',
        'tighten ~ cluster-b AuthorizationPolicy (final)',
      ],
    ],
    [
      'of the pods of a broker gives the new ones their policies before its Service leads to them',
      kafkaFederation({ app: 'kafka' }),
      kafkaFederation({ app: 'kafka2' }),
      [
        'guard + cluster-b PeerAuthentication',
        'guard + cluster-b AuthorizationPolicy',
        'listen ~ cluster-b Service',
        'unguard - cluster-b PeerAuthentication',
        'unguard - cluster-b AuthorizationPolicy',
      ],
    ],
    [
      'of the pods of a broker is noticed, too, where its selector only loses a label',
      kafkaFederation({ app: 'kafka', version: 'v37' }),
      kafkaFederation({ app: 'kafka' }),
      [
        'guard + cluster-b PeerAuthentication',
        'guard + cluster-b AuthorizationPolicy',
        'listen ~ cluster-b Service',
        'unguard - cluster-b PeerAuthentication',
        'unguard - cluster-b AuthorizationPolicy',
      ],
    ],
    [
      'of the pinned identities trusts both in between',
      federation(),
      federation({
        services: {
          'backend-api': service({ providers: { 'cluster-b': provider({ serviceAccounts: ['backend-2'] }) } }),
        },
      }),
      ['pin ~ cluster-a DestinationRule (union)', 'tighten ~ cluster-a DestinationRule (final)'],
    ],
    [
      'of who sees a host hides it before its rule is hidden',
      called(caller('frontend'), caller('web', 'web')),
      called(caller('frontend')),
      [
        'unroute ~ cluster-a VirtualService',
        'unpublish ~ cluster-a ServiceEntry',
        'tighten ~ cluster-a DestinationRule',
        'tighten ~ cluster-b AuthorizationPolicy',
        'unpin - cluster-a ProxyConfig',
      ],
    ],
    [
      'of the ranges that reach a gateway is new beside old',
      allowedFrom('198.51.100.0/24'),
      allowedFrom('192.0.2.0/24'),
      ['guard ~ cluster-b NetworkPolicy (union)', 'tighten ~ cluster-b NetworkPolicy (final)'],
    ],
    [
      "of the port of a gateway's pods restricts both in between",
      restricted({ allowFrom: ['198.51.100.0/24'] }),
      restricted({ allowFrom: ['198.51.100.0/24'], targetPort: 8443 }),
      ['guard ~ cluster-b NetworkPolicy (union)', 'tighten ~ cluster-b NetworkPolicy (final)'],
    ],
    [
      'of the gateway to other pods with another port restricts each on its own',
      restricted({ allowFrom: ['198.51.100.0/24'] }),
      restricted({ allowFrom: ['198.51.100.0/24'], targetPort: 8443, selector: { istio: 'new' } }),
      [
        'listen + cluster-b Gateway',
        'tighten + cluster-b NetworkPolicy',
        'unlisten - cluster-b Gateway',
        'unguard - cluster-b NetworkPolicy',
      ],
    ],
    [
      'that restricts a gateway for the first time comes last',
      federation({
        clusters: {
          'cluster-a': cluster('a'),
          'cluster-b': cluster('b', { gateway: { addresses: ['203.0.113.98'] } }),
        },
      }),
      allowedFrom('192.0.2.0/24'),
      ['tighten + cluster-b NetworkPolicy'],
    ],
    [
      'of a first caller from elsewhere turns away the callers beside the provider late',
      shared({ localCallers: 'any', consumers: [web('cluster-a')] }),
      shared({ localCallers: [], consumers: [web('cluster-a'), web('cluster-b')] }),
      [
        'guard ~ cluster-a AuthorizationPolicy (union)',
        'guard ~ cluster-b AuthorizationPolicy (union)',
        'listen + cluster-a Gateway',
        'pin + cluster-b DestinationRule',
        'pin + cluster-b ProxyConfig',
        'publish + cluster-b ServiceEntry',
        'publish + cluster-b ServiceEntry',
        'route + cluster-b VirtualService',
        'tighten ~ cluster-a AuthorizationPolicy (final)',
        'tighten ~ cluster-b AuthorizationPolicy (final)',
      ],
    ],
    [
      'of a virtual address alone is one write',
      federation({ services: { 'orders-db': service({ ...tcp, address: '240.1.0.1' }) } }),
      federation({ services: { 'orders-db': service({ ...tcp, address: '240.1.0.2' }) } }),
      ['publish ~ cluster-a ServiceEntry'],
    ],
    [
      'of a time-out alone is one write',
      federation(),
      federation({ services: { 'backend-api': service({ traffic: { timeout: '9s' } }) } }),
      ['route ~ cluster-a VirtualService'],
    ],
  ])('%s', (_, before, after, steps) => {
    const plan = planFrom(before, after);
    expect(lines(plan)).toEqual(steps);
    expect(plan.diagnostics).toEqual([]);
  });

  test('of the Service of a provider exports the new one beside the old, and the callers switch in one write', () => {
    const moved = federation({
      services: { 'backend-api': service({ providers: { 'cluster-b': provider({ namespace: 'other' }) } }) },
    });
    const plan = planFrom(federation(), moved);
    expect(plan.diagnostics).toEqual([]);
    const [union] = plan.steps.filter(({ id, stage }) => id.kind === 'Gateway' && stage === 'listen');
    expect(union?.op === 'update' && union.object.spec).toMatchObject({
      servers: [
        { hosts: ['backend-api.other.svc.cluster.local'] },
        { hosts: ['backend-api.default.svc.cluster.local'] },
      ],
    });
    const rules = plan.steps.filter(({ id }) => id.kind === 'DestinationRule');
    expect(rules.map(({ stage }) => stage)).toEqual(['pin', 'tighten']);
    expect(rules[0]?.op === 'update' && JSON.stringify(rules[0].object.spec)).toContain(
      'outbound_.80_._.backend-api.other.svc',
    );
    expect(lines(plan).slice(-2)).toEqual([
      'unguard - cluster-b PeerAuthentication',
      'unguard - cluster-b AuthorizationPolicy',
    ]);
  });

  test.each([
    [
      'above',
      15443,
      8443,
      [
        [1, 8442],
        [8444, 15442],
        [15444, 65535],
      ],
    ],
    [
      'below',
      8443,
      15443,
      [
        [1, 8442],
        [8444, 15442],
        [15444, 65535],
      ],
    ],
    ['at the end', 65535, 1, [[2, 65534]]],
    [
      'beside it',
      8443,
      8444,
      [
        [1, 8442],
        [8445, 65535],
      ],
    ],
  ])("of the port of a gateway's pods, from %s, leaves open only what both leave open", (_, from, to, open) => {
    const at = (targetPort: number) => restricted({ allowFrom: ['198.51.100.0/24'], targetPort });
    const [union] = planFrom(at(from), at(to)).steps.filter(({ id }) => id.kind === 'NetworkPolicy');
    const ingress = union?.op === 'update' ? objectsOf(specOf(union.object).ingress) : [];
    expect(ingress.filter((rule) => rule.from).map(({ ports }) => ports)).toEqual([
      [{ protocol: 'TCP', port: to }],
      [{ protocol: 'TCP', port: from }],
    ]);
    expect(ingress.filter((rule) => !rule.from)).toEqual([
      {
        ports: [
          ...open.map(([port, endPort]) => ({ protocol: 'TCP', port, endPort })),
          { protocol: 'UDP', port: 1, endPort: 65535 },
          { protocol: 'SCTP', port: 1, endPort: 65535 },
        ],
      },
    ]);
  });

  test("of the gateway's port names no two servers alike, however long the names of their Services are", () => {
    const at = (port: number) =>
      federation({
        ...restricted({ port }),
        services: Object.fromEntries(
          ['invoice-generation-api-v1', 'invoice-generation-api-v2'].map((name) => {
            const of = { namespace: 'customer-relationship-management-and-billing', service: name };
            return [name, service({ providers: { 'cluster-b': provider({ ...of, workload: { app: name } }) } })];
          }),
        ),
      });
    const [union] = planFrom(at(15443), at(15444)).steps.filter(({ id }) => id.kind === 'Gateway');
    const servers = union?.op === 'update' ? objectsOf(specOf(union.object).servers) : [];
    const names = servers.map(({ port }) => String(isJsonObject(port) ? port.name : ''));
    expect(new Set(names).size).toBe(4);
  });

  test('has only its late half left when the run ended in between', () => {
    const [before, after] = [called(caller('frontend')), called(caller('orders'))];
    const plan = planFrom(before, after);
    const observations = afterSteps(plan, plan.steps.slice(0, 1), 'applying');
    const rest = buildPlan({ ...rendered(after), observations });
    expect(lines(rest)).toEqual(['tighten ~ cluster-b AuthorizationPolicy']);
  });
});

describe('a change without a safe order is refused', () => {
  const at = (addresses: Record<string, string>): FederationInput =>
    federation({
      services: Object.fromEntries(
        Object.entries(addresses).map(([name, address]) => [
          name,
          service({
            port: { number: 5432, protocol: 'TCP' },
            address,
            providers: { 'cluster-b': provider({ service: name, workload: { app: name } }) },
          }),
        ]),
      ),
    });
  const [one, other] = ['240.1.0.1', '240.1.0.2'] as const;

  test.each<[string, FederationInput, FederationInput]>([
    ['another host gets it', at({ orders: one }), at({ orders: other, payments: one })],
    ['its host goes', at({ orders: one }), at({ payments: one })],
    ['two hosts swap theirs', at({ orders: one, payments: other }), at({ orders: other, payments: one })],
  ])('a virtual address that changes hands: %s', (_, before, after) => {
    expect(
      planFrom(before, after)
        .diagnostics.map(({ code, message }) => `${code} ${message}`)
        .join(),
    ).toMatch(
      /AXC5006 .*cluster-a: 240\.1\.0\.1 would be the address of (?:orders|payments)\.cluster-b\.local and .* at once; take it from the one and apply/,
    );
  });

  test('a gateway that leads to pods whose callers are not narrowed yet, where two meshes share a trust domain', () => {
    const clusters = { 'cluster-a': cluster('a'), 'cluster-b': cluster('b', { trustDomain: 'cluster-a.example' }) };
    const one = (difference: Parameters<typeof sharedService>[0]): FederationInput => ({
      ...shared(difference),
      identity: 'shared',
      clusters,
    });
    const plan = planFrom(
      one({ localCallers: [{ namespace: 'default', serviceAccount: 'batch' }], consumers: [web('cluster-a')] }),
      one({ localCallers: [], consumers: [web('cluster-a'), web('cluster-b')] }),
    );
    expect(plan.diagnostics.map(({ code, message }) => `${code} ${message}`).join()).toMatch(
      /AXC5006 .*in stage listen.* would get in to default\/shop-backend-api/,
    );
  });

  test('another cluster and another Service at once', () => {
    const one = (difference: object) =>
      federation({ services: { catalog: { ...sharedService(), host: 'catalog.xc.global', ...difference } } });
    const before = one({ providers: { 'cluster-b': provider() }, consumers: [caller('frontend')] });
    const clusters = { ...before.clusters, 'cluster-c': cluster('c') };
    const after = {
      ...one({ providers: { 'cluster-c': provider({ namespace: 'other' }) }, consumers: [caller('frontend')] }),
      clusters,
    };
    const plan = planFrom({ ...before, clusters }, after);
    expect(plan.diagnostics).toMatchObject([{ code: 'AXC5006', severity: 'error' }]);
    expect(plan.diagnostics[0]?.message).toMatch(
      /^no safe order: in stage pin, with DestinationRule .* done, .*shop would not reach catalog\.xc\.global:80/,
    );
  });
});

describe('a host that more clusters provide, or others', () => {
  const clusters = { 'cluster-a': cluster('a'), 'cluster-b': cluster('b'), 'cluster-c': cluster('c') };
  const providedBy = (names: readonly string[], difference: Partial<ServiceInput> = {}): FederationInput => {
    const providers = Object.fromEntries(names.map((name) => [name, provider()]));
    return federation({
      clusters,
      services: { catalog: service({ host: 'catalog.xc.global', providers, ...difference }) },
    });
  };
  const b = ['cluster-b'];
  const c = ['cluster-c'];
  const both = [...b, ...c];
  const weights = (ofB: number, ofC: number) => ({ traffic: { weights: { 'cluster-b': ofB, 'cluster-c': ofC } } });
  const tcp = { port: { number: 5432, protocol: 'TCP' } } as const;

  describe.each<[string, Partial<ServiceInput>]>([
    ['HTTP', {}],
    ['TCP', tcp],
    ['a host that is called after the first one', { host: 'catalog.cluster-b.local' }],
  ])('%s', (_, kind) => {
    const canSplit = kind.host === undefined;
    test.each<[string, FederationInput, FederationInput]>([
      ['a second cluster', providedBy(b, kind), providedBy(both, kind)],
      ['one of two', providedBy(both, kind), providedBy(b, kind)],
      ['another cluster', providedBy(b, kind), providedBy(c, kind)],
      ...(canSplit
        ? ([
            ['weights begin', providedBy(b, kind), providedBy(both, { ...kind, ...weights(100, 0) })],
            ['weights end', providedBy(both, { ...kind, ...weights(0, 100) }), providedBy(c, kind)],
            ['failover becomes weights', providedBy(both, kind), providedBy(both, { ...kind, ...weights(50, 50) })],
            ['weights become failover', providedBy(both, { ...kind, ...weights(50, 50) }), providedBy(both, kind)],
          ] satisfies [string, FederationInput, FederationInput][])
        : []),
    ])('%s', (_, before, after) => {
      expect(planFrom(before, after).diagnostics).toEqual([]);
    });
  });

  test.each<[string, Partial<ServiceInput>]>([
    ['HTTP', {}],
    ['TCP', tcp],
  ])('that an earlier version has named after its cluster gets its new name: %s', (_, kind) => {
    const one = rendered(providedBy(b, kind));
    const manifests = one.manifests.map((manifest) => ({ ...manifest, object: asBefore(manifest.object) }));
    const there = afterSteps(buildPlan({ ...one, manifests, observations: emptyClusters(one) }));
    const plan = buildPlan({ ...one, observations: there });
    expect(plan.diagnostics).toEqual([]);
    const kinds = ['DestinationRule', 'ServiceEntry', ...(kind.port ? [] : ['VirtualService'])];
    expect(plan.steps.map(({ op, id }) => `${op} ${id.kind} ${id.name}`)).toEqual([
      ...kinds.map((name) => `create ${name} shop-catalog`),
      ...[...kinds].reverse().map((name) => `delete ${name} shop-catalog-cluster-b`),
    ]);
  });

  /** Names ended in the cluster, the settings of a single port stood above, and its routes named none. */
  function asBefore(object: KubeObject): KubeObject {
    const { metadata, ...rest } = object;
    if (metadata.name !== 'shop-catalog') return object;
    const { trafficPolicy, http, ...spec } = specOf(object);
    const [own] = isJsonObject(trafficPolicy) ? objectsOf(trafficPolicy.portLevelSettings) : [];
    const { port: _, ...above } = own ?? {};
    return {
      ...rest,
      metadata: { ...metadata, name: 'shop-catalog-cluster-b' },
      spec: {
        ...spec,
        ...(own && { trafficPolicy: above }),
        ...(http !== undefined && {
          http: objectsOf(http)
            .slice(-1)
            .map(({ match: _, ...route }) => route),
        }),
      },
    };
  }
});
