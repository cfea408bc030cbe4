import type { Manifest } from '../../src/manifests/manifest.ts';
import { type Inventory, inventoryObjects } from '../../src/plan/inventory.ts';
import type { LiveObject } from '../../src/plan/live.ts';
import { keyOf } from '../../src/plan/object-key.ts';
import type { Observation } from '../../src/plan/observation.ts';

/** A cluster as it would be read; each test states its difference to an empty one with all Namespaces. */
export function observation(
  cluster: string,
  difference: Partial<Observation> & { live?: readonly LiveObject[] } = {},
): Observation {
  const { live = [], ...rest } = difference;
  return {
    cluster,
    context: `prod-${cluster}`,
    server: `https://${cluster}.example:6443`,
    uid: `uid-of-${cluster}`,
    version: { major: 1, minor: 36, gitVersion: 'v1.36.3' },
    inventory: undefined,
    journal: undefined,
    records: [],
    objects: new Map(live.map((object) => [keyOf(object), object])),
    namespaces: new Map(['shop', 'backend', 'istio-system'].map((name) => [name, 'active'])),
    notServed: [],
    meshConfigs: [{}],
    withoutIstio: false,
    meshRuns: false,
    ...rest,
  };
}

/** An object as it would be after `wrote` has applied it and nobody else has touched it. */
export function live(
  manifest: Manifest,
  wrote: string,
  change: (object: LiveObject) => LiveObject = (same) => same,
): LiveObject {
  const { object } = manifest;
  return change({
    ...object,
    metadata: {
      ...object.metadata,
      uid: `uid-of-${object.metadata.name}`,
      resourceVersion: '7',
      managedFields: [{ manager: wrote, operation: 'Apply', apiVersion: object.apiVersion }],
    },
  });
}

export const liveInventory = (inventory: Inventory): LiveObject[] =>
  inventoryObjects(inventory).map((object, n) => ({
    ...object,
    metadata: { ...object.metadata, uid: `uid-of-inventory-${n}`, resourceVersion: '5' },
  }));
