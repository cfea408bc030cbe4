import { ClusterError } from '../errors.ts';
import type { Manifest, Resource } from '../manifests/manifest.ts';
import { type Inventory, namespaces, parseInventory } from '../plan/inventory.ts';
import { inventoryBeside, parseJournal } from '../plan/journal.ts';
import type { LiveObject } from '../plan/live.ts';
import { type Identified, identify, keyOf, objectKey } from '../plan/object-key.ts';
import type { Observation } from '../plan/observation.ts';
import { federationLabel, systemNamespace } from '../plan/ownership.ts';
import { configMaps, partOf, recordSelector } from '../plan/records.ts';
import { knownResources, resourceOf } from '../plan/resources.ts';
import type { ClusterClient } from './client.ts';
import { readMesh } from './mesh.ts';

/** From how many missing names on one list of all names is cheaper than one request for each. */
const listWhenMissing = 8;

export interface ObserveOptions {
  readonly client: ClusterClient;
  readonly federation: string;
  /** What this cluster is to have. */
  readonly manifests: readonly Manifest[];
  /** Where istiod runs. */
  readonly istioNamespace: string;
}

/** Reads all that a plan needs to know of a cluster: a list per kind, not a request per object. Writes nothing. */
export async function observeCluster(options: ObserveOptions): Promise<Observation> {
  const { client, federation, manifests, istioNamespace } = options;
  // The first request alone: it authenticates once, where twenty at once would run a credential plugin twenty times.
  const uid = await client.identity();
  const [version, records, served, mesh, hasRoot] = await Promise.all([
    client.version(),
    client.list(configMaps, {
      namespace: systemNamespace,
      labelSelector: recordSelector(federation, 'inventory', 'journal'),
    }),
    servedResources(client),
    readMesh(client, istioNamespace),
    hasMeshRoot(client, istioNamespace),
  ]);
  const noted = parseInventory(
    federation,
    records.filter((one) => partOf(one) === 'inventory'),
  );
  const journal = parseJournal(
    federation,
    records.filter((one) => partOf(one) === 'journal'),
  );
  const inventory = inventoryBeside(journal, noted);
  const wanted = manifests.map(({ object }) => identify(object));
  const ends = journal ? [...journal.images.before, ...journal.images.target] : [];
  const ids = [...wanted, ...(inventory?.items ?? []), ...ends.map(({ object }) => identify(object))];
  const [objects, found, hasRoots] = await Promise.all([
    readObjects({ client, federation, ids, served }),
    readNamespaces(client, ids),
    Promise.all(caNamespaces(inventory, istioNamespace).map((namespace) => hasMeshRoot(client, namespace))),
  ]);
  const missing = new Map(
    manifests
      .filter(({ resource }) => !served.has(resourceOf(resource) ?? resource))
      .map(({ resource }) => [resource.kind, resource]),
  );
  return {
    cluster: client.cluster,
    context: client.context,
    server: client.server,
    uid,
    version,
    inventory,
    journal,
    records,
    objects,
    namespaces: found,
    notServed: [...missing.values()],
    meshConfigs: 'unread' in mesh ? mesh.unread : mesh.revisions.map(({ config }) => config),
    withoutIstio: 'unread' in mesh && mesh.absent,
    meshRuns: hasRoot || hasRoots.includes(true),
  };
}

/** Where else istiod may run: the spec may have moved its CA, or name none any more. */
const caNamespaces = (inventory: Inventory | undefined, istioNamespace: string): string[] => {
  const items = (inventory?.items ?? []).filter(({ kind }) => kind === 'Certificate');
  return [...new Set(items.flatMap(({ namespace }) => namespace ?? []))].filter((one) => one !== istioNamespace);
};

async function servedResources(client: ClusterClient): Promise<ReadonlySet<Resource>> {
  const answers = await Promise.all(knownResources.map(async (one) => ((await client.served(one)) ? [one] : [])));
  return new Set(answers.flat());
}

interface ReadOptions {
  readonly client: ClusterClient;
  readonly federation: string;
  readonly ids: readonly Identified[];
  readonly served: ReadonlySet<Resource>;
}

