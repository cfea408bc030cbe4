import type { ClusterClient } from '../clusters/client.ts';
import { ClusterError } from '../errors.ts';
import { managedByLabel } from '../manifests/build.ts';
import { sameAsLive } from '../plan/compare.ts';
import { configMaps, type Inventory, inventoryObjects, namespaces } from '../plan/inventory.ts';
import type { LiveObject } from '../plan/live.ts';
import { fieldManager, systemNamespace } from '../plan/ownership.ts';

/** The inventory of one cluster, as it stands there now. */
export interface KeptInventory {
  /** Writes what differs. */
  keep(inventory: Inventory): Promise<void>;
  /** Takes it away with everything else. */
  drop(): Promise<void>;
}

/** `live` are the ConfigMaps that were read for the plan; `namespaceExists` whether ours is there. */
export function openInventory(
  client: ClusterClient,
  federation: string,
  live: readonly LiveObject[],
  namespaceExists: boolean,
): KeptInventory {
  const kept = new Map(live.map((object) => [object.metadata.name, object]));
  let ready = namespaceExists;

  const drop = async (object: LiveObject): Promise<void> => {
    const { name, uid, resourceVersion } = object.metadata;
    await client.remove({ resource: configMaps, namespace: systemNamespace, name }, { uid, resourceVersion });
    kept.delete(name);
  };

  return {
    async keep(inventory) {
      if (!ready) await makeNamespace(client, federation);
      ready = true;
      const [head, ...shards] = inventoryObjects(inventory);
      // The head counts the shards, so they come first, and those that are too many go last.
      for (const object of [...shards, head]) {
        const { name } = object.metadata;
        const before = kept.get(name);
        const options = { fieldManager: fieldManager(federation) };
        if (before === undefined) kept.set(name, await client.create(object, configMaps, options));
        else if (sameAsLive(object, before, fieldManager(federation)) !== 'same') {
          const { uid, resourceVersion } = before.metadata;
          kept.set(name, await client.update(object, configMaps, { ...options, uid, resourceVersion }));
        }
      }
      const names = new Set([head, ...shards].map(({ metadata }) => metadata.name));
      for (const object of [...kept.values()].filter(({ metadata }) => !names.has(metadata.name))) await drop(object);
    },
    async drop() {
      for (const object of [...kept.values()].reverse()) await drop(object);
    },
  };
}

async function makeNamespace(client: ClusterClient, federation: string): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: systemNamespace, labels: managedByLabel } };
  try {
    await client.create(object, namespaces, { fieldManager: fieldManager(federation) });
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== 'exists') throw error;
  }
}
