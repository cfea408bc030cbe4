import type { JsonObject } from '../json.ts';
import type { Federation } from '../model/federation.ts';
import type { Instance, ManifestKind } from './kind.ts';
import { kinds } from './kinds/index.ts';
import type { KubeObject, Manifest, Metadata } from './manifest.ts';
import { buildStages } from './manifest.ts';

export const managedByLabel = { 'app.kubernetes.io/managed-by': 'aegis-xc' } as const;
export const federationAnnotation = 'aegis-xc.dev/federation';
const clusterAnnotation = 'aegis-xc.dev/cluster';

/**
 * Every object of the federation: clusters in the order of the spec, and for each its objects in the order of the stages
 * and of `kinds/index.ts`.
 */
export function buildManifests(federation: Federation): Manifest[] {
  const byCluster = new Map<string, Manifest[]>(federation.clusters.map(({ name }) => [name, []]));
  for (const kind of kindsInOrder) {
    for (const instance of kind.instances(federation)) {
      byCluster.get(instance.cluster)?.push(toManifest(federation, kind, instance));
    }
  }
  return [...byCluster.values()].flat();
}

const kindsInOrder = [...kinds].sort((a, b) => buildStages.indexOf(a.stage) - buildStages.indexOf(b.stage));

const toManifest = (federation: Federation, kind: ManifestKind, { cluster, at, values }: Instance): Manifest => ({
  cluster,
  resource: kind.resource,
  stage: kind.stage,
  object: marked(kind.bind(values), federation, cluster, kind),
  source: at,
});

/** Says on the object whose it is. The import Namespace is shared by federations, so it names none. */
function marked(bound: JsonObject, federation: Federation, cluster: string, kind: ManifestKind): KubeObject {
  // The template says that there is a kind, an apiVersion and a name; `defineKind` and its values have checked it.
  const object = bound as KubeObject;
  const { labels, annotations, ...rest } = object.metadata;
  const metadata: Metadata = {
    ...rest,
    labels: { ...managedByLabel, ...labels },
    annotations: {
      [clusterAnnotation]: cluster,
      ...(kind.resource.namespaced ? { [federationAnnotation]: federation.name } : {}),
      ...annotations,
    },
  };
  return { ...object, metadata };
}
