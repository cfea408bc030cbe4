import { describe, expect, test } from 'vitest';
import type { Inventory } from '../../src/plan/inventory.ts';
import type { Journal } from '../../src/plan/journal.ts';
import type { Observation } from '../../src/plan/observation.ts';
import { hasGoneBack, isOvertaken } from '../../src/plan/overtaken.ts';
import { buildPlan, type Plan } from '../../src/plan/plan.ts';
import {
  type ClusterInput,
  cluster,
  type FederationInput,
  federation,
  provider,
  service,
  sharedService,
} from '../support/federation.ts';
import { observation } from '../support/observation.ts';
import { applied, emptyClusters, rendered } from '../support/simulate.ts';

const clusters = { 'cluster-a': cluster('a'), 'cluster-b': cluster('b'), 'cluster-c': cluster('c') };
const spec = (services: FederationInput['services'], difference: Partial<FederationInput> = {}): FederationInput =>
  federation({ clusters, services, ...difference });
const catalog = (weights: Record<string, number>, difference: Parameters<typeof sharedService>[0] = {}) => ({
  catalog: sharedService({
    providers: { 'cluster-b': provider(), 'cluster-c': provider() },
    consumers: [{ cluster: 'cluster-a', namespace: 'web', serviceAccount: 'web' }],
    traffic: { weights },
    ...difference,
  }),
});
const caller = (name: string, serviceAccount = 'frontend') => ({ cluster: name, namespace: 'shop', serviceAccount });
const served = (...consumers: ReturnType<typeof caller>[]) => ({ 'backend-api': service({ consumers }) });
/** Called from cluster-a and cluster-c, through a gateway of cluster-b that is as the test says. */
const through = (
  gateway: Partial<NonNullable<ClusterInput['gateway']>>,
  difference: Parameters<typeof service>[0] = {},
): FederationInput =>
  spec(
    { 'backend-api': service({ consumers: [caller('cluster-a'), caller('cluster-c')], ...difference }) },
    { clusters: { ...clusters, 'cluster-b': cluster('b', { gateway: { addresses: ['203.0.113.98'], ...gateway } }) } },
  );
const answeredBy = (...serviceAccounts: string[]): FederationInput =>
  through({}, { providers: { 'cluster-b': provider({ serviceAccounts }) } });

/** From one spec to another, while cluster-c is gone. */
function planWithout(before: FederationInput, after: FederationInput): Plan {
  const one = rendered(after);
  const there = applied(before);
  const observations = emptyClusters(one)
    .map((fresh) => there.find(({ cluster: name }) => name === fresh.cluster) ?? fresh)
    .filter(({ cluster: name }) => name !== 'cluster-c');
  return buildPlan({ ...one, observations, without: ['cluster-c'] });
}

const errors = ({ diagnostics }: Plan): string[] =>
  diagnostics.flatMap(({ severity, code, message }) => (severity === 'error' ? [`${code} ${message}`] : []));

