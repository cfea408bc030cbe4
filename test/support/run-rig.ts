import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from '../../src/apply/options.ts';
import type { Outcome } from '../../src/apply/outcome.ts';
import { observeClusters, type Place, readPlan } from '../../src/apply/read-plan.ts';
import { runPlan } from '../../src/apply/run.ts';
import { type Goal, unfinishedGoal } from '../../src/apply/unfinished.ts';
import { type ClusterClient, connectCluster } from '../../src/clusters/client.ts';
import { loadKubeconfig } from '../../src/clusters/kubeconfig.ts';
import type { LiveObject } from '../../src/plan/live.ts';
import type { Observation } from '../../src/plan/observation.ts';
import { buildPlan, type Plan } from '../../src/plan/plan.ts';
import { scopesOf } from '../../src/plan/proof/prove.ts';
import { presentWorld, type World } from '../../src/plan/proof/world.ts';
import type { ClusterAccess } from '../bench/access.ts';
import { ca } from './certificates.ts';
import { type Fault, type FaultProxy, type Passing, startFaultProxy } from './fault-proxy.ts';
import type { FederationInput } from './federation.ts';
import { base64 } from './kubeconfig.ts';
import { rendered as compiled, type Rendered } from './simulate.ts';

/** Clusters with a fault proxy before each, and runs that go through them as the program's would. */
export interface Rig {
  /** Through the proxies, and past them. */
  readonly kubeconfig: string;
  readonly direct: { readonly kubeconfig: string };
  readonly clusters: Readonly<Record<string, ClusterAccess>>;
  /** Of every request of all clusters. */
  onRequest: (request: Passing) => Fault | undefined | Promise<Fault | undefined>;
  /** What a negative control breaks: the suite must notice. */
  tamper: {
    plan?: (plan: Plan) => Plan;
    client?: (client: ClusterClient) => ClusterClient;
    /** Of a request on its way to the server. */
    body?: (request: Passing, body: string) => string;
  };
  /** Ends every run at once, and cuts all connections: what the API servers see of a process that was killed. */
  kill(): void;
  revive(): void;
  writes(): number;
  /** Clusters that leave are those in `options.leaving`. */
  apply(spec: FederationInput, options?: RigOptions): Promise<Ended>;
  finish(spec: FederationInput, direction: 'forward' | 'back', options?: RigOptions): Promise<Ended>;
  /** Without the proxies. */
  plan(spec: FederationInput): Promise<Plan>;
  /** What is ours in the clusters, without the proxies. */
  world(spec: FederationInput): Promise<World>;
  /** Several plans and the world, from one reading. */
  look(specs: readonly FederationInput[]): Promise<Look>;
  close(): Promise<void>;
}

export interface RigOptions extends Partial<RunOptions> {
  readonly requestTimeout?: number;
  /** Connects to these clusters too. */
  readonly also?: readonly string[];
  /** Doesn't connect to these clusters of the spec. */
  readonly without?: readonly string[];
}

export interface Look {
  /** One for each spec. */
  readonly plans: readonly Plan[];
  readonly world: ReadonlyMap<string, LiveObject>;
}

export type Ended = Outcome | { readonly kind: 'threw'; readonly error: Error };

interface Bench {
  readonly kubeconfig: string;
  readonly clusters: Readonly<Record<string, ClusterAccess>>;
}

