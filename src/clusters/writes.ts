import { ClusterError } from '../errors.ts';
import type { KubeObject, Resource } from '../manifests/manifest.ts';
import type { LiveObject } from '../plan/live.ts';
import { type Api, ask, type JsonAnswer, unreadable } from './api.ts';
import { liveObject } from './live-object.ts';
import { aboutObject, type Purpose } from './purpose.ts';
import type { ApiRequest } from './requests.ts';
import { type ObjectName, objectPath, query, toBody } from './wire.ts';

export interface CreateOptions {
  readonly fieldManager: string;
  readonly dryRun?: boolean | undefined;
}

export interface UpdateOptions extends CreateOptions, Precondition {
  /** Takes fields over that others hold. */
  readonly force?: boolean | undefined;
}

/** The object as it was read; the server does nothing when it is another one by then. */
export interface Precondition {
  readonly uid: string;
  readonly resourceVersion: string;
}

export interface RemoveOptions extends Precondition {
  readonly dryRun?: boolean | undefined;
}

/**
 * Makes an object that must not exist. A server-side apply with a version and no uid does that: the version matches nothing, so it
 * is a conflict where the object exists, also for ourselves (seen on Kubernetes 1.36 for every kind that we write).
 */
export async function createObject(
  api: Api,
  object: KubeObject,
  resource: Resource,
  { fieldManager, dryRun }: CreateOptions,
): Promise<LiveObject> {
  const purpose = aboutObject('create', nameOf(object, resource), api.where);
  const body = { ...object, metadata: { ...pristine(object), resourceVersion: '1' } };
  const request = applyRequest(api, body, resource, { fieldManager, dryRun, purpose });
  const answer = await ask(api, request);
  const live = written(answer, request, resource, api);
  if (answer.status !== 201) throw merged(purpose, api);
  // a dry-run hands our version back, which is nobody's
  return dryRun ? { ...live, metadata: { ...live.metadata, resourceVersion: '' } } : live;
}

/** Changes an object that must be the one that was read: the uid stops a resurrection, the version a lost update. */
export async function updateObject(
  api: Api,
  object: KubeObject,
  resource: Resource,
  { fieldManager, dryRun, force, uid, resourceVersion }: UpdateOptions,
): Promise<LiveObject> {
  mustBePrecise({ uid, resourceVersion });
  const purpose = aboutObject('update', nameOf(object, resource), api.where);
  const body = { ...object, metadata: { ...pristine(object), uid, resourceVersion } };
  const request = applyRequest(api, body, resource, { fieldManager, dryRun, force, purpose });
  const live = written(await ask(api, request), request, resource, api);
  if (live.metadata.uid !== uid) throw unreadable({ status: 200 }, request, api.where);
  return live;
}

/** `pending`: the object is there until its finalizers are done. `gone` also when it was gone before. */
export async function removeObject(api: Api, ref: ObjectName, options: RemoveOptions): Promise<'gone' | 'pending'> {
  const { uid, resourceVersion, dryRun } = options;
  mustBePrecise(options);
  const request: ApiRequest = {
    method: 'DELETE',
    path: objectPath(ref),
    contentType: 'application/json',
    // all of it in the body: a server that finds one ignores the query, dryRun included, and deletes
    body: JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid, resourceVersion },
      propagationPolicy: 'Background',
      ...(dryRun ? { dryRun: ['All'] } : {}),
    }),
    dryRun,
    purpose: aboutObject('delete', ref, api.where),
  };
  try {
    const { status, body } = await ask(api, request);
    if (body.kind === 'Status' && body.status === 'Success') return 'gone';
    if (liveObject(body, ref.resource)?.metadata.name === ref.name) return 'pending';
    throw unreadable({ status }, request, api.where);
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'not-found') return 'gone';
    throw error;
  }
}

const nameOf = ({ metadata: { namespace, name } }: KubeObject, resource: Resource): ObjectName => ({
  resource,
  name,
  namespace,
});

/** What only a server fills in would be a precondition, or an error. */
function pristine({ metadata }: KubeObject): KubeObject['metadata'] {
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, ...own } = metadata;
  return own;
}

/** An empty version or "0" switches the check off for core kinds. */
function mustBePrecise({ uid, resourceVersion }: Precondition): void {
  if (uid !== '' && /^[1-9]\d*$/.test(resourceVersion)) return;
  throw new TypeError(`a write needs the uid and the version that were read, not "${uid}" and "${resourceVersion}"`);
}

interface ApplyOptions extends CreateOptions {
  readonly force?: boolean | undefined;
  readonly purpose: Purpose;
}

function applyRequest(
  { requestTimeout }: Api,
  body: KubeObject,
  resource: Resource,
  { fieldManager, dryRun, force = false, purpose }: ApplyOptions,
): ApiRequest {
  const parameters = query({
    fieldManager,
    force: String(force),
    fieldValidation: 'Strict',
    dryRun: dryRun ? 'All' : undefined,
    // a little before we stop listening, so that the server does not write afterwards
    timeout: `${Math.ceil(requestTimeout * 0.9)}ms`,
  });
  return {
    method: 'PATCH',
    path: `${objectPath(nameOf(body, resource))}${parameters}`,
    contentType: 'application/apply-patch+yaml',
    body: toBody(body),
    dryRun,
    purpose,
  };
}

function written({ status, body }: JsonAnswer, request: ApiRequest, resource: Resource, { where }: Api): LiveObject {
  const live = liveObject(body, resource);
  if (live === undefined || live.metadata.name !== request.purpose.object?.name)
    throw unreadable({ status }, request, where);
  if (live.metadata.deletionTimestamp === undefined) return live;
  throw new ClusterError(where.cluster, `${request.purpose.subject} in ${where.cluster} is being deleted.`, {
    reason: 'terminating',
    object: request.purpose.object,
    hint: 'It waits for a finalizer. Wait until it is gone, or ask whoever set the finalizer.',
  });
}

const merged = ({ subject, object }: Purpose, { where: { cluster } }: Api): ClusterError =>
  new ClusterError(cluster, `${cluster} changed ${subject}, which exists, where it should have refused to create it.`, {
    reason: 'unexpected-answer',
    object,
    hint: 'This server does not keep the rule that makes writes safe. Look at the object; do not use aegis-xc there.',
  });
