import { UsageError } from '../errors.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { type Change, type Journal, manifestsOf } from '../plan/journal.ts';
import type { Observation } from '../plan/observation.ts';
import { hasGoneBack, isOvertaken } from '../plan/overtaken.ts';
import { systemNamespace } from '../plan/ownership.ts';
import type { Course } from '../plan/plan.ts';
import { configMaps, recordSelector } from '../plan/records.ts';
import { parseRevision, parseRevisions, type Revision } from '../plan/revision.ts';
import { observeClusters, type Place } from './read-plan.ts';

/** What a run is to lead to. */
export interface Goal {
  readonly course: Course;
  readonly change: Change;
  readonly manifests: readonly Manifest[];
  /** Clusters in which nothing of the federation stays. */
  readonly leaving: ReadonlySet<string>;
}

/** Where a run that was not finished was to go, or came from; undefined when there is none. */
export async function unfinishedGoal(place: Place, direction: 'forward' | 'back'): Promise<Goal | undefined> {
  const observations = await observeClusters(place, []);
  const journals = observations.flatMap(({ journal }) =>
    journal && journal.state !== 'prepared' && !isOvertaken(journal, observations) ? [journal] : [],
  );
  const [journal] = journals;
  if (journal === undefined) return undefined;
  if (journals.some(({ run }) => run !== journal.run)) throw severalRuns(journals);
  // Once it goes back somewhere, what it was to make can't be had everywhere any more.
  const back =
    direction === 'back' ||
    journals.some(({ state }) => state === 'rolling back') ||
    observations.some((one) => hasGoneBack(one, journal));
  const previous = Math.max(0, ...journal.participants.map(({ revision }) => revision));
  const sets = await Promise.all(observations.map((one) => endOf(one, { place, back, run: journal })));
  return {
    course: { kind: back ? 'back' : 'forward', revision: back ? previous : journal.revision },
    change: journal.change,
    manifests: sets.flat(),
    leaving: new Set(back ? [] : observations.filter(({ uid }) => leaves(uid, journal)).map(({ cluster }) => cluster)),
  };
}

const leaves = (uid: string, { participants }: Journal): boolean =>
  participants.some((one) => one.uid === uid && one.leaves);

interface End {
  readonly place: Place;
  readonly back: boolean;
  /** The journal of a cluster that has not done its part. */
  readonly run: Journal;
}

/**
 * A cluster without a journal has done its part: it has what the run makes, or on the way back what was before. Only where it has
 * to follow the others back, its revisions say what it had.
 */
async function endOf(
  { cluster, uid, journal, inventory }: Observation,
  { place, back, run }: End,
): Promise<Manifest[]> {
  if (journal !== undefined) return manifestsOf(cluster, back ? journal.images.before : journal.images.target);
  const there = inventory?.revision ?? 0;
  const had = run.participants.find((one) => one.uid === uid)?.revision ?? there;
  if (back && there === 0 && had > 0) throw nothingLeft(cluster);
  const number = back && there === run.revision ? had : there;
  // It joined with this run, and has nothing to go back to.
  if (number === 0) return [];
  const manifests = await revisionIn(place, cluster, number);
  if (manifests !== undefined) return manifests;
  throw new UsageError(
    `${cluster} does not keep revision ${number}, which the unfinished run needs to know.`,
    'Apply the spec that was applied then to finish it by hand.',
  );
}

const nothingLeft = (cluster: string): UsageError =>
  new UsageError(
    `${cluster} has left the federation already, with all that could be gone back to.`,
    '`aegis-xc resume` finishes the run. Apply the old spec afterwards to take the cluster in again.',
  );

const severalRuns = (journals: readonly Journal[]): UsageError =>
  new UsageError(
    `Two runs are unfinished, of revisions ${journals.map(({ revision }) => revision).join(' and ')}.`,
    'The clusters were changed apart from each other. `aegis-xc status` shows what is where.',
  );

/** A revision that is kept in every cluster, to be applied again. */
export async function revisionGoal(place: Place, wanted: number | undefined): Promise<Goal> {
  const known = await revisionsOf(place);
  const number = wanted ?? known[1]?.revision;
  const numbers = known.map(({ revision }) => revision).join(', ') || 'none';
  if (number === undefined || !known.some(({ revision }) => revision === number)) {
    throw new UsageError(
      number === undefined ? 'There is no revision before this one.' : `Revision ${number} is not kept.`,
      `Kept are: ${numbers}. \`aegis-xc history\` lists them.`,
    );
  }
  const sets = await Promise.all(
    [...place.clients.keys()].map(async (cluster) => {
      const manifests = await revisionIn(place, cluster, number);
      if (manifests !== undefined) return manifests;
      throw new UsageError(`${cluster} does not keep revision ${number}.`, `\`aegis-xc history\` shows what it keeps.`);
    }),
  );
  return { course: { kind: 'begin' }, change: 'rollback', manifests: sets.flat(), leaving: new Set() };
}

async function revisionIn(place: Place, cluster: string, number: number): Promise<Manifest[] | undefined> {
  const read = parseRevision(place.federation.name, number, await recordsIn(place, cluster));
  return read && manifestsOf(cluster, read.manifests);
}

/** The revisions of all clusters, newest first. */
export async function revisionsOf(
  place: Place,
): Promise<readonly (Revision & { readonly clusters: readonly string[] })[]> {
  const read = await Promise.all(
    [...place.clients.keys()].map(async (cluster) =>
      parseRevisions(await recordsIn(place, cluster)).map((revision) => ({ revision, cluster })),
    ),
  );
  const numbers = new Map<number, Revision & { clusters: string[] }>();
  for (const { revision, cluster } of read.flat()) {
    const known = numbers.get(revision.revision);
    if (known) known.clusters.push(cluster);
    else numbers.set(revision.revision, { ...revision, clusters: [cluster] });
  }
  return [...numbers.values()].sort((a, b) => b.revision - a.revision);
}

const recordsIn = async ({ clients, federation }: Place, cluster: string) =>
  (await clients
    .get(cluster)
    ?.list(configMaps, { namespace: systemNamespace, labelSelector: recordSelector(federation.name, 'revision') })) ??
  [];
