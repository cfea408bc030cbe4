import { kindSchemas } from './schema/kinds.ts';
import type { KindSchema } from './schema/schema.ts';

const byGroup = new Map<string, Map<string, KindSchema>>();
const byKind = new Map<string, KindSchema>();
for (const schema of kindSchemas) {
  const kinds = byGroup.get(schema.group) ?? new Map<string, KindSchema>();
  byGroup.set(schema.group, kinds.set(schema.kind, schema));
  // `Gateway` is Istio's: the Gateway API's is told by its group.
  if (!byKind.has(schema.kind)) byKind.set(schema.kind, schema);
}

/** What the judged objects refer to: it is looked at, and not judged by itself. */
const evidence = new Set([
  ...['ConfigMap', 'Namespace', 'Pod', 'Secret', 'Service', 'ServiceAccount'].map((kind) => `/${kind}`),
  ...['apps/DaemonSet', 'apps/Deployment', 'apps/StatefulSet', 'batch/CronJob', 'batch/Job'],
  ...['networking.k8s.io/NetworkPolicy', 'install.istio.io/IstioOperator', 'sailoperator.io/Istio'],
  'monitoring.coreos.com/PrometheusRule',
]);

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

export const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

/** The kinds of an API group that lint judges. */
export const kindsOf = (group: string): ReadonlyMap<string, KindSchema> => byGroup.get(group) ?? none;
const none: ReadonlyMap<string, KindSchema> = new Map();

export const schemaOf = ({ apiVersion, kind }: Kind): KindSchema | undefined => kindsOf(groupOf(apiVersion)).get(kind);

/** The kind that this name most likely means, whatever group was written. */
export const schemaOfKind = (kind: string): KindSchema | undefined => byKind.get(kind);

/** The apiVersion to write. */
export const apiVersionOf = ({ group, versions }: KindSchema): string => `${group}/${versions[0]}`;

export const isJudged = ({ apiVersion }: Pick<Kind, 'apiVersion'>): boolean => byGroup.has(groupOf(apiVersion));

export const isLookedAt = (object: Kind): boolean =>
  isJudged(object) ||
  evidence.has(`${groupOf(object.apiVersion)}/${object.kind}`) ||
  (object.apiVersion === '' && byKind.has(object.kind));
