import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { textsOf } from '../manifests/transition.ts';
import type { Cluster, Federation } from '../model/federation.ts';
import type { SourcedObject } from '../objects/object-set.ts';
import { hostsOf } from './hosts.ts';
import type { MeshSettings } from './verdict.ts';

/** One cluster, with the objects of which is known that they are there. */
export interface Site {
  readonly cluster: Cluster;
  readonly mesh: MeshSettings;
  of(kind: Kind): readonly KubeObject[];
  /** Those in one of the Namespaces. */
  within(kind: Kind, ...namespaces: readonly string[]): readonly KubeObject[];
  /** Those that are about a host by its name, and those with patterns. */
  about(kind: Kind, host: string): readonly KubeObject[];
}

export interface Sites {
  readonly federation: Federation;
  readonly all: readonly Site[];
  of(cluster: string): Site | undefined;
  /** Where an object comes from. */
  sourceOf(object: KubeObject): SourcedObject | undefined;
}

/** What decides on a call, and the API that it belongs to: a Gateway of the Gateway API is another thing. */
const groups = {
  AuthorizationPolicy: 'security.istio.io',
  PeerAuthentication: 'security.istio.io',
  ServiceEntry: 'networking.istio.io',
  DestinationRule: 'networking.istio.io',
  VirtualService: 'networking.istio.io',
  Gateway: 'networking.istio.io',
  Sidecar: 'networking.istio.io',
  NetworkPolicy: 'networking.k8s.io',
} as const;
export type Kind = keyof typeof groups;

export interface SiteInput {
  readonly federation: Federation;
  /** One without a cluster is in all of them. Of two with one name the first counts. */
  readonly objects: readonly SourcedObject[];
  /** By cluster, as far as it is known. */
  readonly meshConfigs?: ReadonlyMap<string, JsonObject>;
}

/** The objects by cluster and kind. */
export function sitesOf({ federation, objects, meshConfigs }: SiteInput): Sites {
  const sources = new Map<KubeObject, SourcedObject>();
  const all = federation.clusters.map((cluster): Site => {
    const byKind = new Map<string, KubeObject[]>();
    const names = new Set<string>();
    for (const source of objects) {
      const { kind, namespace, name } = source;
      const key = `${kind} ${namespace}/${name}`;
      if ((source.cluster ?? cluster.name) !== cluster.name || !isKnown(source) || names.has(key)) continue;
      const object = kubeObject(source);
      names.add(key);
      sources.set(object, { ...source, cluster: cluster.name });
      const others = byKind.get(kind);
      if (others) others.push(object);
      else byKind.set(kind, [object]);
    }
    const of = (kind: Kind): readonly KubeObject[] => byKind.get(kind) ?? [];
    const byNamespace = indexed(of, ({ metadata }) => [metadata.namespace ?? '']);
    const byHost = indexed(of, hostKeys);
    return {
      cluster,
      mesh: meshSettings(cluster, meshConfigs?.get(cluster.name)),
      of,
      within: (kind, ...namespaces) => [...new Set(namespaces)].flatMap((name) => byNamespace(kind, name)),
      about: (kind, host) => [...byHost(kind, host), ...byHost(kind, pattern)],
    };
  });
  const byName = new Map(all.map((site) => [site.cluster.name, site]));
  return { federation, all, of: (name) => byName.get(name), sourceOf: (object) => sources.get(object) };
}

/** Read once for every kind: a matrix of callers and services asks for each of them again and again. */
function indexed(of: Site['of'], keysOf: (object: KubeObject) => readonly string[]) {
  const indices = new Map<Kind, Map<string, KubeObject[]>>();
  return (kind: Kind, key: string): readonly KubeObject[] => {
    const index = indices.get(kind) ?? indexOf(of(kind), keysOf);
    indices.set(kind, index);
    return index.get(key) ?? [];
  };
}

function indexOf(objects: readonly KubeObject[], keysOf: (object: KubeObject) => readonly string[]) {
  const index = new Map<string, KubeObject[]>();
  for (const object of objects) {
    for (const key of new Set(keysOf(object))) {
      const others = index.get(key);
      if (others) others.push(object);
      else index.set(key, [object]);
    }
  }
  return index;
}

const pattern = '*';
const hostKeys = (object: KubeObject): readonly string[] =>
  hostsOf(object).map((one) => (one.startsWith('*') ? pattern : one));

const isKnown = ({ apiVersion, kind }: SourcedObject): boolean =>
  Object.entries(groups).some(([known, group]) => known === kind && apiVersion.startsWith(`${group}/`));

/** What is not written down is `default`, as kubectl takes it. */
function kubeObject({ apiVersion, kind, namespace = 'default', name, object }: SourcedObject): KubeObject {
  const { annotations } = isJsonObject(object.metadata) ? object.metadata : {};
  return { ...object, apiVersion, kind, metadata: { name, namespace, annotations: textsIn(annotations) } };
}

const textsIn = (map: Json | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(isJsonObject(map) ? map : {}).map(([key, value]) => [key, String(value)]));

/** Of a mesh whose MeshConfig doesn't say it. */
export const usualRootNamespace = 'istio-system';

/** Istio's defaults, where the MeshConfig is not known or doesn't say it. */
function meshSettings({ trustDomain }: Cluster, meshConfig: JsonObject = {}): MeshSettings {
  const { rootNamespace, trustDomainAliases } = meshConfig;
  return {
    rootNamespace: typeof rootNamespace === 'string' ? rootNamespace : usualRootNamespace,
    trustDomains: [trustDomain, ...textsOf(trustDomainAliases)],
  };
}
