import type { Diagnostic } from '../diagnostics.ts';
import type { KubeObject, Manifest, Resource } from '../manifests/manifest.ts';
import { sameAsLive, takenFields } from './compare.ts';
import { hashOfObject, type InventoryItem, namespaces } from './inventory.ts';
import { finishedHashes } from './journal.ts';
import type { LiveObject } from './live.ts';
import { type Identified, identify, keyOf, nameOf, objectKey, objectRef } from './object-key.ts';
import type { Observation } from './observation.ts';
import { federationLabel, fieldManager, isOurs, ownerOf } from './ownership.ts';
import { resourceOf, transitionOf } from './resources.ts';
import { splitUpdate } from './split.ts';
import { removalStage } from './stages.ts';
import type { DeleteStep, Step } from './step.ts';

export interface ClusterChange {
  readonly observation: Observation;
  readonly steps: readonly Step[];
  /** The same, one for each object: a change in two writes is one change. */
  readonly changes: readonly Step[];
  readonly unchanged: number;
  /** What the inventory holds afterwards, and what it held. */
  readonly items: readonly InventoryItem[];
  readonly oldItems: readonly InventoryItem[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Input {
  readonly federation: string;
  readonly manifests: readonly Manifest[];
  readonly observation: Observation;
}

/** What one cluster needs: what is missing, what differs, what is ours and no longer wanted. */
export function planCluster({ federation, manifests, observation }: Input): ClusterChange {
  const oldItems = observation.inventory?.items ?? [];
  const known = new Map(oldItems.map((item) => [objectKey(item), item]));
  const finished = finishedHashes(observation);
  const written = manifests.map((manifest) => judge({ federation, manifest, observation, known, finished }));
  const verdicts = [...written, ...removals({ federation, manifests, observation })];
  return {
    observation,
    steps: verdicts.flatMap(({ change, steps }) => steps ?? change ?? []),
    changes: verdicts.flatMap(({ change }) => change ?? []),
    unchanged: written.filter(({ same }) => same).length,
    items: verdicts.flatMap(({ item }) => item ?? []),
    oldItems,
    diagnostics: verdicts.flatMap(({ diagnostic }) => diagnostic ?? []),
  };
}

/** What became of one wanted object, or of one that is in the inventory and not wanted. */
interface Verdict {
  readonly change?: Step;
  /** Where the change takes several. */
  readonly steps?: readonly Step[];
  readonly same?: boolean;
  readonly item?: InventoryItem;
  readonly diagnostic?: Diagnostic;
}

interface Case {
  readonly federation: string;
  readonly manifest: Manifest;
  readonly observation: Observation;
  readonly known: ReadonlyMap<string, InventoryItem>;
  /** Of `finishedHashes`. */
  readonly finished: ReadonlyMap<string, string>;
}

function judge({ federation, manifest, observation, known, finished }: Case): Verdict {
  const { cluster, resource, stage, source } = manifest;
  const id = identify(manifest.object);
  const key = objectKey(id);
  const live = observation.objects.get(key);
  // The import Namespace is shared: made when it is missing, and nobody's from then on.
  if (manifest.resource.kind === namespaces.kind) {
    if (live !== undefined) return { same: true };
    return { change: { op: 'create', cluster, stage, resource, id, object: manifest.object, source } };
  }
  const before = known.get(key);
  if (isCaInUse(resource, observation)) return before ? { item: before, same: true } : {};
  const object = labelled(manifest.object, federation);
  const item = { ...id, stage, uid: live?.metadata.uid, hash: hashOfObject(object) };
  if (live === undefined) {
    const comes = isNarrowing(manifest, observation, federation) ? 'tighten' : stage;
    return { item, change: { op: 'create', cluster, stage: comes, resource, id, object, source } };
  }
  if (live.metadata.deletionTimestamp !== undefined) return { diagnostic: terminating(cluster, id) };
  if (!isOurs(live, federation, before?.uid)) return { diagnostic: foreign(cluster, id, live, manifest) };
  const comparison = sameAsLive(object, live, fieldManager(federation));
  if (comparison === 'same') return { item, same: true };
  const { changed } = comparison;
  const heldBy = [...new Set(changed.filter(({ kind }) => kind === 'set').flatMap(({ managers }) => managers))];
  const drift = finished.get(key) === item.hash;
  const change = {
    op: 'update',
    cluster,
    stage,
    resource,
    id,
    object,
    live,
    source,
    changes: changed,
    drift,
    heldBy,
  } as const;
  return { item, change, steps: splitUpdate(change, federation) };
}

/** A CA that a mesh signs with is neither replaced nor removed by us, not even where we have made it: that is an outage. */
const isCaInUse = ({ kind }: Resource, { meshRuns }: Observation): boolean => kind === 'Certificate' && meshRuns;

/** What restricts a gateway comes first where it opens, and last where others call through it already. */
function isNarrowing({ resource, stage }: Manifest, { objects }: Observation, federation: string): boolean {
  if (!transitionOf(resource, stage)?.restricts) return false;
  return [...objects.values()].some(({ kind, metadata }) => kind === 'Gateway' && isOursByLabel(metadata, federation));
}

const isOursByLabel = ({ labels }: LiveObject['metadata'], federation: string): boolean =>
  labels?.[federationLabel] === federation;

/** The label that finds our objects again: `render` leaves it out, so that only what `apply` wrote has it. */
const labelled = (object: KubeObject, federation: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, [federationLabel]: federation } },
});

