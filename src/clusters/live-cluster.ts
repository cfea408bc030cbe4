import { isJsonObject, type Json } from '../json.ts';
import type { Resource } from '../manifests/manifest.ts';
import type { Federation } from '../model/federation.ts';
import { footprint, namespacesIn } from '../model/footprint.ts';
import { namespaces } from '../plan/inventory.ts';
import type { Action } from '../plan/permissions.ts';
import { configMaps } from '../plan/records.ts';
import { type Certificate, certificatesIn } from './certificates.ts';
import type { ClusterClient } from './client.ts';
import { type Found, isReason, lister } from './live-lists.ts';
import {
  type LiveAuthorizationPolicy,
  type LiveCertificate,
  type LiveDeployment,
  type LiveDestinationRule,
  type LiveGateway,
  type LiveNamespace,
  type LivePeerAuthentication,
  type LivePod,
  type LiveServiceEntry,
  type LiveSidecar,
  type LiveVirtualService,
  read,
} from './live-shapes.ts';
import { type Mesh, readMesh, usualMeshNamespace } from './mesh.ts';
import { readService, type SeenService } from './survey-shapes.ts';

/** A value, or the reason why nobody knows it. */
export type Known<Value> = Value | { readonly unread: string };

/** What runs in a cluster around a federation: the evidence that a plan has no need of. */
export interface LiveCluster {
  readonly cluster: string;
  readonly context: string;
  /** Milliseconds that its clock is ahead of ours. */
  readonly clockSkew: number | undefined;
  readonly mesh: Known<Mesh>;
  /** The Deployments of istiod. */
  readonly istiod: Found<LiveDeployment>;
  readonly certManager: Found<LiveDeployment>;
  /** What every proxy of the mesh trusts: the roots that istiod gives out. */
  readonly roots: Known<readonly Certificate[]>;
  /** Roots of others that the mesh trusts besides: `caCertificates` of its MeshConfig. */
  readonly foreignRoots: Known<readonly Certificate[]>;
  readonly namespaces: Found<LiveNamespace>;
  readonly services: Found<SeenService>;
  readonly pods: Found<LivePod>;
  readonly destinationRules: Found<LiveDestinationRule>;
  readonly virtualServices: Found<LiveVirtualService>;
  readonly serviceEntries: Found<LiveServiceEntry>;
  readonly sidecars: Found<LiveSidecar>;
  readonly gateways: Found<LiveGateway>;
  readonly peerAuthentications: Found<LivePeerAuthentication>;
  readonly authorizationPolicies: Found<LiveAuthorizationPolicy>;
  /** Certificates of cert-manager beside istiod. */
  readonly certificates: Found<LiveCertificate>;
}

/** Reads all of it at once: lists, no request per object. What may not be read is a gap. Writes nothing. */
export async function readLiveCluster(client: ClusterClient, federation: Federation): Promise<LiveCluster> {
  const { cluster, context } = client;
  const expected = expectedMeshNamespace(federation);
  const mesh = await readMesh(client, expected);
  const meshNamespace = 'unread' in mesh ? expected : mesh.namespace;
  const own = footprint(federation, cluster);
  const everywhere = [...new Set([...namespacesIn(own), meshNamespace])];
  // What is for the whole mesh may be elsewhere than istiod.
  const withRoot = 'unread' in mesh ? everywhere : [...new Set([...everywhere, mesh.rootNamespace])];
  const list = lister(client);
  const hasCa = federation.certificateAuthority !== undefined;
  const found = await together({
    istiod: list(kinds.deployment, read.deployment, { labelSelector: 'app=istiod', within: [meshNamespace] }),
    certManager: hasCa
      ? list(kinds.deployment, read.deployment, { labelSelector: certManagerLabel, anywhere: ['cert-manager'] })
      : nothing,
    roots: readRoots(client, meshNamespace),
    namespaces: readNamespaces(client, [...new Set([...everywhere, ...own.imports])]),
    services: list(kinds.service, readService, { within: everywhere }),
    pods: list(kinds.pod, read.pod, { within: everywhere }),
    destinationRules: list(kinds.destinationRule, read.destinationRule, { anywhere: everywhere }),
    virtualServices: list(kinds.virtualService, read.virtualService, { anywhere: everywhere }),
    serviceEntries: list(kinds.serviceEntry, read.serviceEntry, { anywhere: everywhere }),
    sidecars: list(kinds.sidecar, read.sidecar, { anywhere: everywhere }),
    gateways: list(kinds.gateway, read.gateway, { anywhere: everywhere }),
    peerAuthentications: list(kinds.peerAuthentication, read.peerAuthentication, { within: withRoot }),
    authorizationPolicies: list(kinds.authorizationPolicy, read.authorizationPolicy, { within: withRoot }),
    certificates: hasCa ? list(kinds.certificate, read.certificate, { within: [meshNamespace] }) : nothing,
  });
  return {
    cluster,
    context,
    ...found,
    mesh,
    foreignRoots: 'unread' in mesh ? mesh : foreignRoots(mesh),
    clockSkew: client.clockSkew(),
  };
}

/** Where istiod is to run, by the spec. */
const expectedMeshNamespace = ({ certificateAuthority }: Federation): string =>
  certificateAuthority?.namespace ?? usualMeshNamespace;

