import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterClient } from '../clusters/client.ts';
import type { Inventory } from '../plan/inventory.ts';
import { objectKey } from '../plan/object-key.ts';
import { systemNamespace } from '../plan/ownership.ts';
import { type ClusterPlan, isEmpty, type Plan } from '../plan/plan.ts';
import { type Stage, stages } from '../plan/stages.ts';
import type { Step } from '../plan/step.ts';
import type { OnEvent } from './events.ts';
import { type KeptInventory, openInventory } from './keep-inventory.ts';
import { writeStep } from './write.ts';

export interface RunOptions {
  readonly plan: Plan;
  readonly clients: ReadonlyMap<string, ClusterClient>;
  /** Milliseconds between two stages that both changed something: the time that proxies need to hear of the first. */
  readonly settle: number;
  readonly takeOver?: boolean;
  /** The federation goes: no inventory stays behind. */
  readonly removing?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent: OnEvent;
}

/**
 * How a run ended. `refused`: some cluster's inventory could not be written, and no object was touched. `stopped` and
 * `interrupted` have said in the inventories that they are not finished: the same command goes on.
 */
export type Outcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly failures: readonly Failure[] }
  | {
      readonly kind: 'stopped';
      readonly at: Stage | 'commit';
      readonly failures: readonly Failure[];
      readonly left: number;
    }
  | { readonly kind: 'interrupted'; readonly left: number };

/** Without a step it is the inventory that could not be written. */
export interface Failure {
  readonly cluster: string;
  readonly step: Step | undefined;
  readonly error: Error;
}

/**
 * Does a plan: first every cluster's inventory names old and new objects together, then the stages, all clusters in
 * step, and last the inventory says what is there. A stage that fails is finished as far as it goes; the next never begins.
 */
export async function runPlan(options: RunOptions): Promise<Outcome> {
  const { plan, onEvent, signal } = options;
  if (isEmpty(plan) && !options.removing) return { kind: 'unchanged' };
  if (concerned(options).length === 0) return { kind: 'unchanged' };
  const inventories = openInventories(options);
  onEvent({ type: 'inventory', clusters: concerned(options).map(({ observation }) => observation.cluster) });
  const refusals = await eachCluster(options, ({ observation, inventoryBefore }) =>
    inventories.get(observation.cluster)?.keep(inventoryBefore),
  );
  if (refusals.length > 0) return { kind: 'refused', failures: refusals };
  const uids = new Map<Step, string | undefined>();
  let before: readonly Step[] = [];
  for (const stage of stages) {
    const steps = plan.steps.filter((step) => step.stage === stage);
    if (steps.length === 0) continue;
    if (signal?.aborted) return { kind: 'interrupted', left: plan.steps.length - uids.size };
    await settle(before, steps, options);
    onEvent({ type: 'stage', stage, steps });
    const failures = await runStage(steps, uids, options);
    const left = plan.steps.length - uids.size;
    if (failures.length > 0 && signal?.aborted) return { kind: 'interrupted', left };
    if (failures.length > 0) return { kind: 'stopped', at: stage, failures, left };
    before = steps;
  }
  const failures = await commit(options, inventories, uids);
  return failures.length > 0 ? { kind: 'stopped', at: 'commit', failures, left: 0 } : { kind: 'done' };
}

function openInventories({ plan, clients }: RunOptions): ReadonlyMap<string, KeptInventory> {
  return new Map(
    plan.clusters.flatMap(({ observation: { cluster, inventoryObjects, namespaces } }) => {
      const client = clients.get(cluster);
      if (client === undefined) throw new Error(`${cluster} is not connected`);
      const exists = namespaces.has(systemNamespace);
      return [[cluster, openInventory(client, plan.federation, inventoryObjects, exists)] as const];
    }),
  );
}

/** All writes of a stage at once; each client bounds its own requests. Every one is tried, so that all failures are known. */
async function runStage(
  steps: readonly Step[],
  uids: Map<Step, string | undefined>,
  { plan, clients, takeOver = false, onEvent }: RunOptions,
): Promise<Failure[]> {
  const failures = await Promise.all(
    steps.map(async (step): Promise<Failure[]> => {
      const client = clients.get(step.cluster);
      if (client === undefined) throw new Error(`${step.cluster} is not connected`);
      try {
        uids.set(step, await writeStep(step, { client, federation: plan.federation, takeOver }));
        onEvent({ type: 'done', step });
        return [];
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        onEvent({ type: 'failed', step, error });
        return [{ cluster: step.cluster, step, error }];
      }
    }),
  );
  return failures.flat();
}

/** Proxies hear of the mesh's configuration only: what just stands in the API needs no pause. */
const unheard: ReadonlySet<Stage> = new Set(['ground', 'trust', 'untrust', 'unground']);

async function settle(before: readonly Step[], after: readonly Step[], options: RunOptions): Promise<void> {
  const { settle: milliseconds, signal, onEvent } = options;
  const heard = [before, after].every((steps) => steps.some(({ stage }) => !unheard.has(stage)));
  if (!heard || milliseconds === 0) return;
  onEvent({ type: 'settling', milliseconds });
  await sleep(milliseconds, undefined, { ...(signal && { signal }) }).catch(() => {});
}

async function commit(
  options: RunOptions,
  inventories: ReadonlyMap<string, KeptInventory>,
  uids: ReadonlyMap<Step, string | undefined>,
): Promise<Failure[]> {
  const { plan, removing = false, onEvent } = options;
  return eachCluster(options, async ({ observation: { cluster }, inventoryAfter }) => {
    if (removing) await inventories.get(cluster)?.drop();
    else await inventories.get(cluster)?.keep(withUids(inventoryAfter, cluster, uids));
    onEvent({ type: 'committed', cluster, revision: plan.revision });
  });
}

function withUids(inventory: Inventory, cluster: string, uids: ReadonlyMap<Step, string | undefined>): Inventory {
  const made = new Map(
    [...uids].filter(([step]) => step.cluster === cluster).map(([step, uid]) => [objectKey(step.id), uid]),
  );
  return {
    ...inventory,
    items: inventory.items.map((item) => ({ ...item, uid: made.get(objectKey(item)) ?? item.uid })),
  };
}

/** All clusters at once, each to its end: what went wrong in one does not hide what went wrong in another. */
async function eachCluster(
  options: RunOptions,
  work: (cluster: ClusterPlan) => Promise<void> | undefined,
): Promise<Failure[]> {
  const failures = await Promise.all(
    concerned(options).map(async (one): Promise<Failure[]> => {
      try {
        await work(one);
        return [];
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return [{ cluster: one.observation.cluster, step: undefined, error }];
      }
    }),
  );
  return failures.flat();
}

/** Where nothing of the federation is, there is nothing to remove. */
const concerned = ({ plan, removing = false }: RunOptions): readonly ClusterPlan[] =>
  removing ? plan.clusters.filter(({ observation }) => observation.inventory !== undefined) : plan.clusters;
