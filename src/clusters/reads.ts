import { ClusterError } from '../errors.ts';
import { isJsonObject, type Json } from '../json.ts';
import type { Resource } from '../manifests/manifest.ts';
import type { LiveObject } from '../plan/live.ts';
import { type Api, accepted, ask, unreadable } from './api.ts';
import { liveObject } from './live-object.ts';
import { aboutObject, type Purpose, type Where } from './purpose.ts';
import type { ApiRequest } from './requests.ts';
import { collectionPath, type ObjectName, objectPath, query } from './wire.ts';

export interface ListOptions {
  readonly labelSelector?: string | undefined;
  /** Left out: all namespaces. */
  readonly namespace?: string | undefined;
  /** Without spec and status. */
  readonly metadataOnly?: boolean | undefined;
}

const pageSize = 500;
const mostRestarts = 3;

/** Every object of a kind, in pages of one snapshot; from the start again when the snapshot is gone. */
export async function listObjects(api: Api, resource: Resource, options: ListOptions = {}): Promise<LiveObject[]> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await allPages(api, resource, options);
    } catch (error) {
      if (!(error instanceof SnapshotGone)) throw error;
      if (restarts === mostRestarts) throw tooSlow(api.where, resource, error);
    }
  }
}

/** The object, or undefined when there is none. */
export async function getObject(api: Api, ref: ObjectName): Promise<LiveObject | undefined> {
  const purpose = aboutObject('read', ref, api.where);
  const request: ApiRequest = { method: 'GET', path: objectPath(ref), purpose };
  try {
    const { status, body } = await ask(api, request);
    const live = liveObject(body, ref.resource);
    if (live?.metadata.name !== ref.name) throw unreadable({ status }, request, api.where);
    return live;
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'not-found') return undefined;
    throw error;
  }
}

class SnapshotGone extends Error {}

const tooSlow = ({ cluster }: Where, { kind }: Resource, cause: unknown): ClusterError =>
  new ClusterError(cluster, `${cluster} gives up the list of ${kind} objects before it is read to the end.`, {
    reason: 'server',
    cause,
  });

const metadataOfList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

async function allPages(
  api: Api,
  resource: Resource,
  { labelSelector, namespace, metadataOnly }: ListOptions,
): Promise<LiveObject[]> {
  const purpose: Purpose = { verb: 'read', resource, subject: `the objects of kind ${resource.kind}` };
  const objects: LiveObject[] = [];
  let next: string | undefined;
  do {
    const path = `${collectionPath(resource, namespace)}${query({ limit: pageSize, labelSelector, continue: next })}`;
    const request: ApiRequest = { method: 'GET', path, purpose, accept: metadataOnly ? metadataOfList : undefined };
    const page = await askForPage(api, request, resource, next !== undefined);
    objects.push(...page.objects);
    next = page.next;
  } while (next !== undefined);
  return objects;
}

interface Page {
  readonly objects: readonly LiveObject[];
  readonly next: string | undefined;
}

async function askForPage(api: Api, request: ApiRequest, resource: Resource, isLater: boolean): Promise<Page> {
  const answer = await api.requests.send(request);
  // the token of a page is good for about five minutes
  if (answer.status === 410 && isLater) throw new SnapshotGone('the pages of the list have expired');
  const { status, body } = accepted(answer, request, api.where);
  // an empty page of metadata has `items: null`
  const items = body.items ?? [];
  const objects = Array.isArray(items) ? items.map((item: Json) => liveObject(item, resource)) : [undefined];
  if (!String(body.kind).endsWith('List') || !objects.every(isPresent))
    throw unreadable({ status }, request, api.where);
  const token = isJsonObject(body.metadata) ? body.metadata.continue : undefined;
  return { objects, next: typeof token === 'string' && token !== '' ? token : undefined };
}

const isPresent = <Value>(value: Value | undefined): value is Value => value !== undefined;