const istio = (kind: string, plural: string, group = 'networking'): Resource => ({
  apiVersion: `${group}.istio.io/v1`,
  kind,
  plural,
  namespaced: true,
});

/** What is read, and never written. */
export const kinds = {
  service: { apiVersion: 'v1', kind: 'Service', plural: 'services', namespaced: true },
  pod: { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  certificate: { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', plural: 'certificates', namespaced: true },
  destinationRule: istio('DestinationRule', 'destinationrules'),
  virtualService: istio('VirtualService', 'virtualservices'),
  serviceEntry: istio('ServiceEntry', 'serviceentries'),
  sidecar: istio('Sidecar', 'sidecars'),
  gateway: istio('Gateway', 'gateways'),
  peerAuthentication: istio('PeerAuthentication', 'peerauthentications', 'security'),
  authorizationPolicy: istio('AuthorizationPolicy', 'authorizationpolicies', 'security'),
} as const satisfies Record<string, Resource>;

/** What somebody has to be allowed to for all of it to be read. Of Istio's routing objects those of any Namespace may count. */
export function readActions(federation: Federation, cluster: string): Action[] {
  const meshNamespace = expectedMeshNamespace(federation);
  const own = footprint(federation, cluster);
  const everywhere = [...new Set([...namespacesIn(own), meshNamespace])];
  const hasCa = federation.certificateAuthority !== undefined;
  const listIn = (places: readonly string[], resources: readonly Resource[]): Action[] =>
    places.flatMap((namespace) => resources.map((resource) => ({ verb: 'list', resource, namespace })));
  const { destinationRule, virtualService, serviceEntry, sidecar, gateway } = kinds;
  return [
    ...[...new Set([...everywhere, ...own.imports])].map((name) => ({ verb: 'get', resource: namespaces, name })),
    { verb: 'get', resource: configMaps, namespace: meshNamespace },
    ...listIn([meshNamespace], [kinds.deployment, ...(hasCa ? [kinds.certificate] : [])]),
    ...(hasCa ? [{ verb: 'list', resource: kinds.deployment }] : []),
    ...listIn(everywhere, [kinds.service, kinds.pod, kinds.peerAuthentication, kinds.authorizationPolicy]),
    ...[destinationRule, virtualService, serviceEntry, sidecar, gateway].map((resource) => ({
      verb: 'list',
      resource,
    })),
  ];
}

/** https://cert-manager.io/docs/installation/helm/ gives its Deployment the label. */
const certManagerLabel = 'app.kubernetes.io/name=cert-manager,app.kubernetes.io/component=controller';

const nothing = Promise.resolve({ items: [] });

/** All at once; the first failure is the failure. */
async function together<Values extends Readonly<Record<string, unknown>>>(
  reading: { readonly [Key in keyof Values]: Promise<Values[Key]> },
): Promise<Values> {
  const values = await Promise.all(Object.entries(reading).map(async ([key, value]) => [key, await value] as const));
  return Object.fromEntries(values) as Values; // the keys are the same
}

async function readNamespaces(client: ClusterClient, names: readonly string[]): Promise<Found<LiveNamespace>> {
  const gaps: string[] = [];
  const found = await Promise.all(
    names.map((name) =>
      client.get({ resource: namespaces, name }).catch((error: unknown) => {
        if (!isReason(error, 'forbidden')) throw error;
        gaps.push(name);
        return undefined;
      }),
    ),
  );
  const items = found.flatMap((object) => (object && read.namespace(object)) ?? []);
  return gaps.length === 0 ? { items } : { items, gap: `Namespace ${gaps.join(', ')} may not be read` };
}

/** istiod writes the roots of its mesh into every Namespace, and so beside itself. */
async function readRoots(client: ClusterClient, namespace: string): Promise<LiveCluster['roots']> {
  const name = 'istio-ca-root-cert';
  const place = `the ConfigMap ${namespace}/${name}`;
  try {
    const map = await client.get({ resource: configMaps, namespace, name });
    if (map === undefined) return { unread: `there is no ${place.slice(4)}: istiod has not written it` };
    const pem = isJsonObject(map.data) ? map.data['root-cert.pem'] : undefined;
    const found = typeof pem === 'string' ? certificatesIn(pem) : undefined;
    return found?.length ? found : { unread: `${place} has no readable certificate` };
  } catch (error) {
    if (!isReason(error, 'forbidden')) throw error;
    return { unread: `${place} may not be read with these credentials` };
  }
}

function foreignRoots({ config: { caCertificates } }: Mesh): LiveCluster['foreignRoots'] {
  const entries = (Array.isArray(caCertificates) ? caCertificates : []).filter(isJsonObject);
  if (entries.some(({ spiffeBundleUrl }: Record<string, Json | undefined>) => spiffeBundleUrl !== undefined)) {
    return { unread: 'istiod reads further roots from a URL (spiffeBundleUrl)' };
  }
  const read = entries.flatMap(({ pem }) => (typeof pem === 'string' ? [certificatesIn(pem)] : []));
  const unreadable = read.some((found) => found === undefined || found.length === 0);
  return unreadable ? { unread: 'a `pem` in the MeshConfig is no certificate' } : read.flatMap((found) => found ?? []);
}
