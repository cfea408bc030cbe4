import { randomUUID } from 'node:crypto';
import type { ClusterClient } from '../clusters/client.ts';
import { ClusterError } from '../errors.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { differences, fingerprint } from '../plan/differences.ts';
import { type Change, type Journal, manifestsOf } from '../plan/journal.ts';
import { nameOf } from '../plan/object-key.ts';
import { type Course, isEmpty, type Plan } from '../plan/plan.ts';
import { preImages } from '../plan/pre-image.ts';
import { toKept } from '../plan/records.ts';
import { canGoBack, type Stage } from '../plan/stages.ts';
import type { Step } from '../plan/step.ts';
import type { OnEvent } from './events.ts';
import { holderName } from './lock.ts';
import type { Failure, Left, Outcome } from './outcome.ts';
import { eachSite, type Locks, openSites, type Site, uidsOf, withLocks } from './sites.ts';
import { runStages, type StagesResult } from './stages.ts';

export interface RunOptions {
  readonly plan: Plan;
  readonly clients: ReadonlyMap<string, ClusterClient>;
  /** Plans again from what is there: what the plan was made for, or something else. */
  readonly replan: (manifests: readonly Manifest[], course: Course) => Promise<Plan>;
  readonly manifests: readonly Manifest[];
  readonly course: Course;
  readonly change: Change;
  readonly settle: number;
  readonly takeOver?: boolean;
  /** What a stage that failed leads to. */
  readonly onFailure: 'rollback' | 'hold';
  /** Clusters in which nothing of the federation stays. */
  readonly leaving: ReadonlySet<string>;
  /** Milliseconds after which the lock of a run that has died is free. */
  readonly lockTtl: number;
  /** Milliseconds for which such a lock is watched first; default the same. */
  readonly lockPatience?: number;
  readonly about: { readonly commit?: string | undefined; readonly tool: string; readonly allowed: readonly string[] };
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: OnEvent;
}

/**
 * Does a plan, or ends a run that was not finished: locks every cluster, looks whether the plan still fits, notes both ends of
 * the run everywhere before anything is written anywhere, goes through the stages with all clusters in step, and last notes
 * what is there. A stage that fails leads back to the state before, or stops.
 */
export async function runPlan(options: RunOptions): Promise<Outcome> {
  const { plan, clients, onEvent, course } = options;
  if (course.kind === 'begin' && isDone(options)) return { kind: 'unchanged' };
  onEvent({ type: 'locking', clusters: plan.clusters.map(({ observation }) => observation.cluster) });
  const onWait = (holder: string): void => onEvent({ type: 'waiting', holder });
  return withLocks(
    plan,
    clients,
    { ttl: options.lockTtl, patience: options.lockPatience, onWait, signal: options.signal },
    async (locks) => {
      const now = await options.replan(options.manifests, course);
      const known = new Set(plan.diagnostics.map(({ message }) => message));
      const found = now.diagnostics.filter(({ severity, message }) => severity === 'error' && !known.has(message));
      const changes = [...differences(fingerprint(plan), fingerprint(now)), ...found.map(({ message }) => message)];
      if (changes.length > 0) return { kind: 'out-of-date', changes };
      return underLock({ ...options, plan: now }, locks);
    },
  );
}

function isDone({ plan, leaving }: RunOptions): boolean {
  const staying = plan.clusters.filter(({ observation }) => !leaving.has(observation.cluster));
  const gone = plan.clusters.filter(({ observation }) => leaving.has(observation.cluster));
  return (
    isEmpty({ ...plan, clusters: staying }) && gone.every(({ observation }) => observation.inventory === undefined)
  );
}

async function underLock(options: RunOptions, locks: Locks): Promise<Outcome> {
  const { plan, clients, course } = options;
  const run = randomUUID().slice(0, 8);
  const sites = openSites(plan, clients, locks).map((site) => ({ ...site, journal: newJournal(site, run, options) }));
  // A cluster that has done its part in an unfinished run has no journal any more, and gets none.
  const followed = sites.filter(({ plan: { observation } }) => course.kind === 'begin' || observation.journal);
  const journals = new Map(followed.map(({ cluster, journal }) => [cluster, journal]));
  const prepared = await prepare(sites, options);
  if (prepared !== undefined) return prepared;
  const written = new Map<string, string | undefined>();
  const state = course.kind === 'back' ? 'rolling back' : 'running';
  const result = await runStages({
    ...options,
    takeOver: options.takeOver ?? false,
    sites,
    without: new Set(course.kind === 'back' ? foreign(plan) : []),
    journalOf: ({ cluster }, stage) => {
      const journal = journals.get(cluster);
      return journal && { ...journal, state, stage };
    },
    written,
  });
  if (result.at !== undefined) return stopped(result, result.at, sites, options);
  if (course.kind === 'back') return restored(sites, options, written);
  const failures = await commit(sites, options, written);
  return failures.length > 0 ? { kind: 'stopped', at: 'commit', failures, left: 0 } : { kind: 'done' };
}