/** By `objectKey`: everything with our label, and everything that has a name of ours. */
async function readObjects({ client, federation, ids, served }: ReadOptions): Promise<Map<string, LiveObject>> {
  const byResource = new Map<Resource, Identified[]>();
  for (const id of ids) {
    const resource = resourceOf(id);
    if (resource === undefined || !served.has(resource)) continue;
    const before = byResource.get(resource);
    if (before) before.push(id);
    else byResource.set(resource, [id]);
  }
  const lists = await Promise.all(
    [...byResource].map(([resource, wanted]) => readKind({ client, federation, resource, wanted })),
  );
  return new Map(lists.flat().map((object) => [keyOf(object), object]));
}

interface KindOptions {
  readonly client: ClusterClient;
  readonly federation: string;
  readonly resource: Resource;
  readonly wanted: readonly Identified[];
}

async function readKind({ client, federation, resource, wanted }: KindOptions): Promise<LiveObject[]> {
  const spaces = [...new Set(wanted.map(({ namespace }) => namespace))];
  const labelSelector = `${federationLabel}=${federation}`;
  const ours = resource.namespaced ? await listAnywhere(client, resource, spaces, { labelSelector }) : [];
  const seen = new Set(ours.map(keyOf));
  const missing = [...new Map(wanted.map((id) => [objectKey(id), id])).values()].filter(
    (id) => !seen.has(objectKey(id)),
  );
  if (missing.length > listWhenMissing) {
    const names = await listAnywhere(client, resource, spaces, { metadataOnly: true });
    const there = new Set(names.map(keyOf));
    return [
      ...ours,
      ...(await getAll(
        client,
        resource,
        missing.filter((id) => there.has(objectKey(id))),
      )),
    ];
  }
  return [...ours, ...(await getAll(client, resource, missing))];
}

/** One list of the whole cluster; where that is not allowed, one for each Namespace. */
async function listAnywhere(
  client: ClusterClient,
  resource: Resource,
  spaces: readonly (string | undefined)[],
  options: { readonly labelSelector?: string; readonly metadataOnly?: boolean },
): Promise<LiveObject[]> {
  try {
    return await client.list(resource, options);
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== 'forbidden' || !resource.namespaced) throw error;
    const lists = spaces.map((namespace) => client.list(resource, { ...options, ...(namespace && { namespace }) }));
    return (await Promise.all(lists)).flat();
  }
}

async function getAll(client: ClusterClient, resource: Resource, ids: readonly Identified[]): Promise<LiveObject[]> {
  const found = await Promise.all(
    ids.map(({ namespace, name }) => client.get({ resource, name, ...(namespace !== undefined && { namespace }) })),
  );
  return found.flatMap((object) => object ?? []);
}

/** Names of all Namespaces where they may be listed (for the hint at a mistyped one), else just those that we need. */
async function readNamespaces(
  client: ClusterClient,
  ids: readonly Identified[],
): Promise<Map<string, 'active' | 'terminating'>> {
  const needed = [...new Set([...ids.flatMap(({ namespace }) => namespace ?? []), systemNamespace])];
  const live = await client.list(namespaces, { metadataOnly: true }).catch((error: unknown) => {
    if (!(error instanceof ClusterError) || error.reason !== 'forbidden') throw error;
    return getAll(
      client,
      namespaces,
      needed.map((name) => ({ ...namespaces, name })),
    );
  });
  return new Map(
    live.map(({ metadata }) => [metadata.name, metadata.deletionTimestamp === undefined ? 'active' : 'terminating']),
  );
}

/**
 * istiod writes its root into every Namespace, and so beside itself. Where nobody may look, a mesh is taken to run: a CA that is
 * left alone breaks nothing.
 */
async function hasMeshRoot(client: ClusterClient, namespace: string): Promise<boolean> {
  try {
    const root = await client.get({ resource: configMaps, namespace, name: 'istio-ca-root-cert' });
    return root !== undefined;
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'forbidden') return true;
    throw error;
  }
}
