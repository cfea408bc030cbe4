import type { ClusterClient } from '../clusters/client.ts';
import { ClusterError } from '../errors.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { sameAsLive } from '../plan/compare.ts';
import { type Inventory, inventoryObjects } from '../plan/inventory.ts';
import { isImageOf, isOfRun, type Journal, journalHead, journalImages, journalName, runOf } from '../plan/journal.ts';
import type { LiveObject } from '../plan/live.ts';
import { fieldManager, systemNamespace } from '../plan/ownership.ts';
import { configMaps, type Kept, type Part, partOf, recordSelector } from '../plan/records.ts';
import { keptRevisions, type Revision, revisionNumber, revisionObjects } from '../plan/revision.ts';

/** What one cluster remembers. Every write has the version that was read: whoever else wrote since wins. */
export interface KeptRecords {
  keepInventory(inventory: Inventory): Promise<void>;
  /** Its images are written the first time only. */
  keepJournal(journal: Journal): Promise<void>;
  /** Keeps a revision, and the last ones before it. */
  keepRevision(revision: Revision, manifests: readonly Kept[]): Promise<void>;
  /** A journal that may say `running` says `prepared` again: the run never happened. All records are read first. */
  haltJournal(journal: Journal): Promise<void>;
  dropJournal(): Promise<void>;
  dropInventory(): Promise<void>;
  /** Those with a higher number than `after`, or all. */
  dropRevisions(which?: { readonly after?: number }): Promise<void>;
}

/** What of a cluster the records need. */
export type RecordsClient = Pick<ClusterClient, 'list' | 'get' | 'create' | 'update' | 'remove'>;

/** `live` are the ConfigMaps of inventory and journal, as they were read. */
export function keepRecords(client: RecordsClient, federation: string, live: readonly LiveObject[]): KeptRecords {
  const kept = new Map(live.map((object) => [object.metadata.name, object]));
  const options = { fieldManager: fieldManager(federation) };
  /** Runs of which all images are there. */
  const complete = new Set<string>();

  const put = async (object: KubeObject): Promise<void> => {
    const { name } = object.metadata;
    const before = kept.get(name);
    if (before === undefined) {
      kept.set(name, await client.create(object, configMaps, options).catch(mayBeOurs(object)));
    } else if (sameAsLive(object, before, options.fieldManager) !== 'same') {
      const { uid, resourceVersion } = before.metadata;
      const written = client.update(object, configMaps, { ...options, uid, resourceVersion });
      kept.set(name, await written.catch(mayBeOurs(object)));
    }
  };

  /** An answer that got lost, or a try that was done twice: the record itself can tell. */
  const mayBeOurs =
    (object: KubeObject) =>
    async (error: unknown): Promise<LiveObject> => {
      if (!(error instanceof ClusterError) || !['ambiguous', 'exists', 'changed'].includes(error.reason)) throw error;
      const { name } = object.metadata;
      const now = await client.get({ resource: configMaps, namespace: systemNamespace, name });
      if (now !== undefined && sameAsLive(object, now, options.fieldManager) === 'same') return now;
      throw error;
    };

  const drop = async (object: LiveObject): Promise<void> => {
    const { name, uid, resourceVersion } = object.metadata;
    const ref = { resource: configMaps, namespace: systemNamespace, name };
    try {
      await client.remove(ref, { uid, resourceVersion });
    } catch (error) {
      if (!(error instanceof ClusterError) || error.reason !== 'ambiguous') throw error;
      if ((await client.get(ref)) !== undefined) throw error;
    }
    kept.delete(name);
  };

  /** The images are written the first time only; answers how many there are. */
  const keepImages = async (journal: Journal): Promise<number> => {
    const there = [...kept.keys()].filter((name) => isImageOf(name, journal)).length;
    if (complete.has(journal.run) || journal.shards === there) return there;
    const images = journalImages(journal);
    for (const object of images) if (!kept.has(object.metadata.name)) await put(object);
    complete.add(journal.run);
    return images.length;
  };

  const ofPart = (part: Part): LiveObject[] => [...kept.values()].filter((object) => partOf(object) === part);
  const dropAll = async (objects: readonly LiveObject[]): Promise<void> => {
    for (const object of objects) await drop(object);
  };

  return {
    async keepInventory(inventory) {
      const [head, ...shards] = inventoryObjects(inventory);
      // The head names the shards, so they come first, and those that it doesn't name any more go last.
      for (const object of [...shards, head]) await put(object);
      const names = new Set([head, ...shards].map(({ metadata }) => metadata.name));
      await dropAll(ofPart('inventory').filter(({ metadata }) => !names.has(metadata.name)));
    },
    async keepJournal(journal) {
      await put(journalHead(journal, await keepImages(journal)));
      await dropAll(ofPart('journal').filter(({ metadata }) => !isOfRun(metadata.name, journal)));
    },
    async keepRevision(revision, manifests) {
      const list = { namespace: systemNamespace, labelSelector: recordSelector(federation, 'revision') };
      const there = await client.list(configMaps, { ...list, metadataOnly: true });
      const names = new Set(there.map(({ metadata }) => metadata.name));
      for (const object of revisionObjects(revision, manifests))
        if (!names.has(object.metadata.name)) await put(object);
      const oldest = revision.revision - keptRevisions;
      await dropAll(
        there.filter(({ metadata }) => (revisionNumber(federation, metadata.name) ?? oldest + 1) <= oldest),
      );
    },
    async haltJournal(journal) {
      // A write that was refused may have been done all the same: nothing is taken for granted.
      const labelSelector = recordSelector(federation, 'inventory', 'journal');
      const there = await client.list(configMaps, { namespace: systemNamespace, labelSelector });
      kept.clear();
      const head = there.find(({ metadata }) => metadata.name === journalName(federation));
      // Another run has the cluster: its records are not ours to take back.
      if (head !== undefined && runOf(head) !== journal.run) return;
      for (const object of there) kept.set(object.metadata.name, object);
      if (head !== undefined) await put(journalHead(journal, await keepImages(journal)));
    },
    dropJournal: async () => {
      // The head last: without it the images are nothing.
      const images = ofPart('journal').filter(({ data }) => data && 'part' in (data as object));
      const head = ofPart('journal').filter((object) => !images.includes(object));
      await dropAll(head);
      await dropAll(images);
    },
    dropInventory: async () => {
      // The head first: without it the shards are nothing, and without one of them it could not be read.
      const shards = ofPart('inventory').filter(({ metadata }) => metadata.name !== federation);
      await dropAll(ofPart('inventory').filter((object) => !shards.includes(object)));
      await dropAll(shards);
    },
    dropRevisions: async ({ after = 0 } = {}) => {
      const labelSelector = recordSelector(federation, 'revision');
      const there = await client.list(configMaps, { namespace: systemNamespace, labelSelector, metadataOnly: true });
      await dropAll(there.filter(({ metadata }) => (revisionNumber(federation, metadata.name) ?? after) > after));
    },
  };
}
