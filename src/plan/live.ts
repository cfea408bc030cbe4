import type { JsonObject } from '../json.ts';
import type { KubeObject, Metadata } from '../manifests/manifest.ts';

/** An object as a cluster answers it. */
export interface LiveObject extends KubeObject {
  readonly metadata: LiveMetadata;
}

export interface LiveMetadata extends Metadata {
  readonly uid: string;
  /** Empty only in the answer to a dry-run of a create. */
  readonly resourceVersion: string;
  /** Counts changes of the spec; labels and annotations never raise it. Core kinds often have none. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  /** Set: the object is being deleted and waits for its finalizers. */
  readonly deletionTimestamp?: string;
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

/** Who holds which fields: one entry per manager, operation, apiVersion and subresource. */
export interface ManagedFieldsEntry extends JsonObject {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: JsonObject;
}
