import type { KubeObject, Manifest, Resource } from '../manifests/manifest.ts';
import { namespaces } from './inventory.ts';
import { systemNamespace } from './ownership.ts';
import { configMaps } from './records.ts';
import type { Step } from './step.ts';

/** Something that somebody may do, or not. */
export interface Action {
  readonly verb: string;
  readonly resource: Resource;
  /** Left out: in all of them, or the kind has none. */
  readonly namespace?: string | undefined;
  /** Left out: any object. */
  readonly name?: string | undefined;
}

export const leases: Resource = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};

const everything = ['get', 'list', 'create', 'patch', 'delete'] as const;
const readOnly = ['get', 'list'] as const;

/** What every run does beside its objects: it looks which cluster this is, and keeps its records. */
const ownRecords = (verbs: readonly string[]): Action[] => [
  { verb: 'get', resource: namespaces, name: 'kube-system' },
  { verb: 'get', resource: namespaces, name: systemNamespace },
  ...verbs.map((verb) => ({ verb, resource: configMaps, namespace: systemNamespace })),
  ...verbs.filter((verb) => verb !== 'list').map((verb) => ({ verb, resource: leases, namespace: systemNamespace })),
];

/**
 * Everything that `apply` may ever do with these objects in their cluster: make, change and remove them. The two Namespaces
 * of the program are not among it: whoever grants the rest makes them first.
 */
export const actionsOf = (manifests: readonly Manifest[], { reads = false } = {}): Action[] =>
  distinct([
    ...ownRecords(reads ? readOnly : everything),
    ...manifests.flatMap(({ resource, object: { metadata } }): Action[] =>
      resource.namespaced
        ? [
            { verb: 'get', resource: namespaces, name: metadata.namespace },
            ...(reads ? readOnly : everything).map((verb) => ({ verb, resource, namespace: metadata.namespace })),
          ]
        : [{ verb: 'get', resource, name: metadata.name }],
    ),
  ]);

/** What a plan does in one cluster, the way back included. A server-side apply that makes an object needs both verbs. */
export const actionsOfSteps = (steps: readonly Step[], hasSystemNamespace: boolean): Action[] =>
  distinct([
    ...ownRecords(everything),
    ...(hasSystemNamespace ? [] : [{ verb: 'create', resource: namespaces }, patchNamespace(systemNamespace)]),
    ...steps.flatMap(({ op, resource, id: { namespace, name } }): Action[] => {
      // The import Namespace stays when everything else goes back.
      if (!resource.namespaced) return [{ verb: 'create', resource }, patchNamespace(name)];
      const verbs = op === 'update' ? ['patch'] : ['create', 'patch', 'delete'];
      return verbs.map((verb) => ({ verb, resource, namespace }));
    }),
  ]);

const patchNamespace = (name: string): Action => ({ verb: 'patch', resource: namespaces, name });

const distinct = (actions: readonly Action[]): Action[] => [
  ...new Map(actions.map((action) => [JSON.stringify(action), action])).values(),
];

/** Roles that allow just these actions: one for each Namespace, and one for what has none. Nobody is bound to them. */
export function rolesFor(name: string, actions: readonly Action[]): KubeObject[] {
  const byNamespace = new Map<string, Action[]>();
  const anywhere = new Set(actions.filter(isForAll).map(kindKey));
  for (const action of actions) {
    if (action.namespace !== undefined && anywhere.has(kindKey(action))) continue;
    const key = action.namespace ?? '';
    byNamespace.set(key, [...(byNamespace.get(key) ?? []), action]);
  }
  return [...byNamespace]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([namespace, own]) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: namespace === '' ? 'ClusterRole' : 'Role',
      metadata: { name, ...(namespace !== '' && { namespace }) },
      rules: rulesFor(own),
    }));
}

/** What is allowed everywhere need not be said again of one Namespace. */
const isForAll = ({ namespace, name }: Action): boolean => namespace === undefined && name === undefined;
const kindKey = ({ verb, resource: { apiVersion, plural } }: Action): string => `${verb} ${apiVersion} ${plural}`;

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
  /** An object of the API, too. */
  readonly [key: string]: readonly string[] | undefined;
}

/** Kinds of one group with the same verbs are one rule, as are names of one kind. */
function rulesFor(actions: readonly Action[]): Rule[] {
  const verbsOf = new Map<string, { group: string; resource: string; name: string; verbs: Set<string> }>();
  for (const { verb, resource, name = '' } of actions) {
    const group = groupOf(resource);
    const key = `${group}/${resource.plural}/${name}`;
    const known = verbsOf.get(key) ?? { group, resource: resource.plural, name, verbs: new Set() };
    known.verbs.add(verb);
    verbsOf.set(key, known);
  }
  const rules = new Map<string, { group: string; resources: Set<string>; names: Set<string>; verbs: string[] }>();
  for (const { group, resource, name, verbs } of verbsOf.values()) {
    const sorted = [...verbs].sort(byUse);
    const key = [group, name === '' ? 'any' : resource, ...sorted].join('/');
    const rule = rules.get(key) ?? { group, resources: new Set(), names: new Set(), verbs: sorted };
    rule.resources.add(resource);
    if (name !== '') rule.names.add(name);
    rules.set(key, rule);
  }
  return [...rules.values()].map(({ group, resources, names, verbs }) => ({
    apiGroups: [group],
    resources: [...resources].sort(),
    ...(names.size > 0 && { resourceNames: [...names].sort() }),
    verbs,
  }));
}

const byUse = (a: string, b: string): number => order.indexOf(a) - order.indexOf(b);
const order: readonly string[] = everything;

const groupOf = ({ apiVersion }: Resource): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
