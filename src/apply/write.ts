import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterClient } from '../clusters/client.ts';
import { ClusterError } from '../errors.ts';
import { sameAsLive } from '../plan/compare.ts';
import { namespaces } from '../plan/inventory.ts';
import type { LiveObject } from '../plan/live.ts';
import { nameOf, objectRef } from '../plan/object-key.ts';
import { fieldManager, isOurs } from '../plan/ownership.ts';
import type { CreateStep, DeleteStep, Step, UpdateStep } from '../plan/step.ts';

export interface WriteOptions {
  readonly client: ClusterClient;
  readonly federation: string;
  readonly dryRun?: boolean;
  /** Fields that others hold are taken from them. */
  readonly takeOver?: boolean;
  /** The object as we have written it ourselves, earlier in the same run. */
  readonly seen?: LiveObject | undefined;
}

/**
 * Does one step, with the preconditions of what the plan has seen. Answers with the object afterwards, `undefined` when
 * it is gone. An outcome that nobody heard is looked up, never assumed.
 */
export async function writeStep(step: Step, options: WriteOptions): Promise<LiveObject | undefined> {
  switch (step.op) {
    case 'create':
      return create(step, options);
    case 'update':
      return update(step, options);
    case 'delete':
      return remove(step, options);
  }
}

async function create(step: CreateStep, options: WriteOptions): Promise<LiveObject> {
  const { client, federation, dryRun = false } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      return await client.create(step.object, step.resource, { fieldManager: fieldManager(federation), dryRun });
    } catch (error) {
      if (!isReason(error, 'exists', 'ambiguous')) throw error;
      // Somebody was faster, or we were and the answer got lost: only the object itself can tell.
      const live = await read(step, client);
      if (live !== undefined && isWanted(step, live, options)) return live;
      // Not there: another try either makes it, or finds the first one.
      if (live !== undefined || isReason(error, 'exists') || attempt === ambiguousRetries) throw error;
    }
  }
}

/** The answer got lost, and nothing has happened: tried once more. */
const ambiguousRetries = 1;

/** The version moves whenever istiod or cert-manager writes a status. That is nobody's edit. */
const versionRetries = 3;

async function update(step: UpdateStep, options: WriteOptions): Promise<LiveObject> {
  const { client, federation, takeOver = false, dryRun = false } = options;
  const expected = options.seen ?? step.live;
  let live = expected;
  for (let attempt = 0; ; attempt++) {
    const { uid, resourceVersion } = live.metadata;
    const write = { uid, resourceVersion, fieldManager: fieldManager(federation), force: takeOver, dryRun };
    try {
      return await client.update(step.object, step.resource, write);
    } catch (error) {
      if (!isReason(error, 'changed', 'ambiguous')) throw error;
      const now = await read(step, client);
      if (now !== undefined && isWanted(step, now, options)) return now;
      const most = isReason(error, 'ambiguous') ? ambiguousRetries : versionRetries;
      if (now === undefined || attempt >= most) throw error;
      // Not written, and nobody else's either: it may be tried again, with the version that it has now.
      if (!isUnchanged(expected, now)) throw error;
      live = now;
    }
  }
}

const goneWithin = 30_000;

async function remove(step: DeleteStep, options: WriteOptions): Promise<undefined> {
  const { client, dryRun = false, takeOver = false } = options;
  if (step.heldBy.length > 0 && !takeOver) throw edited(step);
  let { live } = step;
  for (let attempt = 0; ; attempt++) {
    const { uid, resourceVersion } = live.metadata;
    try {
      const answer = await client.remove(target(step), { uid, resourceVersion, dryRun });
      if (answer === 'pending' && !dryRun) await untilGone(step, client);
      return;
    } catch (error) {
      if (!isReason(error, 'changed', 'ambiguous')) throw error;
      const now = await read(step, client);
      if (now === undefined || now.metadata.uid !== uid) return;
      if (attempt === versionRetries || !isUnchanged(step.live, now)) throw error;
      live = now;
    }
  }
}

/** A server asks nobody whose fields a deletion takes away. */
const edited = ({ id, cluster, heldBy, taken }: DeleteStep): ClusterError =>
  new ClusterError(
    cluster,
    `${id.kind} ${nameOf(id)} in ${cluster} is not deleted: ${heldBy.join(', ')} changed ${taken.map(({ path }) => path).join(', ')}`,
    { reason: 'field-conflict', object: objectRef(cluster, id), hint: '`--take-over` deletes it all the same.' },
  );

async function untilGone(step: DeleteStep, client: ClusterClient): Promise<void> {
  const end = performance.now() + goneWithin;
  while (performance.now() < end) {
    const live = await read(step, client);
    if (live === undefined || live.metadata.uid !== step.live.metadata.uid) return;
    await sleep(500);
  }
  const { id, cluster } = step;
  throw new ClusterError(
    cluster,
    `${id.kind} ${id.namespace}/${id.name} in ${cluster} is still there: it has a finalizer`,
    {
      reason: 'terminating',
      object: objectRef(cluster, id),
      hint: 'Ask whoever set the finalizer, then run the same command again.',
    },
  );
}

const read = (step: Step, client: ClusterClient): Promise<LiveObject | undefined> => client.get(target(step));

const target = ({ resource, id: { namespace, name } }: Step) => ({
  resource,
  name,
  ...(namespace !== undefined && { namespace }),
});

/** The import Namespace may be made by another federation at the same time: that is as good. */
function isWanted(
  { object, resource }: CreateStep | UpdateStep,
  live: LiveObject,
  { federation }: WriteOptions,
): boolean {
  if (live.metadata.deletionTimestamp !== undefined) return false;
  if (resource.kind === namespaces.kind) return true;
  return isOurs(live, federation, undefined) && sameAsLive(object, live, fieldManager(federation)) === 'same';
}

/** Same object, same generation, same spec and metadata of ours: only a status, or somebody's own annotation, has moved. */
const isUnchanged = (before: LiveObject, now: LiveObject): boolean =>
  before.metadata.uid === now.metadata.uid &&
  before.metadata.generation === now.metadata.generation &&
  now.metadata.deletionTimestamp === undefined &&
  JSON.stringify([before.spec, before.data, before.metadata.labels, before.metadata.annotations]) ===
    JSON.stringify([now.spec, now.data, now.metadata.labels, now.metadata.annotations]);

const isReason = (error: unknown, ...reasons: readonly ClusterError['reason'][]): error is ClusterError =>
  error instanceof ClusterError && reasons.includes(error.reason);
