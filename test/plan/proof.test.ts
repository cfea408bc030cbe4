import { describe, expect, test } from 'vitest';
import { objectsOf, specOf } from '../../src/manifests/transition.ts';
import { buildPlan, type Plan } from '../../src/plan/plan.ts';
import { prove, scopesOf, subsetsOf, unsafeText } from '../../src/plan/proof/prove.ts';
import { presentWorld, type World, worldAfter } from '../../src/plan/proof/world.ts';
import { type Stage, stages } from '../../src/plan/stages.ts';
import type { Step } from '../../src/plan/step.ts';
import {
  cluster,
  type FederationInput,
  federation,
  kafkaFederation,
  provider,
  service,
  sharedService,
} from '../support/federation.ts';
import { seeded } from '../support/random.ts';
import { emptyClusters, planFrom, rendered } from '../support/simulate.ts';

const callers = (...names: string[]) =>
  names.map((serviceAccount) => ({ cluster: 'cluster-a', namespace: 'shop', serviceAccount }));
const spec = (difference: Parameters<typeof service>[0]): FederationInput =>
  federation({ services: { 'backend-api': service(difference) } });
const withPorts = (...numbers: number[]): FederationInput => {
  const { port: _, ...rest } = service();
  const ports = Object.fromEntries(numbers.map((number) => [`http-${number}`, { number, protocol: 'HTTP' as const }]));
  return federation({ services: { 'backend-api': { ...rest, ports } } });
};
const atGateway = (address: string): FederationInput =>
  federation({
    clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b', { gateway: { addresses: [address] } }) },
    services: { catalog: sharedService() },
  });
const nothing = { before: undefined, after: federation() } as const;

const worldOf = ({ federation: name, clusters }: Plan): World =>
  presentWorld(
    name,
    clusters.map(({ observation }) => observation),
  );

function firstPlan(of: FederationInput): Plan {
  const one = rendered(of);
  return buildPlan({ ...one, observations: emptyClusters(one) });
}

const proofOf = (of: FederationInput, plan: Plan, steps: readonly Step[]) =>
  prove({ federation: rendered(of).federation, before: worldOf(plan), steps });

const inStage = (steps: readonly Step[], which: (step: Step) => boolean, stage: Stage): Step[] =>
  steps.map((step) => (which(step) ? { ...step, stage } : step));
const isKind =
  (...kinds: string[]) =>
  ({ id }: Step): boolean =>
    kinds.includes(id.kind);

