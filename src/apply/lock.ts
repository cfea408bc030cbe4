import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterClient } from '../clusters/client.ts';
import { ClusterError } from '../errors.ts';
import { isJsonObject } from '../json.ts';
import { managedByLabel } from '../manifests/build.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import type { LiveObject } from '../plan/live.ts';
import { fieldManager, systemNamespace } from '../plan/ownership.ts';
import { leases } from '../plan/permissions.ts';
import { makeNamespace } from './system-namespace.ts';

/** The lock of one cluster, as long as it is ours. */
export interface Lock {
  /** Counts its holders; a later one has a higher number. */
  readonly fence: number;
  /** Throws when the lock may be somebody else's by now: asked before every write. */
  check(): void;
  /** `remove`: nothing of the federation stays in the cluster. */
  release(options?: { readonly remove?: boolean }): Promise<void>;
}

export interface LockOptions {
  readonly client: ClusterClient;
  readonly federation: string;
  /** Milliseconds after which a lock that nobody renews is free. */
  readonly ttl: number;
  /** Milliseconds for which somebody's lock is watched before it is taken for dead; default: what its holder has said. */
  readonly patience?: number | undefined;
  readonly onWait?: (holder: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The Lease of a federation in a cluster, which nobody holds or whose holder is dead. */
export interface FreeLease {
  /** As it was seen; undefined where there was none. */
  readonly seen: LiveObject | undefined;
}

/**
 * Looks at a Lease that is to be taken. One that somebody holds is watched: when it changes, its holder lives and this throws;
 * when it does not change for as long as its holder may take to renew it, on our own clock, that one is dead.
 */
export async function watchLock(options: LockOptions): Promise<FreeLease> {
  const seen = await readLease(options);
  await untilFree(seen, options);
  return { seen };
}

/** Takes a Lease that was found free. Throws when somebody has taken or renewed it since. */
export async function takeLock(options: LockOptions, { seen }: FreeLease): Promise<Lock> {
  const { client, federation } = options;
  await makeNamespace(client, federation);
  const fresh = await readLease(options);
  if (fresh && isHeld(fresh) && versionOf(fresh) !== (seen && versionOf(seen))) throw heldBy(fresh, options);
  const started = clock();
  const taking = writeLease(options, fresh, { holder: me(), fence: fenceOf(fresh) + 1 });
  const live = await taking.catch(lostRace(options));
  await mustRefuseTwins(options);
  return holdLock(live, started, options);
}

/** Whoever was as quick as we are, and a little quicker, has it. */
const lostRace =
  (options: LockOptions) =>
  async (error: unknown): Promise<never> => {
    const lost = error instanceof ClusterError && ['exists', 'changed', 'replaced'].includes(error.reason);
    const now = lost ? await readLease(options) : undefined;
    throw now && isHeld(now) ? heldBy(now, options) : error;
  };

async function untilFree(lease: LiveObject | undefined, options: LockOptions): Promise<void> {
  if (lease === undefined || !isHeld(lease)) return;
  const { patience = patienceWith(lease, options), onWait, signal } = options;
  onWait?.(holderOf(lease));
  const end = performance.now() + patience;
  while (performance.now() < end) {
    // A signal that ends the wait ends nothing else: it is looked at below.
    await sleep(Math.min(1000, patience / 3), undefined, signal ? { signal } : {}).catch(() => {});
    if (signal?.aborted) throw stillHeld(lease, options);
    const now = await readLease(options);
    if (now === undefined || !isHeld(now)) return;
    if (versionOf(now) !== versionOf(lease)) throw heldBy(now, options);
  }
}

/** The longest time for which a lock may be kept without being renewed: ten minutes. */
export const longestTtl = 600_000;

/**
 * The holder says how long it may be silent, and nobody else's patience makes it dead sooner. What says longer than
 * any run can was not written by one.
 */
function patienceWith(lease: LiveObject, { ttl }: LockOptions): number {
  const said = Number(specOf(lease).leaseDurationSeconds ?? 0) * 1000;
  return said > longestTtl ? ttl : Math.max(ttl, said);
}

/** Two clocks: a machine that slept has stood still on one of them. */
const clock = () => ({ monotonic: performance.now(), wall: Date.now() });

function holdLock(first: LiveObject, started: ReturnType<typeof clock>, options: LockOptions): Lock {
  const { client, ttl } = options;
  let live = first;
  let renewed = started;
  let lost: ClusterError | undefined;
  let renewing: Promise<void> | undefined;
  const fence = fenceOf(first);

  const renew = async (): Promise<void> => {
    const at = clock();
    try {
      live = await writeLease(options, live, { holder: me(), fence });
      renewed = at;
    } catch (error) {
      if (error instanceof ClusterError && ['changed', 'replaced', 'lock-lost'].includes(error.reason)) {
        lost = lockLost(client.cluster);
      }
      // Anything else may pass: until the time is over the lock is ours.
      if (error instanceof ClusterError && error.reason === 'ambiguous') {
        const now = await readLease(options).catch(() => undefined);
        if (now && fenceOf(now) === fence) live = now;
      }
    }
  };
  const timer = setInterval(() => {
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
  }, ttl / 3);
  timer.unref();

  const check = (): void => {
    const age = Math.max(performance.now() - renewed.monotonic, Date.now() - renewed.wall);
    // A request takes its time too: what begins now must end before anybody else begins.
    if (age > ttl * 0.8) lost ??= lockLost(client.cluster);
    if (lost) throw lost;
  };
  client.guardWrites(check);
  return {
    fence,
    check,
    async release({ remove = false } = {}) {
      clearInterval(timer);
      await renewing;
      try {
        check();
        const { uid, resourceVersion, name } = live.metadata;
        if (remove)
          await client.remove({ resource: leases, namespace: systemNamespace, name }, { uid, resourceVersion });
        else await writeLease(options, live, { holder: '', fence });
      } catch {
        // It ends by itself.
      } finally {
        client.guardWrites(undefined);
      }
    },
  };
}

const me = (() => {
  const name = `${userName()}@${hostname()} (process ${process.pid})`;
  return (): string => name;
})();

export const holderName = me;

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}

const readLease = ({ client, federation }: LockOptions): Promise<LiveObject | undefined> =>
  client.get({ resource: leases, namespace: systemNamespace, name: federation });

async function writeLease(
  { client, federation, ttl }: LockOptions,
  live: LiveObject | undefined,
  { holder, fence }: { readonly holder: string; readonly fence: number },
): Promise<LiveObject> {
  const object: KubeObject = {
    apiVersion: leases.apiVersion,
    kind: leases.kind,
    metadata: { name: federation, namespace: systemNamespace, labels: managedByLabel },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: Math.max(1, Math.round(ttl / 1000)),
      // The server takes exactly six digits.
      renewTime: new Date().toISOString().replace('Z', '000Z'),
      leaseTransitions: fence,
    },
  };
  const options = { fieldManager: fieldManager(federation) };
  if (live === undefined) return client.create(object, leases, options);
  const { uid, resourceVersion } = live.metadata;
  // The version decides who holds it, not who has touched which field before.
  return client.update(object, leases, { ...options, uid, resourceVersion, force: true });
}

