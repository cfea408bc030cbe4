import { ClusterError } from '../errors.ts';
import type { Resource } from '../manifests/manifest.ts';
import { namespaces } from '../plan/inventory.ts';
import type { LiveObject } from '../plan/live.ts';
import type { ClusterClient } from './client.ts';
import { type Mesh, readMesh } from './mesh.ts';
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
  const [version, mesh, spaces, services, deployments, statefulSets, nodeList] = await Promise.all([
    client.version(),
    readMesh(client),
    list(namespaces, 'Namespaces', true),
    list(kinds.service, 'Services'),
    list(kinds.deployment, 'Deployments'),
    list(kinds.statefulSet, 'StatefulSets'),
    list(kinds.node, 'Nodes', true),
  ]);
  if ('unread' in mesh) unread.push(mesh.unread);
  return {
    cluster: client.cluster,
    context: client.context,
    uid,
    kubernetes: version.gitVersion,
    mesh: 'unread' in mesh ? undefined : mesh,
    region: commonRegion(nodeList),
    namespaces: spaces.flatMap((object) => readNamespace(object) ?? []),
    services: services.flatMap((object) => readService(object) ?? []),
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

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesioregion */
function commonRegion(nodes: readonly LiveObject[]): string | undefined {
  const regions = new Set(nodes.map(({ metadata }) => metadata.labels?.['topology.kubernetes.io/region']));
  return regions.size === 1 ? [...regions][0] : undefined;
}