describe('the proof notices', () => {
  const added = firstPlan(nothing.after);
  const removed = planFrom(
    federation(),
    federation({
      services: { other: service({ providers: { 'cluster-b': provider({ workload: { app: 'other' } }) } }) },
    }),
  );
  const moved = spec({ providers: { 'cluster-b': provider({ namespace: 'other' }) } });

  test.each<[string, FederationInput, Plan, (steps: readonly Step[]) => Step[], RegExp]>([
    [
      'a host that is published before its identity is pinned',
      nothing.after,
      added,
      (steps) => inStage(steps, isKind('ServiceEntry'), 'listen'),
      /in stage listen.* without knowing who answers/,
    ],
    [
      'a gateway that opens before there is a policy',
      nothing.after,
      added,
      (steps) => inStage(steps, isKind('AuthorizationPolicy'), 'route'),
      /in stage listen.* would get in to default\/shop-backend-api/,
    ],
    [
      'everything at once',
      nothing.after,
      added,
      (steps) => steps.map((step) => ({ ...step, stage: 'ground' as const })),
      /in stage ground/,
    ],
    [
      'a policy that goes before the gateway is closed',
      federation(),
      removed,
      (steps) => inStage(steps, ({ op, id }) => op === 'delete' && id.kind === 'AuthorizationPolicy', 'unroute'),
      /in stage unroute.* would get in/,
    ],
    [
      'a rule that goes before its host',
      federation(),
      removed,
      (steps) => inStage(steps, ({ op, id }) => op === 'delete' && id.kind === 'DestinationRule', 'unroute'),
      /in stage unroute.* without knowing who answers/,
    ],
    [
      'callers who switch before the new place listens',
      moved,
      planFrom(federation(), moved),
      (steps) => inStage(steps, isKind('Gateway'), 'unlisten'),
      /in stage pin.* would not reach .*does not pass on/,
    ],
    [
      'an old place that closes before the callers have switched',
      moved,
      planFrom(federation(), moved),
      (steps) =>
        steps
          .map((step) => (step.stage === 'unlisten' ? { ...step, stage: 'listen' as const } : step))
          .filter((step) => !(step.op === 'update' && step.part === 'union' && step.id.kind === 'Gateway')),
      /in stage listen.* would not reach/,
    ],
    [
      'entries of one host with different resolutions while the run waits',
      atGateway('203.0.113.7'),
      planFrom(atGateway('ew.b.example.net'), atGateway('203.0.113.7')),
      (steps) => inStage(steps, ({ id }) => id.name === 'shop-catalog-local', 'publish'),
      /in stage publish.* catalog\.xc\.global would have ServiceEntries of different resolution/,
    ],
    [
      'a Service that leads to a port before the policy knows it',
      kafkaFederation({ app: 'kafka' }, 19_092),
      planFrom(kafkaFederation({ app: 'kafka' }), kafkaFederation({ app: 'kafka' }, 19_092)),
      (steps) => inStage(steps, isKind('Service'), 'ground'),
      /in stage ground.*sa\/frontend would not get through Service default\/shop-kafka-0 on port 9092/,
    ],
    [
      'a Service that leads to pods before they have a policy',
      kafkaFederation({ app: 'kafka2' }),
      planFrom(kafkaFederation({ app: 'kafka' }), kafkaFederation({ app: 'kafka2' })),
      (steps) => inStage(steps, isKind('Service'), 'ground'),
      /in stage ground.*stranger.* would get through Service default\/shop-kafka-0 on port 9092/,
    ],
  ])('%s', (_, of, plan, change, why) => {
    expect(proofOf(of, plan, plan.steps).unsafe).toEqual([]);
    const { unsafe } = proofOf(of, plan, change(plan.steps));
    expect(unsafe.map(unsafeText).join('\n')).toMatch(why);
  });

  test("a gateway's pods that anybody reaches while they may listen on the old port or on the new one", () => {
    const restricted = (targetPort: number): FederationInput => {
      const gateway = { addresses: ['203.0.113.98'], allowFrom: ['198.51.100.0/24'], targetPort };
      return federation({ clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b', { gateway }) } });
    };
    const [before, after] = [restricted(15443), restricted(8443)];
    const plan = planFrom(before, after);
    const rulesOf = (of: FederationInput) =>
      rendered(of).manifests.flatMap(({ object }) =>
        object.kind === 'NetworkPolicy' ? objectsOf(specOf(object).ingress) : [],
      );
    const both = plan.steps.map((step): Step => {
      if (step.op !== 'update' || step.part !== 'union') return step;
      const ingress = [...rulesOf(before), ...rulesOf(after)];
      return { ...step, object: { ...step.object, spec: { ...specOf(step.object), ingress } } };
    });
    expect(proofOf(after, plan, plan.steps).unsafe).toEqual([]);
    expect(proofOf(after, plan, both).unsafe.map(unsafeText).join()).toMatch(
      /in stage guard.* anywhere else would reach the gateway's/,
    );
  });

  test('a range that is turned away before the other one is let in', () => {
    const from = (...allowFrom: string[]): FederationInput => {
      const gateway = { addresses: ['203.0.113.98'], allowFrom };
      return federation({ clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b', { gateway }) } });
    };
    const after = from('192.0.2.0/24', '203.0.113.0/24');
    const plan = planFrom(from('198.51.100.0/24', '192.0.2.0/24'), after);
    const narrow = plan.steps.map((step): Step => {
      if (step.op !== 'update' || step.part !== 'union') return step;
      const ingress = objectsOf(specOf(step.object).ingress).filter(
        (rule) => !JSON.stringify(rule).includes('192.0.2'),
      );
      return { ...step, object: { ...step.object, spec: { ...specOf(step.object), ingress } } };
    });
    expect(proofOf(after, plan, plan.steps).unsafe).toEqual([]);
    expect(proofOf(after, plan, narrow).unsafe.map(unsafeText).join()).toMatch(
      /in stage guard.* 192\.0\.2\.0\/24 would not reach the gateway's/,
    );
  });

  test('old callers who are turned away before the new ones are let in', () => {
    const after = spec({ consumers: callers('orders', 'web') });
    const plan = planFrom(spec({ consumers: callers('frontend', 'orders') }), after);
    const narrowFirst = plan.steps.map((step): Step => {
      if (step.op !== 'update' || step.id.kind !== 'AuthorizationPolicy' || step.part !== 'union') return step;
      const rules = objectsOf(specOf(step.object).rules).filter((rule) => JSON.stringify(rule).includes('frontend'));
      return { ...step, object: { ...step.object, spec: { ...specOf(step.object), rules } } };
    });
    expect(proofOf(after, plan, narrowFirst).unsafe.map(unsafeText).join()).toMatch(/orders would be refused by/);
  });
});

describe('the proof notices that one port of a host would answer for another', () => {
  const after = withPorts(80, 9090);
  const plan = planFrom(withPorts(80), after);
  const inSpec = (step: Step, change: (spec: string) => string): Step =>
    step.op === 'delete'
      ? step
      : { ...step, object: { ...step.object, spec: JSON.parse(change(JSON.stringify(step.object.spec))) } };

  test.each<[string, string, (spec: string) => string]>([
    ['by its route', 'VirtualService', (spec) => spec.replaceAll('"port":{"number":9090}', '"port":{"number":80}')],
    [
      'by the name that a gateway goes by',
      'DestinationRule',
      (spec) => spec.replaceAll('outbound_.9090_', 'outbound_.80_'),
    ],
  ])('%s', (_, kind, change) => {
    const steps = plan.steps.map((step) => (isKind(kind)(step) ? inSpec(step, change) : step));
    expect(proofOf(after, plan, plan.steps).unsafe).toEqual([]);
    expect(proofOf(after, plan, steps).unsafe.map(unsafeText).join()).toMatch(
      /on backend-api\.cluster-b\.local:9090 shop would reach port 80/,
    );
  });
});

/** A small federation at random: what differs from one to the next is what people change. */
function randomSpec(random: () => number): FederationInput {
  const pick = <T>(...values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0];
  const some = <T>(...values: readonly T[]): T[] => values.filter(() => random() < 0.6);
  const addresses = [...some('203.0.113.98', '203.0.113.99'), '203.0.113.100'];
  const accounts = ['backend', ...some('backend-2')];
  const single = service({
    ...(random() < 0.7 ? {} : { port: { number: 5432, protocol: 'TCP' } }),
    providers: { 'cluster-b': provider({ namespace: pick('default', 'default', 'other'), serviceAccounts: accounts }) },
    consumers: [
      ...callers(...some('orders', 'web')),
      ...callers('frontend'),
      ...some({ cluster: 'cluster-a', namespace: 'web', serviceAccount: 'web' }),
    ],
    localCallers: pick<'any' | []>('any', []),
  });
  const shared = sharedService({
    traffic:
      random() < 0.5
        ? { failover: ['cluster-a', 'cluster-b'], timeout: '5s' }
        : { weights: pick({ 'cluster-a': 90, 'cluster-b': 10 }, { 'cluster-a': 50, 'cluster-b': 50 }) },
    providers: { 'cluster-a': provider({ namespace: 'data' }), 'cluster-b': provider({ namespace: 'data' }) },
  });
  const allowFrom = some('198.51.100.0/24', '192.0.2.0/24');
  const gateway = { addresses, ...(allowFrom.length > 0 && { allowFrom }) };
  return federation({
    clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b', { gateway }) },
    services: { 'backend-api': single, ...(random() < 0.4 && { catalog: shared }) },
  });
}

describe('plans between random federations', () => {
  const random = seeded(20_261_123);
  const pairs = Array.from({ length: 30 }, () => [randomSpec(random), randomSpec(random)] as const);
  const plans = pairs.map(([before, after]) => ({ after, plan: planFrom(before, after) }));

  test('are safe, or refused with a state, and few are refused', () => {
    const refused = plans.filter(({ plan: { diagnostics } }) => diagnostics.some(({ code }) => code === 'AXC5006'));
    const split = plans.filter(({ plan }) => plan.steps.some((step) => step.op === 'update' && step.part));
    expect(split.length).toBeGreaterThan(5);
    expect(refused.length).toBeLessThan(plans.length / 2);
    expect(plans.reduce((sum, { plan }) => sum + plan.proof.states, 0)).toBeGreaterThan(500);
  });

  test('are safe where all objects are enumerated together, not scope by scope', () => {
    let states = 0;
    for (const { plan, after } of plans) {
      if (plan.diagnostics.length > 0) continue;
      let world = worldOf(plan);
      const scopes = scopesOf({ federation: rendered(after).federation, before: world, steps: plan.steps });
      for (const stage of stages) {
        const running = plan.steps.filter((step) => step.stage === stage);
        const few = running.length <= 7 ? running : running.slice(0, 7);
        for (const done of subsetsOf(few)) {
          states++;
          const state = worldAfter(world, done);
          expect(unpinned(state)).toEqual([]);
          expect(scopes.flatMap((scope) => scope.check(state) ?? [])).toEqual([]);
        }
        world = worldAfter(world, running);
      }
    }
    expect(states).toBeGreaterThan(500);
  }, 30_000);

  test('done in one go would not be safe: the rig is not blind', () => {
    const naive = plans.filter(({ plan, after }) => {
      if (plan.steps.length > 12) return false;
      const steps = plan.steps.map((step) => ({ ...step, stage: 'ground' as const }));
      return steps.length > 3 && proofOf(after, plan, steps).unsafe.length > 0;
    });
    expect(naive.length).toBeGreaterThan(5);
  });
});

/** Written once more, and plainly: every host with endpoints has a rule that names an identity, seen wherever the host is. */
function unpinned(world: World): string[] {
  const rules = [...world].filter(([, { kind }]) => kind === 'DestinationRule');
  return [...world].flatMap(([key, entry]) => {
    const { hosts, endpoints, exportTo } = specOf(entry);
    if (entry.kind !== 'ServiceEntry' || endpoints === undefined || Array.isArray(endpoints) === false) return [];
    const clusterOf = (name: string): string => name.slice(0, name.indexOf(' '));
    const isPinned = rules.some(
      ([at, rule]) =>
        clusterOf(at) === clusterOf(key) &&
        Array.isArray(hosts) &&
        specOf(rule).host === hosts[0] &&
        JSON.stringify(specOf(rule)).includes('spiffe://') &&
        Array.isArray(exportTo) &&
        exportTo.every((namespace) => JSON.stringify(specOf(rule).exportTo).includes(`"${namespace}"`)),
    );
    return isPinned ? [] : [key];
  });
}
