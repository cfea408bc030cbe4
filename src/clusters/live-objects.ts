import type { Federation } from '../model/federation.ts';
import { footprint, namespacesIn } from '../model/footprint.ts';
import type { LiveObject } from '../plan/live.ts';
import type { ClusterClient } from './client.ts';
import { kinds } from './live-cluster.ts';
import { lister } from './live-lists.ts';
import { usualMeshNamespace } from './mesh.ts';

/** Objects that decide on calls, whole and whoever has made them. */
export interface LiveObjects {
  readonly cluster: string;
  readonly objects: readonly LiveObject[];
  /** What could not be read. */
  readonly gaps: readonly string[];
}

export async function readLiveObjects(client: ClusterClient, federation: Federation): Promise<LiveObjects> {
  const { cluster } = client;
  const anywhere = [...new Set([...namespacesIn(footprint(federation, cluster)), usualMeshNamespace])];
  const { serviceEntry, destinationRule, virtualService, gateway, sidecar } = kinds;
  const { authorizationPolicy, peerAuthentication } = kinds;
  const list = lister(client);
  const found = await Promise.all(
    [serviceEntry, destinationRule, virtualService, gateway, sidecar, authorizationPolicy, peerAuthentication].map(
      (resource) => list(resource, (object) => object, { anywhere }),
    ),
  );
  return {
    cluster,
    objects: found.flatMap(({ items }) => items),
    gaps: found.flatMap(({ gap }) => (gap === undefined ? [] : [`${cluster}: ${gap}`])),
  };
}
