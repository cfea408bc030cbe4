import { federationAnnotation } from '../manifests/build.ts';
import type { LiveObject } from './live.ts';

/** On every object that `apply` writes: what the inventory of a federation is searched by. */
export const federationLabel = 'aegis-xc.dev/federation';

/** Where the inventory is kept. */
export const systemNamespace = 'aegis-xc-system';

/** The field manager of a federation: the server keeps the fields of each apart. */
export const fieldManager = (federation: string): string => `aegis-xc.${federation}`;

/**
 * Whether an object is ours to change: we have written it (`uid` is what the inventory says, if it says any), or our
 * manager's entry and our label say so, as they do after a run that ended before its inventory was final.
 */
export function isOurs(live: LiveObject, federation: string, inventoryUid: string | undefined): boolean {
  if (inventoryUid !== undefined && live.metadata.uid === inventoryUid) return true;
  const applied = live.metadata.managedFields?.some(
    ({ manager, operation }) => manager === fieldManager(federation) && operation === 'Apply',
  );
  return applied === true && live.metadata.labels?.[federationLabel] === federation;
}

/** Who else an object belongs to, in words for the user. */
export function ownerOf({ metadata }: LiveObject): string {
  const { labels = {}, annotations = {}, managedFields = [] } = metadata;
  const other = labels[federationLabel] ?? annotations[federationAnnotation];
  if (other !== undefined && isAppliedByTool(managedFields)) return `the federation "${other}"`;
  const release = annotations['meta.helm.sh/release-name'];
  if (release !== undefined) return `the Helm release "${release}"`;
  const tracked = annotations['argocd.argoproj.io/tracking-id'];
  if (tracked !== undefined) return `the Argo CD application "${tracked.split(':')[0]}"`;
  const flux = labels['kustomize.toolkit.fluxcd.io/name'] ?? labels['helm.toolkit.fluxcd.io/name'];
  if (flux !== undefined) return `Flux ("${flux}")`;
  const kapp = labels['kapp.k14s.io/app'];
  if (kapp !== undefined) return `the kapp app "${kapp}"`;
  const managers = [...new Set(managedFields.filter(({ subresource }) => !subresource).map(({ manager }) => manager))];
  return managers.length > 0 ? managers.join(', ') : 'somebody else';
}

const isAppliedByTool = (entries: NonNullable<LiveObject['metadata']['managedFields']>): boolean =>
  entries.some(({ manager }) => manager.startsWith('aegis-xc.'));
