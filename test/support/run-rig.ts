import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from '../../src/apply/options.ts';
import type { Outcome } from '../../src/apply/outcome.ts';
import { type Place, readPlan } from '../../src/apply/read-plan.ts';
import { runPlan } from '../../src/apply/run.ts';
import { type Goal, unfinishedGoal } from '../../src/apply/unfinished.ts';
import { type ClusterClient, connectCluster } from '../../src/clusters/client.ts';
import { loadKubeconfig } from '../../src/clusters/kubeconfig.ts';
import { ClusterError } from '../../src/errors.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { scopesOf } from '../../src/plan/proof/prove.ts';
import { presentWorld, type World } from '../../src/plan/proof/world.ts';
import type { ClusterAccess } from '../bench/access.ts';
import { ca } from './certificates.ts';
import { type Fault, type FaultProxy, type Passing, startFaultProxy } from './fault-proxy.ts';
import type { FederationInput } from './federation.ts';
import { base64 } from './kubeconfig.ts';
import { rendered } from './simulate.ts';

/** Two clusters with a fault proxy before each, and runs that go through them as the program's would. */
export interface Rig {
  /** Through the proxies, and past them. */
  readonly kubeconfig: string;
  readonly direct: { readonly kubeconfig: string };
  /** Of every request of both clusters. */
  onRequest: (request: Passing) => Fault | undefined | Promise<Fault | undefined>;
  /** Ends every run at once, and cuts all connections: what the API servers see of a process that was killed. */
  /** What a negative control breaks: the suite must notice. */
  tamper: {
    plan?: (plan: Plan) => Plan;
    client?: (client: ClusterClient) => ClusterClient;
  };
  kill(): void;
  revive(): void;
  writes(): number;
  apply(spec: FederationInput, options?: Partial<RunOptions>): Promise<Ended>;
  finish(spec: FederationInput, direction: 'forward' | 'back', options?: Partial<RunOptions>): Promise<Ended>;
  plan(spec: FederationInput): Promise<Plan>;
  /** What is ours in the clusters, without the proxies. */
  world(spec: FederationInput): Promise<World>;
  close(): Promise<void>;
}

export type Ended = Outcome | { readonly kind: 'threw'; readonly error: Error };

interface Bench {
  readonly kubeconfig: string;
  readonly clusters: Readonly<Record<'cluster-a' | 'cluster-b', ClusterAccess>>;
}

export const names = ['cluster-a', 'cluster-b'] as const;

export async function openRig(bench: Bench): Promise<Rig> {
  const proxies = await Promise.all(names.map((name) => startFaultProxy(bench.kubeconfig, name)));
  const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-rig-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(proxies));
  for (const { clusters } of [bench]) await Promise.all(names.map((name) => makeNamespaces(clusters[name])));

  let dead = false;
  let life = new AbortController();

  const connect = (file: string): Map<string, ClusterClient> =>
    new Map(
      names.map((name) => [
        name,
        connectCluster({
          cluster: name,
          context: name,
          kubeconfig: loadKubeconfig({ path: file }),
          env: {},
          interactive: false,
          requestTimeout: 10_000,
          signal: file === kubeconfig ? life.signal : undefined,
        }),
      ]),
    );

  const withPlace = async <Result>(
    spec: FederationInput,
    file: string,
    work: (place: Place) => Promise<Result>,
  ): Promise<Result> => {
    const clients = connect(file);
    try {
      return await work({ clients, federation: rendered(spec).federation });
    } finally {
      await Promise.all([...clients.values()].map((client) => client.close()));
    }
  };

  const run = async (place: Place, goal: Goal, options: Partial<RunOptions>): Promise<Ended> => {
    const { course, manifests, leaving } = goal;
    try {
      const { plan: changed = (plan) => plan, client = (one) => one } = rig.tamper;
      const plan = changed(await readPlan(place, manifests, { course, leaving }));
      const errors = plan.diagnostics.filter(({ severity, code }) => severity === 'error' && code !== 'AXC5004');
      if (errors.length > 0 && course.kind === 'begin')
        throw new Error(errors.map(({ message }) => message).join('\n'));
      return await runPlan({
        plan,
        ...goal,
        clients: new Map([...place.clients].map(([name, one]) => [name, client(one)])),
        replan: async (wanted, way) => changed(await readPlan(place, wanted, { course: way, leaving })),
        settle: 0,
        lockPatience: 300,
        onFailure: 'rollback',
        lockTtl: 30_000,
        about: { tool: 'test', allowed: [] },
        onEvent: () => {},
        ...options,
      });
    } catch (error) {
      if (!(error instanceof ClusterError || error instanceof AggregateError || error instanceof Error)) throw error;
      return { kind: 'threw', error };
    }
  };

  const rig: Rig = {
    kubeconfig,
    direct: bench,
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
      withPlace(spec, kubeconfig, (place) => {
        const { manifests } = rendered(spec);
        const gone = manifests.length === 0 || Object.keys(spec.services).length === 0;
        return run(
          place,
          { course: { kind: 'begin' }, change: gone ? 'delete' : 'apply', manifests, leaving: new Set() },
          options,
        );
      }),
    finish: (spec, direction, options = {}) =>
      withPlace(spec, kubeconfig, async (place) => {
        const goal = await unfinishedGoal(place, direction);
        return goal ? run(place, goal, options) : { kind: 'unchanged' };
      }),
    plan: (spec) => withPlace(spec, bench.kubeconfig, (place) => readPlan(place, rendered(spec).manifests)),
    world: (spec) =>
      withPlace(spec, bench.kubeconfig, async (place) => {
        const plan = await readPlan(place, rendered(spec).manifests, { course: { kind: 'forward', revision: 1 } });
        return presentWorld(
          plan.federation,
          plan.clusters.map(({ observation }) => observation),
        );
      }),
    close: async () => {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      rmSync(folder, { recursive: true });
    },
  };
  for (const proxy of proxies) {
    proxy.plan = (request) => (dead ? { kind: 'cut', when: 'before' } : rig.onRequest(request));
  }
  return rig;
}

/** What is wrong with a state between two others, by the words of the planner's proof. */
export function violations(spec: FederationInput, plan: Plan, state: World): string[] {
  const before = presentWorld(
    plan.federation,
    plan.clusters.map(({ observation }) => observation),
  );
  const scopes = scopesOf({ federation: rendered(spec).federation, before, steps: plan.steps });
  return scopes.flatMap((scope) => scope.check(state) ?? []);
}

const kubeconfigOf = (proxies: readonly FaultProxy[]): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'cluster-a',
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
