import { describe, expect, test } from 'vitest';
import { type CallerSide, hopsOf, isNoWay } from '../../src/access/ways.ts';
import { specOf } from '../../src/manifests/transition.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { presentWorld, type World, worldAfter } from '../../src/plan/proof/world.ts';
import { stages } from '../../src/plan/stages.ts';
import {
  cluster,
  type FederationInput,
  federation,
  provider,
  type ServiceInput,
  service,
  sharedService,
} from '../support/federation.ts';
import { planFrom } from '../support/simulate.ts';

/** Where calls of shop in cluster-a go in the course of a plan, said without the proof. */

const ports = (all: Readonly<Record<string, number>>, protocol: 'HTTP' | 'TCP', targetPort?: number): ServiceInput => {
  const { port: _, ...rest } = service();
  const one = (number: number) => ({ number, protocol, ...(targetPort !== undefined && { targetPort }) });
  return { ...rest, ports: Object.fromEntries(Object.entries(all).map(([name, number]) => [name, one(number)])) };
};
const spec = (one: ServiceInput): FederationInput => federation({ services: { 'backend-api': one } });
const host = 'backend-api.cluster-b.local';

/** The states between two stages, and both ends. */
function worlds({ federation: name, clusters, steps }: Plan): (readonly [string, World])[] {
  let world = presentWorld(
    name,
    clusters.map(({ observation }) => observation),
  );
  return [
    ['before', world] as const,
    ...stages.flatMap((stage) => {
      const some = steps.filter((step) => step.stage === stage);
      if (some.length === 0) return [];
      world = worldAfter(world, some);
      return [[stage, world] as const];
    }),
  ];
}

function sideIn(world: World): CallerSide {
  const of = (kind: string) =>
    [...world].flatMap(([key, object]) => (key.startsWith('cluster-a ') && object.kind === kind ? [object] : []));
  return {
    entries: of('ServiceEntry'),
    rules: of('DestinationRule'),
    routes: of('VirtualService'),
    rootNamespace: 'istio-system',
    oldestFirst: true,
  };
}

/** `80 at 15443`: the port that the gateway is asked for, and its own; nothing where there is no way. */
function answersOf(world: World, port: number): string[] {
  const hops = hopsOf(sideIn(world), 'shop', host, port);
  if (isNoWay(hops)) return [];
  return [...new Set(hops.map(({ sni, gatewayPort }) => `${sni?.split('.')[1]?.slice(0, -1)} at ${gatewayPort}`))];
}

describe('while ports change, a call is answered by its own port or by none', () => {
  test.each<[string, ServiceInput, ServiceInput]>([
    ['another number', ports({ web: 80 }, 'HTTP', 8080), ports({ web: 8080 }, 'HTTP', 8080)],
    ['another number of TCP', ports({ tcp: 5432 }, 'TCP', 5432), ports({ tcp: 5433 }, 'TCP', 5432)],
    ['another name', ports({ web: 80 }, 'HTTP'), ports({ http: 80 }, 'HTTP')],
    ['a second port', ports({ web: 80 }, 'HTTP'), ports({ web: 80, admin: 9090 }, 'HTTP')],
    ['a second port of TCP', ports({ tcp: 5432 }, 'TCP'), ports({ tcp: 5432, admin: 9090 }, 'TCP')],
    ['one of two', ports({ web: 80, admin: 9090 }, 'HTTP'), ports({ web: 80 }, 'HTTP')],
    ['one of two of TCP', ports({ tcp: 5432, admin: 9090 }, 'TCP'), ports({ tcp: 5432 }, 'TCP')],
    ['a third port', ports({ web: 80, admin: 9090 }, 'HTTP'), ports({ web: 80, admin: 9090, more: 81 }, 'HTTP')],
    ['two of three', ports({ web: 80, admin: 9090, more: 81 }, 'HTTP'), ports({ web: 80, more: 81 }, 'HTTP')],
  ])('%s', (_, before, after) => {
    const plan = planFrom(spec(before), spec(after));
    expect(plan.diagnostics).toEqual([]);
    const dialled = [before, after].flatMap((one) =>
      Object.values(one.ports ?? {}).map(({ number }) => Number(number)),
    );
    for (const [stage, world] of worlds(plan)) {
      for (const port of new Set(dialled)) {
        const answers = answersOf(world, port);
        if (answers.length > 0) expect(answers, `${port} after ${stage}`).toEqual([`${port} at 15443`]);
        const isKept = dialled.filter((one) => one === port).length === 2;
        if (isKept) expect(answers, `${port} after ${stage}`).not.toEqual([]);
      }
    }
  });
});

describe('both entries of a host with own pods have one resolution wherever a run waits', () => {
  const gatewayAt = (address: string): FederationInput =>
    federation({
      clusters: { 'cluster-a': cluster('a'), 'cluster-b': cluster('b', { gateway: { addresses: [address] } }) },
      services: { catalog: sharedService() },
    });

  test.each([
    ['a gateway gets an address instead of a name', 'ew.b.example.net', '203.0.113.7'],
    ['a gateway gets a name instead of an address', '203.0.113.7', 'ew.b.example.net'],
  ])('%s', (_, before, after) => {
    const plan = planFrom(gatewayAt(before), gatewayAt(after));
    expect(plan.diagnostics).toEqual([]);
    for (const [stage, world] of worlds(plan)) {
      const resolutions = sideIn(world).entries.map((entry) => specOf(entry).resolution);
      expect(new Set(resolutions).size, `after ${stage}: ${resolutions}`).toBe(1);
    }
  });
});

describe('an order among gateways never meets a name: istiod dies of it (istio#61857)', () => {
  const catalog = (names: readonly string[], ofB: string): FederationInput => ({
    ...federation(),
    clusters: {
      'cluster-a': cluster('a'),
      'cluster-b': cluster('b', { gateway: { addresses: [ofB] } }),
      'cluster-c': cluster('c'),
    },
    services: {
      catalog: service({
        host: 'catalog.xc.global',
        providers: Object.fromEntries(names.map((name) => [name, provider()])),
      }),
    },
  });
  const named = catalog(['cluster-b'], 'ew.b.example.net');
  const ordered = catalog(['cluster-b', 'cluster-c'], '203.0.113.7');

  test.each([
    ['when the order comes', named, ordered],
    ['when the order goes', ordered, named],
  ])('%s', (_, before, after) => {
    const plan = planFrom(before, after);
    expect(plan.diagnostics).toEqual([]);
    // The way back begins in any of these, too, so the entry must not have both whatever its rule says.
    for (const [stage, world] of worlds(plan)) {
      for (const { resolution, endpoints } of sideIn(world).entries.map(specOf)) {
        const isRanked = JSON.stringify(endpoints).includes('failover.aegis-xc.dev/');
        expect(isRanked && resolution === 'DNS', `after ${stage}`).toBe(false);
      }
    }
  });
});