/** A cluster, and what this run writes into its journal. */
type Noted = Site & { readonly journal: Journal };

/** One that is there already keeps its two ends. */
function newJournal(
  { plan: { observation }, lock, cluster }: Site,
  run: string,
  { plan, manifests, change, about, course }: RunOptions,
): Journal {
  const { journal } = observation;
  if (course.kind !== 'begin' && journal !== undefined) return { ...journal, fence: lock.fence };
  const wanted = manifests.filter((one) => one.cluster === cluster);
  return {
    federation: plan.federation,
    run,
    revision: plan.revision,
    change,
    state: 'prepared',
    fence: lock.fence,
    hash: plan.clusters[0]?.inventoryAfter.hash ?? '',
    startedAt: new Date().toISOString(),
    by: holderName(),
    allowed: about.allowed,
    participants: plan.clusters.map(({ observation: { cluster: name, uid } }) => ({ name, uid })),
    images: {
      before: preImages(plan.federation, observation, wanted),
      target: wanted.map(toKept),
      ...(observation.inventory && { inventory: observation.inventory }),
    },
  };
}

/** Every cluster is prepared before any runs. When one can't be, what was noted is taken back: nothing has happened. */
async function prepare(sites: readonly Noted[], options: RunOptions): Promise<Outcome | undefined> {
  const { course, onEvent } = options;
  onEvent({ type: 'inventory', clusters: sites.map(({ cluster }) => cluster) });
  const notes: ((site: Noted) => Promise<void>)[] =
    course.kind === 'begin'
      ? [
          ({ records, journal }) => records.keepJournal(journal),
          ({ records, plan }) => records.keepInventory(plan.inventoryBefore),
          ({ records, journal }) => records.keepJournal({ ...journal, state: 'running' }),
        ]
      : [
          async ({ records, journal, plan: { observation } }) => {
            const state = course.kind === 'back' ? 'rolling back' : 'running';
            if (observation.journal) await records.keepJournal({ ...journal, state });
          },
        ];
  for (const note of notes) {
    const failures = options.signal?.aborted ? [] : await eachSite(sites, note);
    if (failures.length === 0 && !options.signal?.aborted) continue;
    if (course.kind !== 'begin') return { kind: 'stopped', at: 'prepare', failures, left: options.plan.steps.length };
    // All or none: while one cluster may say that the run goes on, no other one may have forgotten it.
    const halted = await eachSite(sites, ({ records, journal }) => records.haltJournal(journal));
    if (halted.length > 0) return { kind: 'stopped', at: 'prepare', failures, left: options.plan.steps.length };
    const stuck = await eachSite(sites, unprepare);
    return { kind: 'refused', failures: [...failures, ...stuck] };
  }
  return undefined;
}

async function unprepare({ records, plan: { observation } }: Site): Promise<void> {
  if (observation.inventory) await records.keepInventory(observation.inventory);
  else await records.dropInventory();
  await records.dropJournal();
}

/** What the run came to, when a stage was not finished. */
async function stopped(
  { failures, left }: StagesResult,
  at: Stage,
  sites: readonly Noted[],
  options: RunOptions,
): Promise<Outcome> {
  if (failures.length === 0) return { kind: 'interrupted', left };
  if (options.course.kind === 'back') return { kind: 'incomplete', at, failures, left: failures.map(leftOf) };
  const goesBack = options.onFailure === 'rollback' && options.course.kind === 'begin' && canGoBack(at);
  if (!goesBack || options.signal?.aborted || failures.some(isOutOfReach))
    return { kind: 'stopped', at, failures, left };
  return goBack(at, failures, sites, options);
}

/** Going back needs the clusters, and the lock, as much as going on. */
const outOfReach = ['unreachable', 'unauthorized', 'aborted', 'lock-lost', 'ambiguous', 'server', 'throttled'];
const isOutOfReach = ({ step, error }: Failure): boolean =>
  step === undefined || (error instanceof ClusterError && outOfReach.includes(error.reason));

