import { ClusterError } from '../errors.ts';
import type { InventoryItem } from '../plan/inventory.ts';
import { manifestsOf, type Participant } from '../plan/journal.ts';
import { nameOf, objectKey } from '../plan/object-key.ts';
import type { Plan } from '../plan/plan.ts';
import { stepKey, worldKey } from '../plan/proof/world.ts';
import { canGoBack, type Stage } from '../plan/stages.ts';
import type { Step } from '../plan/step.ts';
import type { Run, RunOptions } from './options.ts';
import type { Failure, Left, Outcome } from './outcome.ts';
import { eachSite, type Locks, type Site, uidsOf } from './sites.ts';
import type { StagesResult } from './stages.ts';

type Stopped = Extract<Outcome, { kind: 'stopped' }>;

/** What a failure in a stage leads to: going back needs the clusters, and the lock, as much as going on. */
export const goesBack = (at: Stage, failures: readonly Failure[], { onFailure, course, signal }: RunOptions): boolean =>
  onFailure === 'rollback' &&
  course.kind === 'begin' &&
  canGoBack(at) &&
  !signal?.aborted &&
  !failures.some(isOutOfReach);

const outOfReach = ['unreachable', 'unauthorized', 'aborted', 'lock-lost', 'ambiguous', 'server', 'throttled'];
const isOutOfReach = ({ step, error }: Failure): boolean =>
  step === undefined || (error instanceof ClusterError && outOfReach.includes(error.reason));

/** The way back is a plan like any other, done by `doPlan`: from what is there now to what was there before. */
export async function goBack(
  run: Run,
  { at, failures, left }: Required<StagesResult>,
  doPlan: (options: RunOptions, locks: Locks) => Promise<Outcome>,
): Promise<Outcome> {
  const { sites, plan, replan, onEvent } = run;
  onEvent({ type: 'rolling-back', at });
  const stopped = (more: readonly Failure[], where: Stopped['at'] = at): Stopped => ({
    kind: 'stopped',
    at: where,
    failures: [...failures, ...more],
    left,
    onWayBack: true,
  });
  const manifests = sites.flatMap(({ cluster, journal }) => manifestsOf(cluster, journal.images.before));
  const course = { kind: 'back', revision: plan.revision } as const;
  const locks = new Map(sites.map(({ cluster, lock }) => [cluster, lock]));
  try {
    // Before it is noted: as long as the journals say that it runs, it can still be finished.
    if ((await replan(manifests, course)).proof.unsafe.length > 0) return stopped([]);
    const noted = await eachSite(sites, ({ records, journal }) =>
      records.keepJournal({ ...journal, state: 'rolling back' }),
    );
    if (noted.length > 0) return stopped(noted);
    const back = await replan(manifests, course);
    const outcome = await doPlan({ ...run, plan: back, manifests, course }, locks);
    if (outcome.kind === 'rolled-back') return { kind: 'rolled-back', at, failures };
    if (outcome.kind === 'incomplete') return { ...outcome, at, failures: [...failures, ...outcome.failures] };
    if (outcome.kind === 'stopped') return stopped(outcome.failures, outcome.at);
    if (outcome.kind === 'interrupted') return { ...outcome, onWayBack: true };
    return outcome;
  } catch (error) {
    return stopped(failuresOf(error, sites));
  }
}

/** Several clusters may not have answered, each for a reason of its own. */
function failuresOf(error: unknown, sites: readonly Site[]): Failure[] {
  if (error instanceof AggregateError) return error.errors.flatMap((one) => failuresOf(one, sites));
  if (!(error instanceof Error)) throw error;
  const cluster = error instanceof ClusterError ? error.cluster : sites.map((site) => site.cluster).join(', ');
  return [{ cluster, step: undefined, error }];
}

/**
 * The inventories are what they were before the run, and the journals go. Those that had committed already come first: as long as
 * there is a journal anywhere, somebody knows that the run is not finished.
 */
