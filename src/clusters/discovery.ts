import { ClusterError } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Resource } from '../manifests/manifest.ts';
import { type Api, ask } from './api.ts';
import type { Purpose } from './purpose.ts';
import { groupPath } from './wire.ts';

export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly gitVersion: string;
}

export interface Discovery {
  /** The cluster knows this kind in this version. */
  served(resource: Resource): Promise<boolean>;
}

const purpose: Purpose = { verb: 'check', subject: 'its API groups' };

/** Asked once per cluster: all groups in one answer, or group by group where the server is too old for that. */
export function openDiscovery(api: Api): Discovery {
  const known = new Map<string, Promise<Served>>();
  const once = (path: string, load: () => Promise<Served>): Promise<Served> => {
    const loading = known.get(path) ?? load();
    known.set(path, loading);
    // a failure is not remembered
    loading.catch(() => known.delete(path));
    return loading;
  };
  return {
    async served(resource) {
      const root = resource.apiVersion.includes('/') ? '/apis' : '/api';
      const all = await once(root, () => allGroups(api, root));
      const path = groupPath(resource);
      const served = all ?? (await once(path, () => oneGroup(api, path)));
      return served?.has(keyOf(resource)) ?? false;
    },
  };
}

/** The UID of the namespace kube-system: the nearest thing to a cluster's identity. */
export async function clusterIdentity(api: Api): Promise<string> {
  const about: Purpose = { verb: 'read', subject: 'the namespace kube-system' };
  const { body } = await ask(api, { method: 'GET', path: '/api/v1/namespaces/kube-system', purpose: about });
  const uid = isJsonObject(body.metadata) ? body.metadata.uid : undefined;
  if (typeof uid === 'string') return uid;
  throw notAnApiServer(api, 'its namespace kube-system has no UID');
}

export async function serverVersion(api: Api): Promise<Version> {
  const about: Purpose = { verb: 'read', subject: 'its version' };
  const { body } = await ask(api, { method: 'GET', path: '/version', purpose: about });
  // a plus stands after the minor version of some providers
  const [major, minor] = [Number.parseInt(String(body.major), 10), Number.parseInt(String(body.minor), 10)];
  if (Number.isNaN(major) || Number.isNaN(minor)) throw notAnApiServer(api, 'its version is not one of Kubernetes');
  return { major, minor, gitVersion: String(body.gitVersion) };
}

const notAnApiServer = ({ where: { cluster, server, context } }: Api, why: string): ClusterError =>
  new ClusterError(cluster, `${cluster} (${server}) does not answer as an API server does: ${why}.`, {
    reason: 'unexpected-answer',
    hint: `Is the server of the context "${context}" right?`,
  });

/** Keys of the resources; undefined when the answer is in the old form. */
type Served = ReadonlySet<string> | undefined;

const keyOf = ({ apiVersion, plural, kind }: Pick<Resource, 'apiVersion' | 'plural' | 'kind'>): string =>
  `${apiVersion}/${plural}/${kind}`;

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

async function allGroups(api: Api, path: string): Promise<Served> {
  const { body } = await ask(api, { method: 'GET', path, accept: aggregated, purpose });
  if (body.kind !== 'APIGroupDiscoveryList') return undefined;
  const keys = objects(body.items).flatMap((group) => {
    const name = isJsonObject(group.metadata) ? group.metadata.name : undefined;
    return objects(group.versions).flatMap(({ version, resources }) => {
      const apiVersion = name ? `${name}/${version}` : String(version);
      return objects(resources).map(({ resource, responseKind }) =>
        keyOf({
          apiVersion,
          plural: String(resource),
          kind: isJsonObject(responseKind) ? String(responseKind.kind) : '',
        }),
      );
    });
  });
  return new Set(keys);
}

/** One group and version in the old form; an empty set when it is not served. */
async function oneGroup(api: Api, path: string): Promise<Served> {
  try {
    const { body } = await ask(api, { method: 'GET', path, purpose });
    const apiVersion = String(body.groupVersion);
    return new Set(
      objects(body.resources).map(({ name, kind }) => keyOf({ apiVersion, plural: String(name), kind: String(kind) })),
    );
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'not-served') return new Set();
    throw error;
  }
}

const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
