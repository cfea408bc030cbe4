import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from '../errors.ts';
import type { Journal } from '../plan/journal.ts';
import type { LiveObject } from '../plan/live.ts';
import type { Plan } from '../plan/plan.ts';
import { stepKey } from '../plan/proof/world.ts';
import { type Stage, stages } from '../plan/stages.ts';
import type { Step } from '../plan/step.ts';
import type { OnEvent } from './events.ts';
import type { Failure } from './outcome.ts';
import { eachSite, type Site } from './sites.ts';
import { writeStep } from './write.ts';

export interface StagesOptions {
  readonly plan: Plan;
  readonly sites: readonly Site[];
  /** What the journal of a cluster says while a stage runs. */
  readonly journalOf: (site: Site, stage: Stage) => Journal | undefined;
  /** Milliseconds between two stages that both changed something of one link: the time that proxies need to hear of the first. */
  readonly settle: number;
  readonly takeOver: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: OnEvent;
  /** UIDs of what was written, by `worldKey`; undefined for what is gone. */
  readonly written: Map<string, string | undefined>;
}

export interface StagesResult {
  /** The stage that was not finished; undefined when all were. */
  readonly at?: Stage;
  readonly failures: readonly Failure[];
  readonly left: number;
}

/**
 * Does the steps of a plan stage by stage, all clusters in step. A stage that fails is finished as far as it goes, so that all
 * failures are known; the next never begins.
 */
export async function runStages(options: StagesOptions): Promise<StagesResult> {
  const { plan, sites, signal, onEvent } = options;
  const versions = new Map<string, LiveObject>();
  const unheard = new Set<string>();
  let left = plan.steps.length;
  const written = stages.filter((stage) => plan.steps.some((step) => step.stage === stage));
  for (const [index, stage] of written.entries()) {
    const steps = plan.steps.filter((step) => step.stage === stage);
    if (!signal?.aborted) await settle(unheard, steps, options);
    if (signal?.aborted) return { at: stage, failures: [], left };
    onEvent({ type: 'stage', stage, steps, number: index + 1, of: written.length });
    const blocked = await eachSite(sitesOf(steps, sites), (site) => mayGoOn(site, options.journalOf(site, stage)));
    if (blocked.length > 0) return { at: stage, failures: blocked, left };
    const { failures, done } = await runStage(steps, versions, options);
    left -= done;
    if (failures.length > 0 || done < steps.length) return { at: stage, failures, left };
    for (const step of steps) if (isHeard(step)) unheard.add(stepKey(step));
  }
  return { failures: [], left };
}

const sitesOf = (steps: readonly Step[], sites: readonly Site[]): Site[] =>
  sites.filter(({ cluster }) => steps.some((step) => step.cluster === cluster));

/** The lock is ours, the connection leads to the same cluster, and nobody else has written the journal. */
async function mayGoOn({ client, lock, plan, records, cluster }: Site, journal: Journal | undefined): Promise<void> {
  lock.check();
  const uid = await client.identity();
  if (uid !== plan.observation.uid) {
    throw new ClusterError(cluster, `${cluster} is another cluster than a moment ago (UID ${uid}).`, {
      reason: 'unexpected-answer',
      hint: 'Does its address lead to several clusters?',
    });
  }
  if (journal) await records.keepJournal(journal);
}

/** Below what a client sends at once, so that the lock's renewal never waits in a long queue. */
const atOnce = 12;

async function runStage(
  steps: readonly Step[],
  versions: Map<string, LiveObject>,
  options: StagesOptions,
): Promise<{ readonly failures: readonly Failure[]; readonly done: number }> {
  const failures: Failure[] = [];
  let done = 0;
  const queues = options.sites.map((site) => ({
    site,
    queue: steps.filter(({ cluster }) => cluster === site.cluster),
  }));
  const work = async ({ site, queue }: (typeof queues)[number]): Promise<void> => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      if (options.signal?.aborted) return;
      const failure = await doStep(step, site, versions, options);
      if (failure) failures.push(failure);
      else done++;
    }
  };
  await Promise.all(queues.flatMap((one) => Array.from({ length: atOnce }, () => work(one))));
  return { failures, done };
}

async function doStep(
  step: Step,
  { client, cluster }: Site,
  versions: Map<string, LiveObject>,
  { plan, takeOver, onEvent, written }: StagesOptions,
): Promise<Failure | undefined> {
  const key = stepKey(step);
  try {
    const live = await writeStep(step, { client, federation: plan.federation, takeOver, seen: versions.get(key) });
    if (live) versions.set(key, live);
    written.set(key, live?.metadata.uid);
    onEvent({ type: 'done', step });
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    onEvent({ type: 'failed', step, error });
    return { cluster, step, error };
  }
}

/** Proxies hear of the mesh's configuration only: what just stands in the API needs no pause. */
const silent: ReadonlySet<Stage> = new Set(['ground', 'trust', 'untrust', 'unground']);
const isHeard = ({ stage }: Step): boolean => !silent.has(stage);

/** A pause is needed where two stages act on one link: the second must not arrive before the first. */
async function settle(unheard: Set<string>, next: readonly Step[], options: StagesOptions): Promise<void> {
  const { settle: milliseconds, plan, signal, onEvent } = options;
  if (milliseconds === 0 || unheard.size === 0) return;
  const keys = new Set(next.filter(isHeard).map(stepKey));
  const linked = plan.proof.links.some(
    (link) => link.some((key) => unheard.has(key)) && link.some((key) => keys.has(key)),
  );
  if (!linked) return;
  onEvent({ type: 'settling', milliseconds });
  await sleep(milliseconds, undefined, { ...(signal && { signal }) }).catch(() => {});
  unheard.clear();
}
