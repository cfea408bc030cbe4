import type { ClusterClient } from '../clusters/client.ts';
import { ClusterError } from '../errors.ts';
import { managedByLabel } from '../manifests/build.ts';
import { namespaces } from '../plan/inventory.ts';
import { fieldManager, systemNamespace } from '../plan/ownership.ts';

/** The Namespace of our own records. It stays when everything else goes. */
export async function makeNamespace(client: ClusterClient, federation: string): Promise<void> {
  if ((await client.get({ resource: namespaces, name: systemNamespace })) !== undefined) return;
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: systemNamespace, labels: managedByLabel } };
  try {
    await client.create(object, namespaces, { fieldManager: fieldManager(federation) });
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== 'exists') throw error;
  }
}
