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
  { at, failures }: { readonly at: Stage; readonly failures: readonly Failure[] },
  doPlan: (options: RunOptions, locks: Locks) => Promise<Outcome>,
): Promise<Outcome> {
  const { sites, plan, replan, onEvent } = run;
  onEvent({ type: 'rolling-back', at });
  const stopped = (more: readonly Failure[]): Outcome => ({
    kind: 'stopped',
    at,
    failures: [...failures, ...more],
    left: plan.steps.length,
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
    return outcome;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return stopped([{ cluster: sites[0]?.cluster ?? '', step: undefined, error }]);
  }
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
  const participants = participantsBefore(site, run);
  const had = participants.find((one) => one.uid === uid)?.revision ?? 0;
  const now = uidsOf(site, run.written);
  // Where it has committed, its old inventory is known from what the others say, and from what is there.
  const old = journal?.images.inventory ?? {
    ...now,
    participants: participants.map(({ name, uid }) => ({ name, uid })),
  };
  const uids = new Map(now.items.map((item) => [objectKey(item), item.uid]));
  const items = [...old.items, ...stayingItems(site, run)].map((item) => ({
    ...item,
    uid: uids.get(objectKey(item)) ?? item.uid,
  }));
  await (had === 0 ? records.dropInventory() : records.keepInventory({ ...old, items }));
  // What was not kept up is no revision, and the next run makes one of its number.
  await records.dropRevisions({ after: had });
  await records.dropJournal();
}

/** What would have gone, and stays because somebody else has changed it: the next plan finds it here. */
function stayingItems({ cluster, plan: { observation } }: Site, { plan }: Run): readonly InventoryItem[] {
  const staying = new Set(plan.leftAlone.filter(({ op }) => op === 'delete').map(stepKey));
  return (observation.inventory?.items ?? []).filter((item) => staying.has(worldKey(cluster, objectKey(item))));
}

/** Those of the revision that the run came from; every journal knows them. */
function participantsBefore({ plan: { observation } }: Site, { sites }: Run): readonly Participant[] {
  const [journal] = [observation, ...sites.map(({ plan }) => plan.observation)].flatMap(({ journal }) => journal ?? []);
  return journal?.participants.filter(({ revision }) => revision > 0) ?? [];
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
  ['AXC5001', 'AXC5002', 'AXC5003'].includes(code) && object
    ? [{ cluster: object.cluster ?? '', object: `${object.kind} ${nameOf(object)}`, why: message }]
    : [];