export async function restore(run: Run): Promise<Outcome> {
  const { sites, plan } = run;
  const at = 'ground';
  const hasJournal = ({ plan: { observation } }: Site): boolean => observation.journal !== undefined;
  const restoreAll = (some: readonly Site[]) => eachSite(some, (site) => restoreRecords(site, run));
  const failures = await restoreAll(sites.filter((site) => !hasJournal(site)));
  if (failures.length === 0) failures.push(...(await restoreAll(sites.filter(hasJournal))));
  const left = [...plan.leftAlone.flatMap(leftByOthers), ...plan.diagnostics.flatMap(notOurs)];
  if (left.length > 0) return { kind: 'incomplete', at, failures, left };
  return failures.length > 0
    ? { kind: 'stopped', at: 'commit', failures, left: 0 }
    : { kind: 'rolled-back', at, failures };
}

async function restoreRecords(site: Site, run: Run): Promise<void> {
  const { records, plan } = site;
  const { journal, uid } = plan.observation;
  const all = participantsOf(site, run);
  const had = all.find((one) => one.uid === uid)?.revision;
  // It took no part in the run: what is noted there is somebody else's.
  if (had === undefined) return;
  const participants = all.filter(({ revision }) => revision > 0);
  const now = uidsOf(site, run.written);
  // Where it has committed, its old inventory is known from what the others say, and from what is there.
  const old = journal?.images.inventory ?? {
    ...now,
    participants: participants.map(({ name, uid }) => ({ name, uid })),
  };
  const items = itemsAfter({ old: old.items, now: now.items, staying: stayingItems(site, run) });
  if (had === 0 && items.length === 0) await records.dropInventory();
  // Of one that joined with this run only what stays is noted, so that it is not forgotten.
  else await records.keepInventory(had === 0 ? { ...now, revision: 0, hash: '', items } : { ...old, items });
  // What was not kept up is no revision, and the next run makes one of its number.
  await records.dropRevisions({ after: had });
  await records.dropJournal();
}

interface Items {
  readonly old: readonly InventoryItem[];
  /** What is there now that the way back has ended, and is wanted or stays. */
  readonly now: readonly InventoryItem[];
  readonly staying: readonly InventoryItem[];
}

/** What an inventory lists after a way back: what it did before, and whatever else of ours is there. Objects made anew have other UIDs. */
export function itemsAfter({ old, now, staying }: Items): readonly InventoryItem[] {
  const uids = new Map(now.map((item) => [objectKey(item), item.uid]));
  const all = new Map([...now, ...staying, ...old].map((item) => [objectKey(item), item]));
  return [...all].map(([key, item]) => ({ ...item, uid: uids.get(key) ?? item.uid }));
}

/** What would have gone, and stays because somebody else has changed it: the next plan finds it here. */
function stayingItems({ cluster, plan: { observation } }: Site, { plan }: Run): readonly InventoryItem[] {
  const staying = new Set(plan.leftAlone.filter(({ op }) => op === 'delete').map(stepKey));
  return (observation.inventory?.items ?? []).filter((item) => staying.has(worldKey(cluster, objectKey(item))));
}

/** All that took part in the run, with the revision that each came from; every journal knows them. */
function participantsOf({ plan: { observation } }: Site, { sites }: Run): readonly Participant[] {
  const [journal] = [observation, ...sites.map(({ plan }) => plan.observation)].flatMap(({ journal }) => journal ?? []);
  return journal?.participants ?? [];
}

export const leftByFailure = ({ cluster, step, error }: Failure): Left => ({
  cluster,
  object: step ? `${step.id.kind} ${nameOf(step.id)}` : 'the records of the run',
  why: error.message,
});

const leftByOthers = (step: Step): Left[] =>
  step.op !== 'create' && step.heldBy.length > 0
    ? [
        {
          cluster: step.cluster,
          object: `${step.id.kind} ${nameOf(step.id)}`,
          why: `changed by ${step.heldBy.join(', ')} since`,
        },
      ]
    : [];

const notOurs = ({ code, object, message }: Plan['diagnostics'][number]): Left[] =>
  ['AXC5001', 'AXC5002', 'AXC5003', 'AXC5008'].includes(code) && object
    ? [{ cluster: object.cluster ?? '', object: `${object.kind} ${nameOf(object)}`, why: message }]
    : [];
