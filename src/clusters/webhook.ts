import { ClusterError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { managedByLabel } from '../manifests/build.ts';
import type { KubeObject, Manifest, Resource } from '../manifests/manifest.ts';
import { federationLabel, fieldManager } from '../plan/ownership.ts';
import type { ClusterClient } from './client.ts';
import type { Known } from './live-cluster.ts';

/** Whether Istio looks at what is written. */
export type Watch = 'alive' | 'silent';

interface WebhookOptions {
  readonly client: ClusterClient;
  readonly federation: string;
  /** What this cluster is to have: the question is asked where we may write anyway. */
  readonly manifests: readonly Manifest[];
  /** Namespaces that are there. */
  readonly namespaces: ReadonlySet<string>;
}

/**
 * Asks for a dry run of an object that only Istio's webhook refuses: to the API server it is valid. The webhook is
 * installed failing open, so that without istiod everything would be accepted.
 */
export async function askWebhook({ client, federation, manifests, namespaces }: WebhookOptions): Promise<Known<Watch>> {
  const place = placeOf(manifests, namespaces);
  if (place === undefined) return { unread: 'no Namespace is there yet in which it could be asked' };
  const canary: KubeObject = {
    apiVersion: place.resource.apiVersion,
    kind: place.resource.kind,
    metadata: {
      name: 'aegis-xc-canary',
      namespace: place.namespace,
      labels: { ...managedByLabel, [federationLabel]: federation },
    },
    spec: place.spec,
  };
  try {
    await client.create(canary, place.resource, { fieldManager: fieldManager(federation), dryRun: true });
    return 'silent';
  } catch (error) {
    return meaningOf(error);
  }
}

function meaningOf(error: unknown): Known<Watch> {
  if (!(error instanceof ClusterError)) throw error;
  const { reason, message } = error;
  if (reason === 'denied-by-webhook')
    return /istio/i.test(message) ? 'alive' : { unread: `something else has refused the question: ${message}` };
  if (reason === 'forbidden') return { unread: 'these credentials may not write there' };
  if (reason === 'unreachable' || reason === 'unauthorized' || reason === 'aborted') throw error;
  return { unread: message };
}

interface Place {
  readonly resource: Resource;
  readonly namespace: string;
  readonly spec: JsonObject;
}

/** Valid by their schemas; istiod says `client certificate required for mutual tls`, and `unknown attribute`. */
const canaries: Readonly<Record<string, JsonObject>> = {
  DestinationRule: { host: 'canary.aegis-xc.invalid', trafficPolicy: { tls: { mode: 'MUTUAL' } } },
  AuthorizationPolicy: { rules: [{ when: [{ key: 'aegis-xc.canary', values: ['any'] }] }] },
};

/** Where such a kind is written anyway; else where anything is. */
function placeOf(manifests: readonly Manifest[], namespaces: ReadonlySet<string>): Place | undefined {
  const there = manifests.flatMap(({ resource, object: { metadata } }) =>
    metadata.namespace !== undefined && namespaces.has(metadata.namespace)
      ? [{ resource, namespace: metadata.namespace, spec: canaries[resource.kind] }]
      : [],
  );
  const asWritten = there.find(({ spec }) => spec !== undefined);
  if (asWritten?.spec) return { ...asWritten, spec: asWritten.spec };
  const kind = manifests.find(({ resource }) => canaries[resource.kind] !== undefined);
  const spec = kind && canaries[kind.resource.kind];
  const [first] = there;
  return first && kind && spec && { resource: kind.resource, namespace: first.namespace, spec };
}