/** A server on which a create-only write of what exists is not refused would merge our objects with those of others. */
async function mustRefuseTwins({ client, federation }: LockOptions): Promise<void> {
  const twin = {
    apiVersion: leases.apiVersion,
    kind: leases.kind,
    metadata: { name: federation, namespace: systemNamespace },
  };
  try {
    await client.create(twin, leases, { fieldManager: fieldManager(federation), dryRun: true });
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'exists') return;
    throw error;
  }
  throw new ClusterError(client.cluster, `${client.cluster} would create an object that exists.`, {
    reason: 'unexpected-answer',
    hint: 'This server does not keep the rule that makes writes safe: nothing was changed. Use another way to write there.',
  });
}

const specOf = ({ spec }: LiveObject) => (isJsonObject(spec) ? spec : {});
const holderOf = (lease: LiveObject): string => String(specOf(lease).holderIdentity ?? '');
const isHeld = (lease: LiveObject): boolean => holderOf(lease) !== '';
const fenceOf = (lease: LiveObject | undefined): number => (lease ? Number(specOf(lease).leaseTransitions ?? 0) : 0);
const versionOf = ({ metadata }: LiveObject): string => metadata.resourceVersion;

const heldBy = (lease: LiveObject, { client }: LockOptions): ClusterError =>
  new ClusterError(client.cluster, `${holderOf(lease)} is changing this federation just now.`, {
    reason: 'lock-held',
    hint: 'Wait until that run has ended, then run the command again.',
  });

const stillHeld = (lease: LiveObject, { client }: LockOptions): ClusterError =>
  new ClusterError(
    client.cluster,
    `${holderOf(lease)} has the lock, and was not watched until that could be told dead.`,
    {
      reason: 'lock-held',
      hint: 'The lock of a run that died is free when its time is over (its --lock-ttl, 30s if it said nothing): allow for it with --timeout.',
    },
  );

const lockLost = (cluster: string): ClusterError =>
  new ClusterError(
    cluster,
    'The lock was not renewed in time, so it may be held by somebody else: this run writes nothing more.',
    {
      reason: 'lock-lost',
      hint: 'Was this machine asleep? `aegis-xc status` shows what is where.',
    },
  );

/** Who holds the lock of a federation; undefined when nobody does. */
export async function lockHolder(client: ClusterClient, federation: string): Promise<string | undefined> {
  try {
    const lease = await readLease({ client, federation, ttl: 0 });
    return lease && isHeld(lease) ? holderOf(lease) : undefined;
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'forbidden') return undefined;
    throw error;
  }
}
