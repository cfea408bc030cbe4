import type { JsonObject } from '../json.ts';
import type { Resource } from '../manifests/manifest.ts';
import type { Inventory } from './inventory.ts';
import type { Journal } from './journal.ts';
import type { LiveObject } from './live.ts';

/** What was read from one cluster, all that a plan needs to know of it. */
export interface Observation {
  readonly cluster: string;
  readonly context: string;
  readonly server: string;
  /** UID of the Namespace kube-system: which cluster this really is. */
  readonly uid: string;
  readonly version: { readonly major: number; readonly minor: number; readonly gitVersion: string };
  /** Without what a run has noted that never began. */
  readonly inventory: Inventory | undefined;
  /** Of a run that was not finished. */
  readonly journal: Journal | undefined;
  /** The ConfigMaps that inventory and journal are made of. */
  readonly records: readonly LiveObject[];
  /** By `objectKey`: what is ours, and whatever has a name that we want. */
  readonly objects: ReadonlyMap<string, LiveObject>;
  /** The Namespaces that were asked for and are there. */
  readonly namespaces: ReadonlyMap<string, 'active' | 'terminating'>;
  /** Kinds that are wanted, but unknown to the API server. */
  readonly notServed: readonly Resource[];
  /** The mesh's configuration, of each revision of Istio; a text says why it could not be read. */
  readonly meshConfigs: readonly JsonObject[] | string;
  /** Nobody looks at Istio's objects: there is no MeshConfig where istiod keeps it. */
  readonly withoutIstio: boolean;
  /** istiod has given out its root, or may have: replacing its CA would break connections. */
  readonly meshRuns: boolean;
}
