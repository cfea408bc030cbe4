import * as z from 'zod';
import { UsageError } from '../errors.ts';
import { isJsonObject } from '../json.ts';
import { buildStages, type KubeObject, type Manifest } from '../manifests/manifest.ts';
import { type Inventory, inventorySchema } from './inventory.ts';
import type { LiveObject } from './live.ts';
import { objectKey } from './object-key.ts';
import { systemNamespace } from './ownership.ts';
import { dataOf, fromKept, type Kept, pack, parseJson, record, unpack } from './records.ts';
import type { Stage } from './stages.ts';
import { stages } from './stages.ts';

/**
 * What one cluster knows of a run that goes on there: where it comes from and where it leads. What was done is not in it:
 * that is read from the cluster.
 */
export interface Journal {
  readonly federation: string;
  /** A name of the run, used by no other. */
  readonly run: string;
  /** The revision that the run makes. */
  readonly revision: number;
  readonly change: Change;
  /**
   * `prepared` stands in every cluster before `running` stands in any: where nothing runs, nothing was written.
   * `rolling back` is on the way to `before`.
   */
  readonly state: 'prepared' | 'running' | 'rolling back';
  /** The stage that was begun last. */
  readonly stage?: Stage | undefined;
  /** Counts the holders of the lock of this cluster. */
  readonly fence: number;
  readonly hash: string;
  readonly startedAt: string;
  readonly by: string;
  /** Findings that were acknowledged for this run. */
  readonly allowed: readonly string[];
  readonly participants: readonly Participant[];
  readonly images: Images;
  /** Of the images, once they were written. */
  readonly shards?: number | undefined;
}

/** A cluster of the run, and what it goes back to: any journal that is left tells it of all of them. */
export interface Participant {
  readonly name: string;
  readonly uid: string;
  /** That it had before the run; 0 when it had none. */
  readonly revision: number;
  /** Nothing of the federation is to stay there. */
  readonly leaves: boolean;
}

export type Change = 'apply' | 'delete' | 'rollback';

/** Both ends of the run in this cluster. */
export interface Images {
  readonly before: readonly Kept[];
  readonly target: readonly Kept[];
  /** What the inventory was; nothing before the first run. */
  readonly inventory?: Inventory | undefined;
}

const schemaVersion = 1;

/** The head changes with the stages. */
export function journalHead({ images: _images, shards: _shards, ...state }: Journal, shards: number): KubeObject {
  const head = JSON.stringify({ schemaVersion, ...state, shards }, null, 1);
  return record(state.federation, 'journal', journalName(state.federation), { 'journal.json': head });
}

/** Written once and never changed; under the name of the run, so that no other run takes them for its own. */
export const journalImages = ({ federation, run, images }: Journal): readonly KubeObject[] =>
  pack(images).map((part, n) => record(federation, 'journal', imageName(federation, run, n), { part }, true));

const imageName = (federation: string, run: string, n: number): string => `${journalName(federation)}.${run}.${n}`;

export const journalName = (federation: string): string => `${federation}.txn`;

/** Puts it together again; undefined where there is none. Throws when it can't be read: then nothing may be written. */
export function parseJournal(federation: string, live: readonly LiveObject[]): Journal | undefined {
  const byName = new Map(live.map((object) => [object.metadata.name, dataOf(object)]));
  const head = byName.get(journalName(federation));
  if (head === undefined) return undefined;
  const parsed = headSchema.safeParse(parseJson(head['journal.json'] ?? ''));
  if (!parsed.success) throw unreadable(federation, 'was not written by this version of aegis-xc');
  const { schemaVersion: _read, ...state } = parsed.data;
  const names = Array.from({ length: state.shards }, (_, n) => imageName(federation, state.run, n));
  const images = imagesSchema.safeParse(unpack(names.map((name) => byName.get(name)?.part ?? '')));
  if (!images.success && state.state !== 'prepared') throw unreadable(federation, 'is damaged');
  return { ...state, images: images.success ? (images.data as Images) : { before: [], target: [] } };
}

/** Whose journal it is, by its head. */
export function runOf(head: LiveObject): string | undefined {
  const state = parseJson(dataOf(head)['journal.json'] ?? '');
  return isJsonObject(state) && typeof state.run === 'string' ? state.run : undefined;
}

/** What a run has noted that never began is not so yet. */
export const inventoryBeside = (
  journal: Journal | undefined,
  inventory: Inventory | undefined,
): Inventory | undefined =>
  journal?.state === 'prepared' && inventory?.state === 'applying' && inventory.revision === journal.revision
    ? journal.images.inventory
    : inventory;

/**
 * By `objectKey`, the hashes of what the last finished run has left. The inventory beside an unfinished run names what that is
 * to make as well: what it did not come to was changed by nobody.
 */
export function finishedHashes({
  inventory,
  journal,
}: {
  readonly inventory: Inventory | undefined;
  readonly journal: Journal | undefined;
}): ReadonlyMap<string, string> {
  const { items = [] } = (journal && inventory?.state === 'applying' ? journal.images.inventory : inventory) ?? {};
  return new Map(items.map((item) => [objectKey(item), item.hash]));
}

export const isImageOf = (name: string, { federation, run }: Journal): boolean =>
  name.startsWith(`${journalName(federation)}.${run}.`);

export const isOfRun = (name: string, journal: Journal): boolean =>
  name === journalName(journal.federation) || isImageOf(name, journal);

export const manifestsOf = (cluster: string, kept: readonly Kept[]): Manifest[] => fromKept(cluster, kept);

const unreadable = (federation: string, why: string): UsageError =>
  new UsageError(
    `The journal of "${federation}" (ConfigMap ${systemNamespace}/${journalName(federation)}) ${why}.`,
    'A run is unfinished there. Use the version that began it, or a newer one.',
  );

const headSchema = z.object({
  schemaVersion: z.literal(schemaVersion),
  federation: z.string(),
  run: z.string(),
  revision: z.int().min(0),
  change: z.enum(['apply', 'delete', 'rollback']),
  state: z.enum(['prepared', 'running', 'rolling back']),
  stage: z.enum(stages as readonly [Stage, ...Stage[]]).optional(),
  fence: z.int().min(0),
  hash: z.string(),
  startedAt: z.string(),
  by: z.string(),
  allowed: z.array(z.string()),
  participants: z.array(z.object({ name: z.string(), uid: z.string(), revision: z.int().min(0), leaves: z.boolean() })),
  shards: z.int().min(1).max(10_000),
});

export const keptSchema = z.array(
  z.object({
    stage: z.enum(buildStages),
    object: z.looseObject({
      apiVersion: z.string(),
      kind: z.string(),
      metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
    }),
    source: z.array(z.union([z.string(), z.number()])),
  }),
);

const imagesSchema = z.object({ before: keptSchema, target: keptSchema, inventory: inventorySchema.optional() });
