import type { Path } from '../diagnostics.ts';
import type { JsonObject } from '../json.ts';

/** A Kubernetes object as we write it: no status, nothing that a server fills in. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
}

export interface Metadata extends JsonObject {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What the API calls a kind: enough to build its URL. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  /** `serviceentries`: the last part of the URL before the name. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/**
 * The stages in which objects come into being, in their order: what serves traffic before what sends it. Removal is the
 * mirror image (`plan/stages.ts`).
 */
export const buildStages = ['ground', 'trust', 'guard', 'listen', 'pin', 'publish', 'route'] as const;
export type BuildStage = (typeof buildStages)[number];

/** One object for one cluster, and where in the spec it comes from. */
export interface Manifest {
  readonly cluster: string;
  readonly resource: Resource;
  readonly stage: BuildStage;
  readonly object: KubeObject;
  readonly source: Path;
}
