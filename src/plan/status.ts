import type { Diagnostic } from '../diagnostics.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { planCluster } from './cluster-plan.ts';
import { finishedHashes, type Journal } from './journal.ts';
import { objectKey } from './object-key.ts';
import type { Observation } from './observation.ts';
import { isOvertaken } from './overtaken.ts';
import type { Step } from './step.ts';

/** How one cluster stands to the spec. */
export interface ClusterStatus {
  readonly cluster: string;
  readonly context: string;
  readonly state: 'not applied' | 'unfinished' | 'drift' | 'behind' | 'in sync';
  readonly revision: number | undefined;
  /** Objects in the inventory. */
  readonly objects: number;
  /** What somebody has changed or deleted since the last apply. */
  readonly drift: readonly Step[];
  /** What the spec wants, and was not applied yet; of an unfinished run too. */
  readonly pending: readonly Step[];
  /** A run that was broken off. */
  readonly unfinished: Journal | undefined;
  /** Clusters that were left out of its revision. */
  readonly behind: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** `all`: of every cluster that could be read, this one too. */
export function clusterStatus(
  federation: string,
  manifests: readonly Manifest[],
  observation: Observation,
  all: readonly Observation[],
): ClusterStatus {
  const { cluster, context, inventory } = observation;
  const wanted = manifests.filter((manifest) => manifest.cluster === cluster);
  const { changes, items, diagnostics } = planCluster({ federation, manifests: wanted, observation });
  const applied = finishedHashes(observation);
  const hashes = new Map(items.map((item) => [objectKey(item), item.hash]));
  const isDrift = (step: Step): boolean =>
    step.op === 'update'
      ? step.drift
      : step.op === 'create' && applied.get(objectKey(step.id)) === (hashes.get(objectKey(step.id)) ?? '');
  const drift = changes.filter(isDrift);
  const pending = changes.filter((step) => !isDrift(step));
  return {
    cluster,
    context,
    state: stateOf(observation, { drift, pending, all }),
    revision: inventory?.revision || undefined,
    objects: inventory?.items.length ?? 0,
    drift,
    pending,
    unfinished: unfinishedIn(observation, all),
    behind: inventory?.behind ?? [],
    diagnostics,
  };
}

/** A run that is to be finished: one that never began is not, nor one that the others have left behind. */
const unfinishedIn = (one: Observation, all: readonly Observation[]): Journal | undefined =>
  one.journal?.state === 'prepared' || isOvertaken(one, all) ? undefined : one.journal;

interface Judged {
  readonly drift: readonly Step[];
  readonly pending: readonly Step[];
  readonly all: readonly Observation[];
}

function stateOf(observation: Observation, { drift, pending, all }: Judged): ClusterStatus['state'] {
  const { inventory } = observation;
  const newest = Math.max(...all.map((one) => one.inventory?.revision ?? 0));
  if (unfinishedIn(observation, all) !== undefined) return 'unfinished';
  // One of revision 0 lists only what a first run could not take back.
  if (inventory === undefined || inventory.revision === 0) return 'not applied';
  if (inventory.revision < newest || isOvertaken(observation, all)) return 'behind';
  if (inventory.state === 'applying') return 'unfinished';
  if (drift.length > 0) return 'drift';
  return pending.length > 0 ? 'behind' : 'in sync';
}
