import type { ObjectRef } from '../diagnostics.ts';
import type { Resource } from '../manifests/manifest.ts';
import type { ObjectName } from './wire.ts';

/** The cluster as the messages name it. */
export interface Where {
  readonly cluster: string;
  readonly context: string;
  readonly server: string;
}

/** What a request is for, so that a failure can say it. */
export interface Purpose {
  readonly verb: 'read' | 'create' | 'update' | 'delete' | 'check';
  /** `ServiceEntry shop/backend-api`, `the ServiceEntries`: the object of a sentence. */
  readonly subject: string;
  readonly resource?: Resource;
  readonly object?: ObjectRef;
}

export const aboutObject = (
  verb: Purpose['verb'],
  { resource, namespace, name }: ObjectName,
  { cluster }: Where,
): Purpose => ({
  verb,
  resource,
  subject: `${resource.kind} ${namespace ? `${namespace}/` : ''}${name}`,
  object: { cluster, apiVersion: resource.apiVersion, kind: resource.kind, name, ...(namespace ? { namespace } : {}) },
});

export const isWrite = ({ verb }: Purpose): boolean => verb === 'create' || verb === 'update' || verb === 'delete';