function removals({ federation, manifests, observation }: Input): Verdict[] {
  const wanted = new Set(manifests.map(({ object }) => keyOf(object)));
  return (observation.inventory?.items ?? [])
    .filter((item) => !wanted.has(objectKey(item)))
    .map((item) => removal(federation, item, observation));
}

/** Only what is in the inventory, is there, and is still the object that we made. */
function removal(federation: string, item: InventoryItem, observation: Observation): Verdict {
  const { cluster, objects } = observation;
  const live = objects.get(objectKey(item));
  const resource = resourceOf(item);
  if (live === undefined || resource === undefined) return {};
  if (!isOurs(live, federation, item.uid)) return { diagnostic: leftToOthers(cluster, item, live) };
  // It stays in the inventory, so that the next plan finds it.
  if (isCaInUse(resource, observation)) return { item, diagnostic: leftToMesh(cluster, item) };
  return { change: deletion(cluster, item, { resource, live, taken: takenFields(live, fieldManager(federation)) }) };
}

const deletion = (
  cluster: string,
  item: InventoryItem,
  there: Pick<DeleteStep, 'resource' | 'live' | 'taken'>,
): DeleteStep => ({
  op: 'delete',
  cluster,
  stage: removalStage(item.stage),
  id: identify(there.live),
  ...there,
  heldBy: [...new Set(there.taken.flatMap(({ managers }) => managers))],
});

const terminating = (cluster: string, id: Identified): Diagnostic => ({
  code: 'AXC5002',
  severity: 'error',
  message: `${id.kind} ${nameOf(id)} in ${cluster} is being deleted and waits for a finalizer`,
  hint: 'Wait until it is gone, or ask whoever set the finalizer.',
  object: objectRef(cluster, id),
});

const foreign = (cluster: string, id: Identified, live: LiveObject, manifest: Manifest): Diagnostic => ({
  code: 'AXC5001',
  severity: 'error',
  message: `${id.kind} ${nameOf(id)} in ${cluster} belongs to ${ownerOf(live)}`,
  hint: 'Nothing of others is changed. Remove or rename that object, or give the federation another name.',
  at: manifest.source,
  object: objectRef(cluster, id),
});

const leftToOthers = (cluster: string, id: Identified, live: LiveObject): Diagnostic => ({
  code: 'AXC5003',
  severity: 'warning',
  message: `${id.kind} ${nameOf(id)} in ${cluster} is no longer wanted, but it now belongs to ${ownerOf(live)} and stays`,
  object: objectRef(cluster, id),
});

/**
 * Without its Certificate nobody renews the CA, and where cert-manager owns its Secrets (`--enable-certificate-owner-ref`) the key
 * goes with it. https://cert-manager.io/docs/usage/certificate/#cleaning-up-secrets-when-certificates-are-deleted
 */
const leftToMesh = (cluster: string, id: Identified): Diagnostic => ({
  code: 'AXC5008',
  severity: 'warning',
  message: `${id.kind} ${nameOf(id)} in ${cluster} is no longer wanted, but a mesh that runs has its CA from it: it stays`,
  hint: `Give the mesh another CA first. Then \`kubectl delete certificate -n ${id.namespace} ${id.name}\` removes it.`,
  object: objectRef(cluster, id),
});