/** Of the shared bench, and of a bench with a third cluster where there is one. */
export async function openRig(bench: Bench, third?: Bench): Promise<Rig> {
  const clusters = { ...bench.clusters, ...third?.clusters };
  const names = Object.keys(clusters);
  const fileOf = (name: string): string => clusters[name]?.kubeconfig ?? bench.kubeconfig;
  const proxies = await Promise.all(names.map((name) => startFaultProxy(fileOf(name), name)));
  const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-rig-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(names, proxies));
  await Promise.all(Object.values(clusters).map(makeNamespaces));

  let dead = false;
  let life = new AbortController();
  const connect = (name: string, requestTimeout: number): ClusterClient =>
    connectCluster({
      cluster: name,
      context: name,
      kubeconfig: loadKubeconfig({ path: kubeconfig }),
      env: {},
      interactive: false,
      requestTimeout,
      signal: life.signal,
    });
  const past = new Map<string, ClusterClient>();
  const pastProxy = (name: string): ClusterClient => {
    const open =
      past.get(name) ??
      connectCluster({
        cluster: name,
        context: name,
        kubeconfig: loadKubeconfig({ path: fileOf(name) }),
        env: {},
        interactive: false,
      });
    past.set(name, open);
    return open;
  };

  const namesIn = (specs: readonly FederationInput[], also: readonly string[] = []): string[] => [
    ...new Set([...specs.flatMap((spec) => Object.keys(spec.clusters)), ...also]),
  ];

  const withPlace = async <Result>(
    spec: FederationInput,
    { also = [], without = [], leaving = new Set(), requestTimeout = 30_000 }: RigOptions,
    work: (place: Place) => Promise<Result>,
  ): Promise<Result> => {
    const clients = new Map(
      namesIn([spec], [...also, ...leaving])
        .filter((name) => !without.includes(name))
        .map((name) => [name, connect(name, requestTimeout)]),
    );
    try {
      return await work({ clients, federation: rendered(spec).federation });
    } finally {
      await Promise.all([...clients.values()].map((client) => client.close()));
    }
  };

  const run = async (place: Place, goal: Goal, options: RigOptions): Promise<Ended> => {
    const { course, manifests, leaving } = goal;
    const { takeOver, without } = options;
    try {
      const { plan: changed = (plan) => plan, client = (one) => one } = rig.tamper;
      const plan = changed(options.plan ?? (await readPlan(place, manifests, { course, leaving, takeOver, without })));
      const errors = plan.diagnostics.filter(({ severity, code }) => severity === 'error' && code !== 'AXC5004');
      // The program prints all of them.
      if (errors.length > 0) throw new Error(plan.diagnostics.map(({ message }) => message).join('\n'));
      return await runPlan({
        ...goal,
        clients: new Map([...place.clients].map(([name, one]) => [name, client(one)])),
        replan: async (wanted, way) =>
          changed(await readPlan(place, wanted, { course: way, leaving, takeOver, without })),
        settle: 0,
        lockPatience: 300,
        onFailure: 'rollback',
        lockTtl: 30_000,
        about: { tool: 'test', allowed: [] },
        onEvent: () => {},
        ...options,
        plan,
        leaving,
      });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { kind: 'threw', error };
    }
  };

  const look = async (specs: readonly FederationInput[]): Promise<Look> => {
    const all = specs.map(rendered);
    const [first] = all;
    if (first === undefined) throw new Error('nothing to look at');
    const clients = new Map(namesIn(specs).map((name) => [name, pastProxy(name)]));
    const place = { clients, federation: first.federation };
    const observations = await observeClusters(
      place,
      all.flatMap(({ manifests }) => manifests),
    );
    return {
      plans: all.map(({ federation, manifests }) => {
        const staying = new Set(federation.clusters.map(({ name }) => name));
        const leaving = new Set([...clients.keys()].filter((name) => !staying.has(name)));
        return buildPlan({ federation, manifests, observations, leaving });
      }),
      world: worldOf(first.federation.name, observations),
    };
  };

  const rig: Rig = {
    kubeconfig,
    direct: bench,
    clusters,
    onRequest: () => undefined,
    tamper: {},
    kill: () => {
      dead = true;
      life.abort();
    },
    revive: () => {
      dead = false;
      life = new AbortController();
    },
    writes: () => proxies.reduce((sum, { writes }) => sum + writes.length, 0),
    apply: (spec, options = {}) =>
      withPlace(spec, options, (place) => {
        const { leaving = new Set<string>(), manifests = rendered(spec).manifests } = options;
        const change = leaving.size > 0 ? 'delete' : 'apply';
        return run(place, { course: { kind: 'begin' }, change, manifests, leaving }, options);
      }),
    finish: (spec, direction, options = {}) =>
      withPlace(spec, options, async (place): Promise<Ended> => {
        const goal = await unfinishedGoal(place, direction, options.without);
        return goal ? run(place, goal, options) : { kind: 'unchanged' };
      }),
    look,
    plan: async (spec) => {
      const [plan] = (await look([spec])).plans;
      if (plan === undefined) throw new Error('every spec has a plan');
      return plan;
    },
    world: async (spec) => (await look([spec])).world,
    close: async () => {
      await Promise.all([...proxies, ...past.values()].map((one) => one.close()));
      rmSync(folder, { recursive: true });
    },
  };
  for (const proxy of proxies) {
    proxy.plan = (request) => (dead ? { kind: 'cut', when: 'before' } : rig.onRequest(request));
    proxy.rewrite = (request, body) => rig.tamper.body?.(request, body) ?? body;
  }
  return rig;
}

/** A spec is compiled once: a sweep comes back to the same ones thousands of times. */
function rendered(spec: FederationInput): Rendered {
  const known = renderings.get(spec) ?? compiled(spec);
  renderings.set(spec, known);
  return known;
}

const renderings = new WeakMap<FederationInput, Rendered>();

/** What is ours of what was read. */
const worldOf = (federation: string, observations: readonly Observation[]): Look['world'] =>
  // the objects of an observation are live ones
  presentWorld(federation, observations) as Look['world'];

/** What is wrong with a state between two others, by the words of the planner's proof. */
export function violations(spec: FederationInput, plan: Plan, state: World): string[] {
  const before = presentWorld(
    plan.federation,
    plan.clusters.map(({ observation }) => observation),
  );
  const scopes = scopesOf({ federation: rendered(spec).federation, before, steps: plan.steps });
  return scopes.flatMap((scope) => scope.check(state) ?? []);
}

const kubeconfigOf = (names: readonly string[], proxies: readonly FaultProxy[]): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': names[0],
    clusters: names.map((name, n) => ({
      name,
      cluster: { server: proxies[n]?.url, 'certificate-authority-data': base64(ca.cert) },
    })),
    users: [{ name: 'test', user: { token: 'the proxy has its own' } }],
    contexts: names.map((name) => ({ name, context: { cluster: name, user: 'test' } })),
  });

const needed = ['istio-system', 'shop', 'web', 'other', 'data', 'default'];

async function makeNamespaces(cluster: ClusterAccess): Promise<void> {
  for (const name of needed) {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await cluster.request('POST', '/api/v1/namespaces', { body });
  }
}
