import type { Diagnostic } from '../diagnostics.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { planCluster } from './cluster-plan.ts';
import type { Journal } from './journal.ts';
import { objectKey } from './object-key.ts';
import type { Observation } from './observation.ts';
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
  /** What the spec wants, and was not applied yet. */
  readonly pending: readonly Step[];
  /** A run that was broken off. */
  readonly unfinished: Journal | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export function clusterStatus(
  federation: string,
  manifests: readonly Manifest[],
  observation: Observation,
): ClusterStatus {
  const { cluster, context, inventory } = observation;
  const wanted = manifests.filter((manifest) => manifest.cluster === cluster);
  const { changes, items, diagnostics } = planCluster({ federation, manifests: wanted, observation });
  const applied = new Map((inventory?.items ?? []).map((item) => [objectKey(item), item.hash]));
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
    state: stateOf(observation, drift, pending),
    revision: inventory?.revision,
    objects: inventory?.items.length ?? 0,
    drift,
    pending,
    unfinished: observation.journal?.state === 'prepared' ? undefined : observation.journal,
    diagnostics,
  };
}

function stateOf(
  { inventory, journal }: Observation,
  drift: readonly Step[],
  pending: readonly Step[],
): ClusterStatus['state'] {
  if (journal !== undefined && journal.state !== 'prepared') return 'unfinished';
  if (inventory === undefined) return 'not applied';
  if (inventory.state === 'applying') return 'unfinished';
  if (drift.length > 0) return 'drift';
  return pending.length > 0 ? 'behind' : 'in sync';
}
