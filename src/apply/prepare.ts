import { randomUUID } from 'node:crypto';
import type { Journal } from '../plan/journal.ts';
import { preImages } from '../plan/pre-image.ts';
import { toKept } from '../plan/records.ts';
import { holderName } from './lock.ts';
import type { Noted, Run, RunOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { eachSite, type Locks, openSites, type Site } from './sites.ts';

/** Decides what the journals will say; nothing is written yet. */
export function beginRun(options: RunOptions, locks: Locks): Run {
  const { plan, clients } = options;
  const name = randomUUID().slice(0, 8);
  const sites = openSites(plan, clients, locks);
  return {
    ...options,
    sites: sites.map((site) => ({ ...site, journal: journalOf(site, name, options) })),
    written: new Map(),
  };
}

/** One that is there already keeps its two ends. */
function journalOf(
  { plan: { observation }, lock, cluster }: Site,
  run: string,
  { plan, manifests, change, about, course, leaving }: RunOptions,
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
    participants: plan.clusters.map(({ observation: { cluster: name, uid, inventory } }) => ({
      name,
      uid,
      revision: inventory?.revision ?? 0,
      leaves: leaving.has(name),
    })),
    images: {
      before: preImages(plan.federation, observation, wanted),
      target: wanted.map(toKept),
      ...(observation.inventory && { inventory: observation.inventory }),
    },
  };
}

/** Every cluster is prepared before any runs. When one can't be, what was noted is taken back: nothing has happened. */
export async function prepare({ sites, plan, course, signal, onEvent }: Run): Promise<Outcome | undefined> {
  onEvent({ type: 'inventory', clusters: sites.map(({ cluster }) => cluster) });
  const notes = course.kind === 'begin' ? firstNotes : [followingNote(course.kind)];
  for (const [index, note] of notes.entries()) {
    const failures = signal?.aborted ? [] : await eachSite(sites, note);
    if (failures.length === 0 && !signal?.aborted) continue;
    const stopped = { kind: 'stopped', at: 'prepare', failures, left: plan.steps.length } as const;
    if (course.kind !== 'begin') return stopped;
    // All or none: while one cluster may say that the run goes on, no other one may have forgotten it.
    const halted = await eachSite(sites, ({ records, journal }) => records.haltJournal(journal));
    // A first note alone is no run that anybody could resume.
    if (halted.length > 0 && index > 0) return stopped;
    const stuck = await eachSite(sites, unprepare);
    return { kind: 'refused', failures: [...failures, ...stuck] };
  }
  return undefined;
}

type Note = (site: Noted) => Promise<void>;

const firstNotes: readonly Note[] = [
  ({ records, journal }) => records.keepJournal(journal),
  ({ records, plan }) => records.keepInventory(plan.inventoryBefore),
  ({ records, journal }) => records.keepJournal({ ...journal, state: 'running' }),
];

/** A cluster that has done its part in an unfinished run has no journal any more, and gets none. */
const followingNote =
  (way: 'forward' | 'back'): Note =>
  async ({ records, journal, plan: { observation } }) => {
    if (observation.journal)
      await records.keepJournal({ ...journal, state: way === 'back' ? 'rolling back' : 'running' });
  };

async function unprepare({ records, plan: { observation } }: Site): Promise<void> {
  if (observation.inventory) await records.keepInventory(observation.inventory);
  else await records.dropInventory();
  await records.dropJournal();
}