describe('while a cluster is left out, the others', () => {
  test.each<[string, FederationInput, FederationInput]>([
    [
      'take its weight away',
      spec(catalog({ 'cluster-b': 50, 'cluster-c': 50 })),
      spec(catalog({ 'cluster-b': 100, 'cluster-c': 0 })),
    ],
    [
      'stop to fail over to it',
      spec(catalog({}, { traffic: { failover: ['cluster-c', 'cluster-b'] } })),
      spec({
        catalog: service({
          host: 'catalog.xc.global',
          consumers: [{ cluster: 'cluster-a', namespace: 'web', serviceAccount: 'web' }],
        }),
      }),
    ],
    [
      'stop to let its callers in',
      spec(served(caller('cluster-a'), caller('cluster-c'))),
      spec(served(caller('cluster-a'))),
    ],
    [
      'change what has nothing to do with it',
      spec(served(caller('cluster-a'), caller('cluster-c'))),
      spec(served(caller('cluster-a', 'orders'), caller('cluster-c'))),
    ],
    [
      'let its callers come from more places',
      through({ allowFrom: ['198.51.100.0/24'] }),
      through({ allowFrom: ['198.51.100.0/24', '192.0.2.0/24'] }),
    ],
    [
      'let its callers come from a wider range',
      through({ allowFrom: ['198.51.100.0/24', '2001:db8::/32'] }),
      through({ allowFrom: ['198.51.100.0/22', '2001:db8::/32'] }),
    ],
    ['expect fewer identities of what its callers use', answeredBy('backend', 'backend-2'), answeredBy('backend')],
  ])('may %s', (_, before, after) => {
    const plan = planWithout(before, after);
    expect(errors(plan)).toEqual([]);
    expect(plan.steps.length).toBeGreaterThan(0);
    expect(plan.steps.every(({ cluster: name }) => name !== 'cluster-c')).toBe(true);
  });

  test.each<[string, FederationInput, FederationInput, RegExp]>([
    [
      'send it more calls',
      spec(catalog({ 'cluster-b': 50, 'cluster-c': 50 })),
      spec(catalog({ 'cluster-b': 40, 'cluster-c': 60 })),
      /AXC5007 cluster-a: web would call catalog.xc.global:80 through cluster-c more often than now/,
    ],
    [
      'send it the first calls',
      spec(served(caller('cluster-a'))),
      spec({
        ...served(caller('cluster-a')),
        'orders-api': service({
          providers: { 'cluster-c': provider({ workload: { app: 'orders' } }) },
          consumers: [caller('cluster-a')],
        }),
      }),
      /AXC5007 cluster-a: shop would call orders-api.cluster-c.local:80 through cluster-c in a way that is not there yet/,
    ],
    [
      'look for it at another address',
      spec({ 'orders-api': service({ providers: { 'cluster-c': provider() }, consumers: [caller('cluster-a')] }) }),
      spec(
        { 'orders-api': service({ providers: { 'cluster-c': provider() }, consumers: [caller('cluster-a')] }) },
        { clusters: { ...clusters, 'cluster-c': cluster('d') } },
      ),
      /AXC5007 .* in a way that is not there yet/,
    ],
    [
      'expect its first callers',
      spec(served(caller('cluster-a'))),
      spec(served(caller('cluster-a'), caller('cluster-c'))),
      /AXC5007 cluster-c: shop\/frontend would call backend-api in cluster-b in a way that is not there yet/,
    ],
    [
      'move what its callers use',
      spec(served(caller('cluster-a'), caller('cluster-c'))),
      spec({
        'backend-api': service({
          providers: { 'cluster-b': provider({ namespace: 'other' }) },
          consumers: [caller('cluster-a'), caller('cluster-c')],
        }),
      }),
      /AXC5007 cluster-c: .* in a way that is not there yet/,
    ],
    [
      'close the port that its callers dial',
      through({}),
      through({ port: 15444 }),
      /AXC5007 cluster-c: callers of backend-api dial port 15443 of Gateway istio-system\/shop-exports in cluster-b, which would go/,
    ],
    [
      'move the gateway that its callers dial to other pods',
      through({}),
      through({ selector: { istio: 'new' } }),
      /AXC5007 cluster-c: callers of backend-api dial port 15443 of Gateway istio-system\/shop-exports in cluster-b, which would go/,
    ],
    [
      'take away a provider that its callers know',
      spec({ catalog: sharedService({ consumers: [caller('cluster-c')] }) }),
      spec({
        catalog: sharedService({ providers: { 'cluster-a': provider() }, consumers: [caller('cluster-c')] }),
      }),
      /AXC5007 cluster-c: callers of catalog dial port 15443 of Gateway istio-system\/shop-exports in cluster-b, which would go/,
    ],
    [
      'restrict for the first time from where its callers may come',
      through({}),
      through({ allowFrom: ['198.51.100.0/24'] }),
      /AXC5007 cluster-c: callers of backend-api come from anywhere, and the gateway of cluster-b would not let that in/,
    ],
    [
      'restrict further from where its callers may come',
      through({ allowFrom: ['198.51.100.0/24', '192.0.2.0/24'] }),
      through({ allowFrom: ['192.0.2.0/24'] }),
      /AXC5007 cluster-c: callers of backend-api come from 198\.51\.100\.0\/24, and the gateway of cluster-b would not let that in/,
    ],
    [
      'give what its callers use another identity',
      answeredBy('backend'),
      answeredBy('backend', 'backend-2'),
      /AXC5007 cluster-c: callers of backend-api do not expect spiffe:\/\/cluster-b\.example\/ns\/default\/sa\/backend-2 of cluster-b/,
    ],
  ])('may not %s', (_, before, after, why) => {
    expect(errors(planWithout(before, after)).join('\n')).toMatch(why);
  });

  test('remember that it takes part, and that it is behind', () => {
    const before = spec(served(caller('cluster-a'), caller('cluster-c')));
    const plan = planWithout(before, spec(served(caller('cluster-a'))));
    expect(plan.without).toEqual(['cluster-c']);
    expect(plan.notes).toMatchObject([
      { cluster: 'cluster-b', text: expect.stringMatching(/one more request may come/) },
      { cluster: 'cluster-c', text: expect.stringMatching(/is left out: .*its 0 objects/) },
    ]);
    for (const { inventoryAfter } of plan.clusters) {
      expect(inventoryAfter.participants.map(({ name }) => name)).toEqual(['cluster-a', 'cluster-b', 'cluster-c']);
      expect(inventoryAfter.behind).toEqual(['cluster-c']);
    }
  });

  test('still keep up the calls among themselves in every state on the way', () => {
    const [before, after] = [
      catalog({ 'cluster-b': 50, 'cluster-c': 50 }),
      catalog({ 'cluster-b': 100, 'cluster-c': 0 }),
    ];
    const plan = planWithout(spec(before), spec(after));
    expect(plan.proof.states).toBeGreaterThan(0);
    expect(plan.proof.unsafe).toEqual([]);
  });
});