/** The way back is a plan like any other: from what is there now to what was there before. */
async function goBack(
  at: Stage,
  failures: readonly Failure[],
  sites: readonly Noted[],
  options: RunOptions,
): Promise<Outcome> {
  const { onEvent, replan, plan } = options;
  onEvent({ type: 'rolling-back', at });
  const course = { kind: 'back', revision: plan.revision } as const;
  const before = sites.flatMap(({ cluster, journal }) => manifestsOf(cluster, journal.images.before));
  try {
    const noted = await eachSite(sites, ({ records, journal }) =>
      records.keepJournal({ ...journal, state: 'rolling back' }),
    );
    if (noted.length > 0) return { kind: 'stopped', at, failures: [...failures, ...noted], left: plan.steps.length };
    const back = await replan(before, course);
    if (back.proof.unsafe.length > 0) return { kind: 'stopped', at, failures, left: plan.steps.length };
    const locks = new Map(sites.map(({ cluster, lock }) => [cluster, lock]));
    const outcome = await underLock({ ...options, plan: back, manifests: before, course, takeOver: false }, locks);
    if (outcome.kind === 'rolled-back') return { kind: 'rolled-back', at, failures };
    if (outcome.kind === 'incomplete') return { ...outcome, at, failures: [...failures, ...outcome.failures] };
    return outcome;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const failure = { cluster: sites[0]?.cluster ?? '', step: undefined, error };
    return { kind: 'stopped', at, failures: [...failures, failure], left: plan.steps.length };
  }
}

/** Fields that somebody else has set since are not taken back. */
const foreign = ({ steps }: Plan): Step[] => steps.filter((step) => step.op === 'update' && step.heldBy.length > 0);

const leftOf = ({ cluster, step, error }: Failure): Left => ({
  cluster,
  object: step ? `${step.id.kind} ${nameOf(step.id)}` : 'the records of the run',
  why: error.message,
});

/** The inventories are what they were before the run, and the journals go. */
async function restored(
  sites: readonly Site[],
  options: RunOptions,
  written: ReadonlyMap<string, string | undefined>,
): Promise<Outcome> {
  const { plan } = options;
  const left = [...foreign(plan).map(changedSince), ...plan.diagnostics.flatMap(notOurs)];
  const failures = await eachSite(sites, async (site) => {
    const { records, plan: own } = site;
    const old = own.observation.journal?.images.inventory;
    const uids = new Map(uidsOf(site, written).items.map((item) => [`${item.kind} ${nameOf(item)}`, item.uid]));
    if (old) {
      const items = old.items.map((item) => ({ ...item, uid: uids.get(`${item.kind} ${nameOf(item)}`) ?? item.uid }));
      await records.keepInventory({ ...old, items });
    } else if (own.observation.journal) await records.dropInventory();
    else await records.keepInventory(uidsOf(site, written));
    await records.dropJournal();
  });
  const at = 'ground';
  if (left.length > 0) return { kind: 'incomplete', at, failures, left };
  return failures.length > 0
    ? { kind: 'stopped', at: 'commit', failures, left: 0 }
    : { kind: 'rolled-back', at, failures };
}

const changedSince = (step: Step): Left => ({
  cluster: step.cluster,
  object: `${step.id.kind} ${nameOf(step.id)}`,
  why: `changed by ${step.op === 'update' ? step.heldBy.join(', ') : 'somebody else'} since`,
});

const notOurs = ({ code, object, message }: Plan['diagnostics'][number]): Left[] =>
  ['AXC5001', 'AXC5002', 'AXC5003'].includes(code) && object
    ? [{ cluster: object.cluster ?? '', object: `${object.kind} ${nameOf(object)}`, why: message }]
    : [];

/** Cluster by cluster, in any order: who has committed has what was to come, and the others still have their journal. */
async function commit(
  sites: readonly Site[],
  options: RunOptions,
  written: ReadonlyMap<string, string | undefined>,
): Promise<Failure[]> {
  const { plan, manifests, leaving, about, change, onEvent } = options;
  return eachSite(sites, async (site) => {
    const { cluster, records, lock } = site;
    if (leaving.has(cluster)) {
      await records.dropInventory();
      await records.dropRevisions();
      await records.dropJournal();
      await lock.release({ remove: true });
    } else {
      const own = manifests.filter((one) => one.cluster === cluster);
      const { hash } = site.plan.inventoryAfter;
      const [revision, federation] = [plan.revision, plan.federation];
      const { commit: at, tool } = about;
      await records.keepRevision(
        {
          federation,
          revision,
          hash,
          change,
          at: new Date().toISOString(),
          by: holderName(),
          ...(at !== undefined && { commit: at }),
          tool,
          objects: own.length,
        },
        own.map(toKept),
      );
      await records.keepInventory(uidsOf(site, written));
      await records.dropJournal();
    }
    onEvent({ type: 'committed', cluster, revision: plan.revision });
  });
}
