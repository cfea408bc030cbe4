import type { ClusterClient } from '../clusters/client.ts';
import { objectKey } from '../plan/object-key.ts';
import type { ClusterPlan, Plan } from '../plan/plan.ts';
import { type KeptRecords, keepRecords } from './keep-records.ts';
import { type FreeLease, type Lock, type LockOptions, takeLock, watchLock } from './lock.ts';
import type { Failure } from './outcome.ts';

/** One cluster of a run. */
export interface Site {
  readonly cluster: string;
  readonly client: ClusterClient;
  readonly lock: Lock;
  readonly plan: ClusterPlan;
  readonly records: KeptRecords;
}

export type Locks = ReadonlyMap<string, Lock>;

/**
 * Takes the locks of all clusters or none, in one order for everybody: of two runs that begin at once, one gets the first
 * lock and the other stops there. Those of a run that died are watched all at once.
 */
export async function withLocks<Result>(
  plan: Plan,
  clients: ReadonlyMap<string, ClusterClient>,
  options: Omit<LockOptions, 'client' | 'federation'>,
  work: (locks: Locks) => Promise<Result>,
): Promise<Result> {
  const order = plan.clusters
    .map(({ observation: { cluster, uid } }) => ({ cluster, uid }))
    .sort((a, b) => (a.uid < b.uid ? -1 : 1));
  const locks = new Map<string, Lock>();
  try {
    const wanted = order.map(({ cluster }) => {
      const client = clients.get(cluster);
      if (client === undefined) throw new Error(`${cluster} is not connected`);
      return { ...options, client, federation: plan.federation };
    });
    for (const { one, lease } of await watchAll(wanted)) locks.set(one.client.cluster, await takeLock(one, lease));
    return await work(locks);
  } finally {
    await Promise.all([...locks.values()].map((lock) => lock.release()));
  }
}

/** One that is held by somebody who lives ends the watch of the others. */
async function watchAll<One extends LockOptions>(all: readonly One[]): Promise<{ one: One; lease: FreeLease }[]> {
  const watch = new AbortController();
  const end = (): void => watch.abort();
  const outside = all[0]?.signal;
  outside?.addEventListener('abort', end);
  if (outside?.aborted) end();
  try {
    return await Promise.all(
      all.map(async (one) => ({ one, lease: await watchLock({ ...one, signal: watch.signal }) })),
    );
  } finally {
    end();
    outside?.removeEventListener('abort', end);
  }
}

export function openSites(plan: Plan, clients: ReadonlyMap<string, ClusterClient>, locks: Locks): Site[] {
  return plan.clusters.flatMap((one) => {
    const { cluster, records } = one.observation;
    const [client, lock] = [clients.get(cluster), locks.get(cluster)];
    if (client === undefined || lock === undefined) return [];
    return [{ cluster, client, lock, plan: one, records: keepRecords(client, plan.federation, records) }];
  });
}

/** All clusters at once, each to its end: what went wrong in one does not hide what went wrong in another. */
export async function eachSite<One extends Site>(
  sites: readonly One[],
  work: (site: One) => Promise<void>,
): Promise<Failure[]> {
  const failures = await Promise.all(
    sites.map(async (site): Promise<Failure[]> => {
      try {
        await work(site);
        return [];
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return [{ cluster: site.cluster, step: undefined, error }];
      }
    }),
  );
  return failures.flat();
}

/** What an inventory says of objects that this run has written. */
export const uidsOf = (site: Site, written: ReadonlyMap<string, string | undefined>) =>
  ({
    ...site.plan.inventoryAfter,
    items: site.plan.inventoryAfter.items.map((item) => ({
      ...item,
      uid: written.get(`${site.cluster} ${objectKey(item)}`) ?? item.uid,
    })),
  }) as const;
