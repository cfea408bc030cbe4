import { differences, fingerprint } from '../plan/differences.ts';
import { isEmpty, type Plan } from '../plan/plan.ts';
import { commit } from './commit.ts';
import { goBack, goesBack, leftByFailure, restore } from './go-back.ts';
import type { Run, RunOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { beginRun, prepare } from './prepare.ts';
import { type Locks, withLocks } from './sites.ts';
import { runStages, type StagesResult } from './stages.ts';

/**
 * Does a plan, or ends a run that was not finished: locks every cluster, looks whether the plan still fits, notes both ends of
 * the run everywhere before anything is written anywhere, goes through the stages with all clusters in step, and last notes
 * what is there. A stage that fails leads back to the state before, or stops.
 */
export async function runPlan(options: RunOptions): Promise<Outcome> {
  const { plan, clients, lockTtl: ttl, lockPatience: patience, signal, onEvent, course } = options;
  if (course.kind === 'begin' && isDone(options)) return { kind: 'unchanged' };
  onEvent({ type: 'locking', clusters: plan.clusters.map(({ observation }) => observation.cluster) });
  const onWait = (holder: string): void => onEvent({ type: 'waiting', holder });
  return withLocks(plan, clients, { ttl, patience, onWait, signal }, async (locks) => {
    const now = await options.replan(options.manifests, course);
    const changes = [...changesBetween(plan, now), ...(course.kind === 'begin' ? [] : endedSince(plan, now))];
    if (changes.length > 0) return { kind: 'out-of-date', changes };
    return doPlan({ ...options, plan: now }, locks);
  });
}

function isDone({ plan, leaving }: RunOptions): boolean {
  const staying = plan.clusters.filter(({ observation }) => !leaving.has(observation.cluster));
  const gone = plan.clusters.filter(({ observation }) => leaving.has(observation.cluster));
  return (
    isEmpty({ ...plan, clusters: staying }) && gone.every(({ observation }) => observation.inventory === undefined)
  );
}

function changesBetween(plan: Plan, now: Plan): string[] {
  const known = new Set(plan.diagnostics.map(({ message }) => message));
  const found = now.diagnostics.filter(({ severity, message }) => severity === 'error' && !known.has(message));
  return [...differences(fingerprint(plan), fingerprint(now)), ...found.map(({ message }) => message)];
}

/** Who ends a run may find that somebody else has ended it, or gone on with it in some cluster. */
const endedSince = (plan: Plan, now: Plan): string[] =>
  plan.clusters.flatMap(({ observation: { uid, cluster, journal } }) => {
    const [there] = now.clusters.filter((one) => one.observation.uid === uid);
    return journal?.run === there?.observation.journal?.run
      ? []
      : [`somebody else has ended the unfinished run in ${cluster}`];
  });

/** All that is done while the locks are held. */
async function doPlan(options: RunOptions, locks: Locks): Promise<Outcome> {
  const run = beginRun(options, locks);
  const unprepared = await prepare(run);
  if (unprepared !== undefined) return unprepared;
  const result = await goThrough(run);
  const { at, failures } = result;
  if (at === undefined) return run.course.kind === 'back' ? restore(run) : commit(run);
  if (goesBack(at, failures, run)) return goBack(run, { ...result, at }, doPlan);
  return stopped({ ...result, at }, run);
}

function goThrough(run: Run): Promise<StagesResult> {
  const { course, sites, takeOver = false } = run;
  const state = course.kind === 'back' ? 'rolling back' : 'running';
  // A cluster that has done its part in an unfinished run has no journal any more, and gets none.
  const followed = sites.filter(({ plan: { observation } }) => course.kind === 'begin' || observation.journal);
  const journals = new Map(followed.map(({ cluster, journal }) => [cluster, journal]));
  return runStages({
    ...run,
    takeOver,
    journalOf: ({ cluster }, stage) => {
      const journal = journals.get(cluster);
      return journal && { ...journal, state, stage };
    },
  });
}

/** What the run came to, when a stage was not finished. */
function stopped({ at, failures, left }: Required<StagesResult>, { course }: Run): Outcome {
  if (failures.length === 0) return { kind: 'interrupted', left };
  if (course.kind === 'back') return { kind: 'incomplete', at, failures, left: failures.map(leftByFailure) };
  return { kind: 'stopped', at, failures, left };
}
