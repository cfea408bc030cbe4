import { UsageError } from '../errors.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { type Change, type Journal, manifestsOf, type Participant } from '../plan/journal.ts';
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
export async function unfinishedGoal(
  place: Place,
  direction: 'forward' | 'back',
  without: readonly string[] = [],
): Promise<Goal | undefined> {
  const observations = await observeClusters(place, []);
  const journals = observations.flatMap((one) =>
    one.journal && one.journal.state !== 'prepared' && !isOvertaken(one, observations) ? [one.journal] : [],
  );
  const [journal] = journals;
  if (journal === undefined) return undefined;
  if (journals.some(({ run }) => run !== journal.run)) throw severalRuns(journals);
  mustTakePart(strangersIn(place, without), journal.participants);
  mustBeThere(journal, observations, without);
  // Once it goes back somewhere, what it was to make can't be had everywhere any more.
  const back =
    direction === 'back' ||
    journals.some(({ state }) => state === 'rolling back') ||
    observations.some((one) => hasGoneBack(one, journal));
  const previous = Math.max(0, ...journal.participants.map(({ revision }) => revision));
  const sets = await Promise.all(observations.map((one) => endOf(one, { place, back, run: journal })));
  return {
    course: back
      ? { kind: 'back', revision: previous }
      : { kind: 'forward', revision: journal.revision, hash: journal.hash },
    change: journal.change,
    manifests: sets.flat(),
    leaving: new Set(back ? [] : observations.filter(({ uid }) => leaves(uid, journal)).map(({ cluster }) => cluster)),
  };
}

/** Clusters that are connected to or left out, and are not in the spec. */
const strangersIn = ({ clients, federation: { clusters } }: Place, without: readonly string[]): string[] =>
  [...clients.keys(), ...without].filter((name) => !clusters.some((cluster) => cluster.name === name));

/** A name that is neither in the spec nor in the run is a typing error. */
function mustTakePart(strangers: readonly string[], participants: readonly Participant[]): void {
  const stranger = strangers.find((name) => !participants.some((one) => one.name === name));
  if (stranger === undefined) return;
  throw new UsageError(
    `"${stranger}" is not a cluster of this federation, and takes part in no unfinished run.`,
    '`aegis-xc status` shows what is unfinished, and where.',
  );
}

/** Neither a cluster of the run may be forgotten, nor one that has notes of another run be taken for one of this. */
function mustBeThere(journal: Journal, observations: readonly Observation[], without: readonly string[]): void {
  const uids = new Set(observations.map(({ uid }) => uid));
  const missing = journal.participants.filter(({ uid, name }) => !uids.has(uid) && !without.includes(name));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name);
    throw new UsageError(
      `${names.join(', ')} took part in the run that is unfinished, and ${names.length === 1 ? 'is' : 'are'} not asked.`,
      `Say where: ${names.map((name) => `--context ${name}=<context>`).join(' ')}; or leave out what is gone for now with --without.`,
    );
  }
  const other = observations.find((one) => one.journal !== undefined && one.journal.run !== journal.run);
  if (other !== undefined) {
    throw new UsageError(
      `${other.cluster} has the notes of another run than the one that is unfinished elsewhere.`,
      `End that one with --without ${other.cluster}; the next apply brings ${other.cluster} up.`,
    );
  }
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

/** A revision that is kept in every cluster, to be applied again; `without` are left out. */
export async function revisionGoal(
  place: Place,
  wanted: number | undefined,
  without: readonly string[] = [],
): Promise<Goal> {
  mustTakePart(strangersIn(place, without), []);
  const known = await revisionsOf(place);
  const numbers = [...new Set(known.map(({ revision }) => revision))];
  const number = wanted ?? numbers[1];
  if (number === undefined || !known.some(({ revision }) => revision === number)) {
    throw new UsageError(
      number === undefined ? 'There is no revision before this one.' : `Revision ${number} is not kept.`,
      `Kept are: ${numbers.join(', ') || 'none'}. \`aegis-xc history\` lists them.`,
    );
  }
  mustBeOne(number, known);
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

/** Clusters that were changed apart from each other may have different revisions of one number. */
function mustBeOne(number: number, known: readonly KeptRevision[]): void {
  const [one, other] = known.filter(({ revision }) => revision === number);
  if (one === undefined || other === undefined) return;
  throw new UsageError(
    `Revision ${number} of ${one.clusters.join(', ')} is not that of ${other.clusters.join(', ')}: they were applied apart from each other.`,
    'Name another revision with --to, or apply the spec that is wanted. `aegis-xc history` lists both.',
  );
}

/** A revision, and the clusters that keep it. */
export type KeptRevision = Revision & { readonly clusters: readonly string[] };

/** The revisions of all clusters, newest first; those of one number that are not the same stand beside each other. */
export async function revisionsOf(place: Place): Promise<readonly KeptRevision[]> {
  const read = await Promise.all(
    [...place.clients.keys()].map(async (cluster) =>
      parseRevisions(await recordsIn(place, cluster)).map((revision) => ({ revision, cluster })),
    ),
  );
  const kept = new Map<string, Revision & { clusters: string[] }>();
  for (const { revision, cluster } of read.flat()) {
    const key = `${revision.revision} ${revision.hash}`;
    const known = kept.get(key);
    if (known) known.clusters.push(cluster);
    else kept.set(key, { ...revision, clusters: [cluster] });
  }
  return [...kept.values()].sort((a, b) => b.revision - a.revision);
}

const recordsIn = async ({ clients, federation }: Place, cluster: string) =>
  (await clients
    .get(cluster)
    ?.list(configMaps, { namespace: systemNamespace, labelSelector: recordSelector(federation.name, 'revision') })) ??
  [];
