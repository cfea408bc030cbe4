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
  /** What could not be read of other Namespaces: somebody's object there may count, too. */
  readonly gaps: readonly string[];
  /** What could not be read of the federation's own Namespaces: what is missing may be there. */
  readonly blind: readonly string[];
}

export async function readLiveObjects(client: ClusterClient, federation: Federation): Promise<LiveObjects> {
  const { cluster } = client;
  const own = [...new Set([...namespacesIn(footprint(federation, cluster)), usualMeshNamespace])];
  const { serviceEntry, destinationRule, virtualService, gateway, sidecar } = kinds;
  const { authorizationPolicy, peerAuthentication } = kinds;
  const list = lister(client);
  const found = await Promise.all(
    [serviceEntry, destinationRule, virtualService, gateway, sidecar, authorizationPolicy, peerAuthentication].map(
      async (resource) => {
        const everywhere = await list(resource, (object) => object, { anywhere: own });
        if (everywhere.gap === undefined) return { ...everywhere, blind: undefined };
        return { ...everywhere, blind: (await list(resource, (object) => object, { within: own })).gap };
      },
    ),
  );
  const told = (text: string | undefined): string[] => (text === undefined ? [] : [`${cluster}: ${text}`]);
  return {
    cluster,
    objects: found.flatMap(({ items }) => items),
    gaps: found.flatMap(({ gap }) => told(gap)),
    blind: found.flatMap(({ blind }) => told(blind)),
  };
}
