import type { ClusterClient } from '../clusters/client.ts';
import { observeCluster } from '../clusters/observe.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Federation } from '../model/federation.ts';
import type { Observation } from '../plan/observation.ts';
import { buildPlan, type Plan, type PlanInput } from '../plan/plan.ts';

export interface Place {
  readonly clients: ReadonlyMap<string, ClusterClient>;
  readonly federation: Federation;
}

/** Reads every cluster at once. One that does not answer hides nothing of the others: all failures are thrown together. */
export async function observeClusters(
  { clients, federation }: Place,
  manifests: readonly Manifest[],
): Promise<Observation[]> {
  const read = await Promise.allSettled(
    [...clients.values()].map((client) => observeOne({ client, federation }, manifests)),
  );
  const failures = read.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures);
  return read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

export const observeOne = (
  { client, federation }: { readonly client: ClusterClient; readonly federation: Federation },
  manifests: readonly Manifest[],
): Promise<Observation> =>
  observeCluster({
    client,
    federation: federation.name,
    istioNamespace: federation.certificateAuthority?.namespace ?? 'istio-system',
    manifests: manifests.filter(({ cluster }) => cluster === client.cluster),
  });

/** The plan from what is there now. */
export async function readPlan(
  place: Place,
  manifests: readonly Manifest[],
  options: Pick<PlanInput, 'course' | 'leaving' | 'forget' | 'without' | 'takeOver'> = {},
): Promise<Plan> {
  const observations = await observeClusters(place, manifests);
  return buildPlan({ federation: place.federation, manifests, observations, ...options });
}
