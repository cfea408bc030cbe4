import { type ClusterClient, type ConnectOptions, connectCluster } from '../../src/clusters/client.ts';
import { loadKubeconfig } from '../../src/clusters/kubeconfig.ts';
import type { KubeObject, Resource } from '../../src/manifests/manifest.ts';
import type { LiveObject } from '../../src/plan/live.ts';
import { test as base } from '../bench/fixtures.ts';

/** A client of the bench, as the program would make it. */
export const benchClient = (
  { kubeconfig }: { readonly kubeconfig: string },
  options: Partial<ConnectOptions> = {},
): ClusterClient =>
  connectCluster({
    cluster: 'cluster-a',
    context: 'cluster-a',
    kubeconfig: loadKubeconfig({ path: kubeconfig }),
    env: {},
    interactive: false,
    ...options,
  });

export const manager = 'aegis-xc.shop';
export const how = { fieldManager: manager };

/** `client` is one of cluster-a, and `shop` a new namespace in it. */
export const test = base
  .extend('client', { scope: 'file' }, ({ bench }, { onCleanup }): ClusterClient => {
    const client = benchClient(bench);
    onCleanup(() => client.close());
    return client;
  })
  .extend('shop', async ({ namespaces }) => (await namespaces('shop')).shop);

/** What an update needs to know of the object as it was read. */
export const seen = ({ metadata: { uid, resourceVersion } }: LiveObject) => ({ uid, resourceVersion });

export const refOf = (resource: Resource, { metadata: { namespace, name } }: KubeObject) => ({
  resource,
  namespace,
  name,
});

/** The object as it is now; fails when it is not there. */
export async function read(client: ClusterClient, resource: Resource, object: KubeObject): Promise<LiveObject> {
  const live = await client.get(refOf(resource, object));
  if (live === undefined) throw new Error(`${object.kind} ${object.metadata.name} is not there`);
  return live;
}
