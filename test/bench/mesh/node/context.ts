import type { ClusterAccess } from '../../access.ts';
import type { MeshTools } from '../tools.ts';
import type { Ground, Site } from '../topology.ts';

/** What a node agent works with: one cluster, and the tools to run its pods. */
export interface NodeContext {
  readonly ground: Ground;
  readonly site: Site;
  readonly access: ClusterAccess;
  readonly tools: MeshTools;
  /** How istiod is started in this cluster, which is outside of network namespaces. */
  readonly istiod: IstiodPlan;
}

export interface IstiodPlan {
  readonly folder: string;
  readonly kubeconfig: string;
  readonly ports: IstiodPorts;
  readonly env: Readonly<Record<string, string>>;
}

/** On 127.0.0.1. */
export interface IstiodPorts {
  readonly http: number;
  readonly webhooks: number;
  readonly xds: number;
  readonly monitoring: number;
  readonly introspection: number;
}
