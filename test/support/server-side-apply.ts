import type { KubeObject } from '../../src/manifests/manifest.ts';
import { ownedFields } from '../../src/plan/compare.ts';
import type { LiveObject, ManagedFieldsEntry } from '../../src/plan/live.ts';

/** The object as it stands in a cluster after one manager applied it. */
export const applied = (object: KubeObject, manager: string): LiveObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    uid: 'c0ffee',
    resourceVersion: '7',
    managedFields: [{ manager, operation: 'Apply', apiVersion: object.apiVersion, fieldsV1: ownedFields(object) }],
  },
});

/** The same with one more entry; a field that somebody updates leaves the entry of who applied it. */
export const withEntry = (
  live: LiveObject,
  entry: Partial<ManagedFieldsEntry> & { readonly manager: string },
): LiveObject => ({
  ...live,
  metadata: {
    ...live.metadata,
    managedFields: [
      ...(live.metadata.managedFields ?? []),
      { operation: 'Update', apiVersion: live.apiVersion, fieldsV1: {}, ...entry },
    ],
  },
});
