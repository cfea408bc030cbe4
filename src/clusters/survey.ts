import { load } from 'js-yaml';
import { ClusterError } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { Resource } from '../manifests/manifest.ts';
import { namespaces } from '../plan/inventory.ts';
import type { LiveObject } from '../plan/live.ts';
import { configMaps } from '../plan/records.ts';
import type { ClusterClient } from './client.ts';
import {
  readNamespace,
  readService,
  readWorkload,
  type SeenNamespace,
  type SeenService,
  type SeenWorkload,
} from './survey-shapes.ts';

/** What a first look at a cluster finds: for a spec that somebody is about to write. */
export interface Survey {
  readonly cluster: string;
  readonly context: string;
  /** UID of the Namespace kube-system. */
  readonly uid: string;
  readonly kubernetes: string;
  /** Undefined where no istiod was found, or no MeshConfig could be read: `unread` says why. */
  readonly mesh: Mesh | undefined;
  /** Where all nodes are. */
  readonly region: string | undefined;
  readonly namespaces: readonly SeenNamespace[];
  readonly services: readonly SeenService[];
  readonly workloads: readonly SeenWorkload[];
  /** What could not be read, and why. */
  readonly unread: readonly string[];
}

export interface Mesh {
  /** Where istiod runs. */
  readonly namespace: string;
  readonly config: JsonObject;
}

/** Reads what it may: a kind that is forbidden is a line in `unread`. Writes nothing. */
export async function surveyCluster(client: ClusterClient): Promise<Survey> {
  // The first request alone: it signs in once.
  const uid = await client.identity();
  const unread: string[] = [];
  const list = (resource: Resource, about: string, metadataOnly = false): Promise<LiveObject[]> =>
    client.list(resource, { metadataOnly }).catch((error: unknown) => {
      if (!(error instanceof ClusterError) || error.reason !== 'forbidden') throw error;
      unread.push(`${about} may not be listed with these credentials`);
      return [];
    });
  const [version, spaces, services, deployments, statefulSets, nodeList] = await Promise.all([
    client.version(),
    list(namespaces, 'Namespaces', true),
    list(kinds.service, 'Services'),
    list(kinds.deployment, 'Deployments'),
    list(kinds.statefulSet, 'StatefulSets'),
    list(kinds.node, 'Nodes', true),
  ]);
  const seen = services.flatMap((object) => readService(object) ?? []);
  const mesh = await readMesh(client, seen);
  if (typeof mesh === 'string') unread.push(mesh);
  return {
    cluster: client.cluster,
    context: client.context,
    uid,
    kubernetes: version.gitVersion,
    mesh: typeof mesh === 'string' ? undefined : mesh,
    region: commonRegion(nodeList),
    namespaces: spaces.flatMap((object) => readNamespace(object) ?? []),
    services: seen,
    workloads: [...deployments, ...statefulSets].flatMap((object) => readWorkload(object) ?? []),
    unread,
  };
}

const kinds = {
  service: { apiVersion: 'v1', kind: 'Service', plural: 'services', namespaced: true },
  node: { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  statefulSet: { apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets', namespaced: true },
} as const satisfies Record<string, Resource>;

/**
 * istiod's Services have the label `app: istiod`. The MeshConfig of a revision is in `istio-<revision>`, that of the default one in
 * `istio`. https://istio.io/latest/docs/setup/upgrade/canary/
 */
async function readMesh(client: ClusterClient, services: readonly SeenService[]): Promise<Mesh | string> {
  const istiod = services.filter(({ labels }) => labels.app === 'istiod');
  const namespace = istiod[0]?.namespace ?? 'istio-system';
  const revisions = istiod.flatMap(({ labels }) => labels['istio.io/rev'] ?? []).filter((name) => name !== 'default');
  const names = ['istio', ...new Set(revisions.map((revision) => `istio-${revision}`))];
  try {
    const maps = await Promise.all(names.map((name) => client.get({ resource: configMaps, namespace, name })));
    const config = maps.map((map) => map && meshConfigOf(map)).find((found) => found !== undefined);
    return config ? { namespace, config } : `there is no MeshConfig in the ConfigMap ${namespace}/istio`;
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== 'forbidden') throw error;
    return `the ConfigMap ${namespace}/istio may not be read with these credentials`;
  }
}

function meshConfigOf({ data }: LiveObject): JsonObject | undefined {
  const text = isJsonObject(data) ? data.mesh : undefined;
  try {
    const mesh: unknown = load(typeof text === 'string' ? text : '');
    return isJsonObject(mesh) ? mesh : undefined;
  } catch {
    return undefined;
  }
}

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesioregion */
function commonRegion(nodes: readonly LiveObject[]): string | undefined {
  const regions = new Set(nodes.map(({ metadata }) => metadata.labels?.['topology.kubernetes.io/region']));
  return regions.size === 1 ? [...regions][0] : undefined;
}
