import { expect, test } from 'vitest';
import type { FederationInput } from '../support/federation.ts';
import { type PlainObject, type PlainState, plainlyUnsafe, plainName } from '../support/plain-safety.ts';
import { rendered } from '../support/simulate.ts';
import { pairs } from '../support/sweep-cases.ts';

const sidesOf = (name: string): readonly FederationInput[] => pairs.find((pair) => pair.name === name)?.sides ?? [];

/** The clusters when all of a spec is there. */
function stateOf(spec: FederationInput): PlainState {
  const { manifests } = rendered(spec);
  return Object.fromEntries(
    Object.keys(spec.clusters).map((name) => {
      const objects = manifests
        .filter(({ cluster, resource }) => cluster === name && resource.kind !== 'Namespace')
        .map(({ object }): PlainObject => object);
      return [name, { objects, inventory: new Set(objects.map(plainName)) }];
    }),
  );
}

const change = (state: PlainState, with_: (object: PlainObject) => PlainObject | undefined): PlainState =>
  Object.fromEntries(
    Object.entries(state).map(([cluster, one]) => [
      cluster,
      { ...one, objects: one.objects.flatMap((object) => with_(object) ?? []) },
    ]),
  );
const without =
  (kind: string) =>
  (object: PlainObject): PlainObject | undefined =>
    object.kind === kind ? undefined : object;
const having =
  (kind: string, spec: PlainObject['spec']) =>
  (object: PlainObject): PlainObject =>
    object.kind === kind ? { ...object, spec: { ...object.spec, ...spec } } : object;

test.for(pairs.map(({ name, sides }) => [name, sides] as const))('both ends are plainly safe: %s', ([, sides]) => {
  for (const side of sides) expect(plainlyUnsafe(sides, stateOf(side))).toEqual([]);
});

const sides = sidesOf('change callers');
const host = 'backend-api.default.svc.cluster.local';
const known = 'backend-api.cluster-b.local';

test.for<[string, (object: PlainObject) => PlainObject | undefined, readonly string[]]>([
  ['no policy', without('AuthorizationPolicy'), [`cluster-b: ${host} is exported without a policy`]],
  [
    'a policy of another workload',
    having('AuthorizationPolicy', { selector: { matchLabels: { app: 'another' } } }),
    [`cluster-b: ${host} is exported without a policy`],
  ],
  [
    'a policy that lets a stranger in',
    having('AuthorizationPolicy', { rules: [{ from: [{ source: { principals: ['*'] } }] }] }),
    ['cluster-b: AuthorizationPolicy default/shop-backend-api lets in *'],
  ],
  ['plaintext', without('PeerAuthentication'), [`cluster-b: ${host} is exported, and plaintext is not refused`]],
  ['no gateway', without('Gateway'), [`cluster-a: ${known} leads to ${host}, which cluster-b does not export`]],
  [
    'a gateway that exports something else',
    having('Gateway', { servers: [{ hosts: ['secrets.default.svc.cluster.local'] }] }),
    [
      `cluster-a: ${known} leads to ${host}, which cluster-b does not export`,
      'cluster-b: a gateway exports secrets.default.svc.cluster.local, which neither spec does',
      'cluster-b: secrets.default.svc.cluster.local is exported without a policy',
      'cluster-b: secrets.default.svc.cluster.local is exported, and plaintext is not refused',
    ],
  ],
  [
    'no DestinationRule',
    without('DestinationRule'),
    [
      `cluster-a: calls of ${known} are not encrypted`,
      `cluster-a: the server of ${known} is not pinned`,
      `cluster-a: ${known} is known where no rule is`,
      `cluster-a: ${known} leads to nowhere, which cluster-b does not export`,
    ],
  ],
  [
    'another server',
    having('DestinationRule', {
      exportTo: ['shop'],
      trafficPolicy: {
        tls: {
          mode: 'ISTIO_MUTUAL',
          sni: `outbound_.80_._.${host}`,
          subjectAltNames: ['spiffe://cluster-b.example/ns/default/sa/other'],
        },
      },
    }),
    [`cluster-a: the server of ${known} is not pinned`],
  ],
  [
    'a ServiceEntry that is known to all',
    having('ServiceEntry', { exportTo: ['*'] }),
    [`cluster-a: ${known} is known where no rule is`],
  ],
  [
    'a strange address',
    having('ServiceEntry', { endpoints: [{ address: '192.0.2.1' }] }),
    ['cluster-a: a ServiceEntry leads to 192.0.2.1'],
  ],
  [
    'no ServiceEntry',
    without('ServiceEntry'),
    [`cluster-a: VirtualService aegis-xc/shop-backend-api-cluster-b names ${known}, ${known}, which is not there`],
  ],
  [
    'a route to a subset and a gateway that are not there',
    having('VirtualService', {
      gateways: ['mesh', 'istio-system/other'],
      http: [{ route: [{ destination: { host: known, subset: 'v2' } }] }],
    }),
    ['cluster-a: VirtualService aegis-xc/shop-backend-api-cluster-b names v2, istio-system/other, which is not there'],
  ],
])('%s is seen', ([, broken, wrong]) => {
  const [spec] = sides;
  if (spec === undefined) throw new Error('a pair has two sides');
  expect(plainlyUnsafe(sides, change(stateOf(spec), broken))).toEqual(wrong);
});

test('an object that no inventory has is seen', () => {
  const [spec] = sides;
  if (spec === undefined) throw new Error('a pair has two sides');
  const state = Object.entries(stateOf(spec)).map(([cluster, one]) => [
    cluster,
    { ...one, inventory: new Set<string>() },
  ]);
  expect(plainlyUnsafe(sides, Object.fromEntries(state))).toContain(
    'cluster-b: Gateway istio-system/shop-exports is in no inventory',
  );
});
