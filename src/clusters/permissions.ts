import { ClusterError } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Resource } from '../manifests/manifest.ts';
import type { Action } from '../plan/permissions.ts';
import { type Api, ask } from './api.ts';
import type { Purpose } from './purpose.ts';

export interface Permissions {
  /** Undefined when it can't be found out. */
  can(action: Action): Promise<boolean | undefined>;
}

/** One question per namespace answers most; what its answer leaves open is asked one by one. */
export function openPermissions(api: Api): Permissions {
  const known = new Map<string, Promise<Rules | undefined>>();
  return {
    async can(action) {
      const { resource, namespace = '' } = action;
      if (!resource.namespaced || namespace === '') return askAbout(api, action);
      const asking = known.get(namespace) ?? rulesFor(api, namespace);
      known.set(namespace, asking);
      asking.catch(() => known.delete(namespace));
      const rules = await asking;
      if (rules?.allow.some((rule) => covers(rule, action))) return true;
      return rules?.complete ? false : askAbout(api, action);
    },
  };
}

interface Rules {
  readonly allow: readonly JsonObject[];
  /** False when an authorizer can't list its rules. */
  readonly complete: boolean;
}

const purpose: Purpose = { verb: 'check', subject: 'its permissions' };

async function rulesFor(api: Api, namespace: string): Promise<Rules | undefined> {
  const status = await review(api, 'SelfSubjectRulesReview', 'selfsubjectrulesreviews', { namespace });
  if (status === undefined) return undefined;
  const { resourceRules, incomplete } = status;
  return {
    allow: Array.isArray(resourceRules) ? resourceRules.filter(isJsonObject) : [],
    complete: incomplete === false,
  };
}

async function askAbout(api: Api, { verb, resource, namespace, name }: Action): Promise<boolean | undefined> {
  const { group, version } = groupOf(resource);
  const resourceAttributes = {
    verb,
    group,
    version,
    resource: resource.plural,
    namespace: namespace ?? '',
    name: name ?? '',
  };
  const status = await review(api, 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', { resourceAttributes });
  return typeof status?.allowed === 'boolean' ? status.allowed : undefined;
}

/** The status of a review; undefined where reviews themselves are not allowed or not served. */
async function review(api: Api, kind: string, plural: string, spec: JsonObject): Promise<JsonObject | undefined> {
  const apiVersion = 'authorization.k8s.io/v1';
  try {
    const { body } = await ask(api, {
      method: 'POST',
      path: `/apis/${apiVersion}/${plural}`,
      contentType: 'application/json',
      body: JSON.stringify({ apiVersion, kind, spec }),
      purpose,
    });
    return isJsonObject(body.status) ? body.status : undefined;
  } catch (error) {
    if (error instanceof ClusterError && ['forbidden', 'not-served', 'not-found'].includes(error.reason))
      return undefined;
    throw error;
  }
}

function covers({ verbs, apiGroups, resources, resourceNames }: JsonObject, { verb, resource, name }: Action): boolean {
  const names = Array.isArray(resourceNames) ? resourceNames : [];
  return (
    hasOrAll(verbs, verb) &&
    hasOrAll(apiGroups, groupOf(resource).group) &&
    hasOrAll(resources, resource.plural) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
}

const hasOrAll = (list: Json | undefined, value: string): boolean =>
  Array.isArray(list) && (list.includes(value) || list.includes('*'));

function groupOf({ apiVersion }: Resource): { group: string; version: string } {
  const [group = '', version] = apiVersion.split('/');
  return version === undefined ? { group: '', version: group } : { group, version };
}
