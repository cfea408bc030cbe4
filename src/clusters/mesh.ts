import { load } from 'js-yaml';
import { ClusterError } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { Resource } from '../manifests/manifest.ts';
import type { LiveObject } from '../plan/live.ts';
import { configMaps } from '../plan/records.ts';
import type { ClusterClient } from './client.ts';

/** The control plane of a cluster's mesh, as its MeshConfig tells. */
export interface Mesh {
  /** Where istiod runs. */
  readonly namespace: string;
  /** Of the default revision; of the first one where there is no default. */
  readonly config: JsonObject;
  /** Where policies are for the whole mesh. */
  readonly rootNamespace: string;
  /** Of each revision: several while Istio is being upgraded. */
  readonly revisions: readonly MeshRevision[];
}

export interface MeshRevision {
  readonly configMap: string;
  readonly config: JsonObject;
}

/** Why there is none to be read; `absent`: there is none at all. */
export interface NoMesh {
  readonly unread: string;
  readonly absent: boolean;
}

/** Where istiod runs unless something else is known. */
export const usualMeshNamespace = 'istio-system';

/**
 * istiod's Services have the label `app: istiod`; the MeshConfig of a revision is in
 * `istio-<revision>`, that of the default one in `istio`. https://istio.io/latest/docs/setup/upgrade/canary/
 */
export async function readMesh(client: ClusterClient, usual = usualMeshNamespace): Promise<Mesh | NoMesh> {
  const services = await istiodServices(client, usual);
  const namespace = services[0]?.metadata.namespace ?? usual;
  const revisions = services.flatMap(({ metadata }) => metadata.labels?.['istio.io/rev'] ?? []);
  const names = ['istio', ...new Set(revisions.filter((name) => name !== 'default').map((name) => `istio-${name}`))];
  try {
    const maps = await Promise.all(names.map((name) => client.get({ resource: configMaps, namespace, name })));
    const found = maps.flatMap((map) => (map ? [{ configMap: map.metadata.name, config: meshConfigOf(map) }] : []));
    const readable = found.flatMap(({ configMap, config }) => (config ? [{ configMap, config }] : []));
    const [first] = readable;
    if (first !== undefined)
      return { namespace, config: first.config, rootNamespace: rootOf(first.config), revisions: readable };
    return found.length > 0
      ? { unread: `the MeshConfig in the ConfigMap ${namespace}/istio is not readable YAML`, absent: false }
      : { unread: `there is no ConfigMap ${namespace}/istio`, absent: services.length === 0 };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { unread: `the ConfigMap ${namespace}/istio may not be read with these credentials`, absent: false };
  }
}

/** istiod's own default is not where it runs (`DefaultMeshConfig` in `pkg/config/mesh/mesh.go`). */
const rootOf = ({ rootNamespace }: JsonObject): string =>
  typeof rootNamespace === 'string' && rootNamespace !== '' ? rootNamespace : usualMeshNamespace;

const services: Resource = { apiVersion: 'v1', kind: 'Service', plural: 'services', namespaced: true };

async function istiodServices(client: ClusterClient, usual: string): Promise<LiveObject[]> {
  const options = { labelSelector: 'app=istiod', metadataOnly: true };
  const anywhere = client.list(services, options);
  const near = anywhere.catch((error: unknown) => {
    if (!isForbidden(error)) throw error;
    return client.list(services, { ...options, namespace: usual });
  });
  return near.catch((error: unknown) => {
    if (!isForbidden(error)) throw error;
    return [];
  });
}

function meshConfigOf({ data }: LiveObject): JsonObject | undefined {
  const text = isJsonObject(data) ? data.mesh : undefined;
  try {
    const mesh: unknown = load(typeof text === 'string' ? text : '{}');
    return isJsonObject(mesh) ? mesh : undefined;
  } catch {
    return undefined;
  }
}

const isForbidden = (error: unknown): boolean => error instanceof ClusterError && error.reason === 'forbidden';