describe('a cluster that comes back with a run that was not finished', () => {
  const run: Journal = {
    federation: 'shop',
    run: 'one',
    revision: 5,
    change: 'apply',
    state: 'running',
    fence: 1,
    hash: 'wanted',
    startedAt: '',
    by: '',
    allowed: [],
    participants: ['a', 'b', 'c'].map((letter) => ({
      name: `cluster-${letter}`,
      uid: `uid-of-cluster-${letter}`,
      revision: 4,
      leaves: false,
    })),
    images: { before: [], target: [] },
  };
  const at = (revision: number, difference: Partial<Inventory> = {}): Observation =>
    observation('cluster-a', {
      inventory: {
        federation: 'shop',
        revision,
        state: 'applied',
        hash: 'wanted',
        participants: [],
        items: [],
        ...difference,
      },
    });
  const back = observation('cluster-c', { journal: run });

  test.each<[string, Observation, { overtaken: boolean; wentBack: boolean }]>([
    ['has to finish it where the others have what it makes', at(5), { overtaken: false, wentBack: false }],
    [
      'has to finish it where the others are in it too',
      { ...at(4, { state: 'applying' }), journal: run },
      { overtaken: false, wentBack: false },
    ],
    ['goes back where the others have gone back', at(4), { overtaken: false, wentBack: true }],
    ['was left behind where the others have a later revision', at(6), { overtaken: true, wentBack: false }],
    [
      'was left behind where the others have another revision of that number',
      at(5, { hash: 'other' }),
      { overtaken: true, wentBack: false },
    ],
    [
      'was left behind where the others have finished it without this cluster',
      at(5, { behind: ['cluster-c'] }),
      { overtaken: true, wentBack: false },
    ],
    ['goes on alone where the other never took part', { ...at(4), uid: 'new' }, { overtaken: false, wentBack: false }],
  ])('%s', (_, other, { overtaken, wentBack }) => {
    expect(isOvertaken(back, [other, back])).toBe(overtaken);
    expect(hasGoneBack(other, run)).toBe(wentBack);
  });
});
