import type { Diagnostic } from '../diagnostics.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Federation } from '../model/federation.ts';
import { type Prerequisite, prerequisites } from '../model/prerequisites.ts';
import { planCluster } from './cluster-plan.ts';
import { heldByOthers, planFindings } from './findings.ts';
import { hashOf, type Inventory, type InventoryItem } from './inventory.ts';
import { type Judgement, judgeMeshConfig } from './mesh-config.ts';
import { leftOutNotes, type Note, planNotes } from './notes.ts';
import { objectKey } from './object-key.ts';
import type { Observation } from './observation.ts';
import { isOvertaken } from './overtaken.ts';
import { type Needed, neededOf } from './proof/absent.ts';
import { type Proof, prove, type Unsafe, unsafeText } from './proof/prove.ts';
import { presentWorld, stepKey, worldAfter } from './proof/world.ts';
import { stages } from './stages.ts';
import type { Step } from './step.ts';

/** A change of all clusters, as a value: what `plan` shows and `apply` does. */
export interface Plan {
  readonly federation: string;
  /** The revision that it makes; the one that is there when nothing changes. */
  readonly revision: number;
  readonly clusters: readonly ClusterPlan[];
  /** In the order of the stages, and within a stage of the clusters. */
  readonly steps: readonly Step[];
  /** On a way back: writes of objects that somebody else has changed since. They are not made. */
  readonly leftAlone: readonly Step[];
  /** Clusters of the federation that are left out: they stay behind. */
  readonly without: readonly string[];
  readonly notes: readonly Note[];
  readonly prerequisites: readonly (Prerequisite & Judgement)[];
  /** That every state on the way is as safe as both ends. */
  readonly proof: Proof;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ClusterPlan {
  readonly observation: Observation;
  /** Objects that are as they should be. */
  readonly unchanged: number;
  /** Kept before the first write and while the run goes on: old and new together. */
  readonly inventoryBefore: Inventory;
  /** Kept after the last write; UIDs of new objects are filled in by then. */
  readonly inventoryAfter: Inventory;
}

/**
 * `begin` makes a new revision. The other two end a run that was not finished: `forward` makes the revision that it was to
 * make, `back` goes to what was there before it.
 */
export type Course =
  | { readonly kind: 'begin' }
  | { readonly kind: 'forward'; readonly revision: number; readonly hash: string }
  | { readonly kind: 'back'; readonly revision: number };

export interface PlanInput {
  readonly federation: Federation;
  /** Of all clusters; empty to remove the federation. */
  readonly manifests: readonly Manifest[];
  /** One per cluster of the federation, in its order. */
  readonly observations: readonly Observation[];
  readonly course?: Course | undefined;
  /** Clusters in which nothing of the federation stays. */
  readonly leaving?: ReadonlySet<string> | undefined;
  /** Names of clusters that took part and are not asked after any more. */
  readonly forget?: readonly string[] | undefined;
  /** Fields that others have set since are taken from them, on the way back too. */
  readonly takeOver?: boolean | undefined;
  /** Names of clusters that are left out for this time: none of them is among the observations. */
  readonly without?: readonly string[] | undefined;
}

/** Compares what is wanted with what is there. Pure: the same input makes the same plan. */
export function buildPlan(input: PlanInput): Plan {
  const { federation, observations, course = { kind: 'begin' }, leaving, without = [], takeOver = false } = input;
  const manifests = input.manifests.filter(({ cluster }) => !without.includes(cluster));
  const clusters = observations.map((observation) =>
    planCluster({
      federation: federation.name,
      observation,
      manifests: manifests.filter(({ cluster }) => cluster === observation.cluster),
    }),
  );
  const needed = inOrder(clusters.flatMap((cluster) => cluster.steps));
  const leftAlone = course.kind === 'back' && !takeOver ? changedByOthers(needed) : [];
  const steps = needed.filter((step) => !leftAlone.includes(step));
  const before = presentWorld(federation.name, observations);
  const absent = new Set(without);
  const proof = prove({ federation, before, steps, needed, absent });
  // A run that goes on without a cluster still makes the revision that all of them are to have.
  const hash =
    course.kind === 'forward' ? course.hash : hashOf(manifests.map(({ cluster, object }) => [cluster, object]));
  const changes = steps.length > 0 || manifests.length === 0;
  const staying = observations.filter(({ cluster }) => !leaving?.has(cluster));
  const revision = course.kind === 'begin' ? nextRevision({ observations, staying, changes, hash }) : course.revision;
  const head = { ...inventoryHead(federation, staying, without), revision, hash };
  return {
    federation: federation.name,
    revision,
    clusters: clusters.map(({ observation, unchanged, items, oldItems }) => ({
      observation,
      unchanged,
      inventoryBefore: { ...head, state: 'applying', items: union(items, oldItems) },
      inventoryAfter: { ...head, state: 'applied', items },
    })),
    steps,
    leftAlone,
    without,
    notes: [...planNotes(federation, steps, observations, manifests), ...leftOutNotes(input)],
    prerequisites: prerequisites(federation).map((one) => ({
      ...one,
      ...judgeMeshConfig(one, observations.find(({ cluster }) => cluster === one.cluster)?.meshConfigs),
    })),
    proof,
    diagnostics: [
      ...planFindings({ ...input, manifests }),
      ...(course.kind === 'begin' ? observations.flatMap((one) => unfinished(one, observations)) : []),
      ...proof.unsafe.map((one) => unsafe(one, leftAlone)),
      // What is gone back to was there, and the cluster that is left out knows of it.
      ...(course.kind === 'back'
        ? []
        : neededOf({ federation, absent, before, after: worldAfter(before, steps) }).map(needsAbsent)),
      ...needed.flatMap(heldByOthers),
      ...clusters.flatMap((cluster) => cluster.diagnostics),
    ],
  };
}

const unfinished = (one: Observation, all: readonly Observation[]): Diagnostic[] => {
  const { cluster, journal } = one;
  if (journal === undefined || journal.state === 'prepared' || isOvertaken(one, all)) return [];
  const { revision, by, startedAt, state, stage } = journal;
  const where = stage ? ` in stage ${stage}` : '';
  return [
    {
      code: 'AXC4008',
      severity: 'error',
      message: `${cluster}: the run that makes revision ${revision} (${by}, ${startedAt}) has stopped${where}${state === 'running' ? '' : ', on its way back'}`,
      hint: '`aegis-xc resume` finishes it, `aegis-xc rollback` goes back to what was there before.',
      at: ['clusters', cluster],
      cluster,
    },
  ];
};

/** Refused, never only warned of: the run would break somebody's calls or open something, if only for a moment. */
const unsafe = (one: Unsafe, leftAlone: readonly Step[]): Diagnostic => ({
  code: 'AXC5006',
  severity: 'error',
  message: unsafeText(one),
  hint:
    leftAlone.length > 0
      ? 'The way back needs objects that somebody else has changed since. `--take-over` sets them back.'
      : 'Make it several changes, one at a time. Where one alone is refused: add a service with another host beside this one and apply, move the callers to it, then remove this one and apply again.',
});

/** Refused as a whole: half of a change of the spec would be a third state, that nobody has asked for. */
const needsAbsent = ({ why, at }: Needed): Diagnostic => ({
  code: 'AXC5007',
  severity: 'error',
  message: why,
  hint: 'A cluster that is left out can only lose calls. Take this out of the spec for now, or wait until it is back.',
  at,
});

/** Every write of such an object, also where it takes two. */
function changedByOthers(steps: readonly Step[]): Step[] {
  const changed = new Set(steps.filter((step) => step.op !== 'create' && step.heldBy.length > 0).map(stepKey));
  return steps.filter((step) => changed.has(stepKey(step)));
}

/** Whether anything is to be written: objects, or the revision that a cluster is behind with. */
export const isEmpty = ({ steps, clusters, revision }: Plan): boolean =>
  steps.length === 0 &&
  clusters.every(
    ({ observation: { inventory }, inventoryAfter }) =>
      inventory?.state === 'applied' && inventory.revision === revision && inventory.hash === inventoryAfter.hash,
  );

interface Making {
  readonly observations: readonly Observation[];
  /** Those in which something of the federation stays. */
  readonly staying: readonly Observation[];
  /** Objects are written. */
  readonly changes: boolean;
  readonly hash: string;
}

function nextRevision({ observations, staying, changes, hash }: Making): number {
  const highest = Math.max(0, ...observations.map(({ inventory }) => inventory?.revision ?? 0));
  const settled = staying.every(({ inventory }) => inventory?.state === 'applied' && inventory.hash === hash);
  return changes || !settled ? highest + 1 : highest;
}

/** A cluster that is left out still takes part: its objects are there. */
function inventoryHead(federation: Federation, observations: readonly Observation[], without: readonly string[]) {
  const known = observations.flatMap(({ inventory }) => inventory?.participants ?? []);
  const behind = [...new Map(known.map((one) => [one.uid, one])).values()].filter(({ name }) => without.includes(name));
  return {
    federation: federation.name,
    ...(federation.id !== undefined && { id: federation.id }),
    participants: [...observations.map(({ cluster, uid }) => ({ name: cluster, uid })), ...behind],
    ...(without.length > 0 && { behind: without }),
  };
}

function union(items: readonly InventoryItem[], before: readonly InventoryItem[]): InventoryItem[] {
  return [...new Map([...before, ...items].map((item) => [objectKey(item), item])).values()];
}

function inOrder(steps: readonly Step[]): Step[] {
  const rank = new Map(stages.map((stage, n) => [stage, n]));
  return [...steps].sort((a, b) => (rank.get(a.stage) ?? 0) - (rank.get(b.stage) ?? 0));
}
