import { dump } from 'js-yaml';
import type { JsonObject } from '../../src/json.ts';
import type { ClusterAccess } from '../bench/access.ts';
import { ca } from './certificates.ts';

/**
 * What a cluster with a mesh looks like to somebody who reads it: the objects of an istiod, a gateway and workloads, without
 * anything that runs. The bench of real meshes shows that the real ones look so.
 */
export type FixtureObject = JsonObject & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject & { readonly name: string; readonly namespace?: string };
};

/** `a` or `b`: with the names and addresses that the builder of federations gives them. */
export function meshObjects(letter: 'a' | 'b', { env = [] }: Pick<Istiod, 'env'> = {}): FixtureObject[] {
  return [
    ...['istio-system', 'shop', 'aegis-xc'].map((name) => namespace(name, { 'istio-injection': 'enabled' })),
    namespace('default', { 'istio-injection': 'enabled' }),
    meshConfig(letter),
    roots([ca.cert]),
    istiod({ labels: { 'app.kubernetes.io/version': '1.0.0' }, env }),
    service('istiod', 'istio-system', { selector: { app: 'istiod' }, ports: [{ port: 15012 }] }, { app: 'istiod' }),
    service('istio-eastwestgateway', 'istio-system', gatewayService(letter)),
    account('frontend', 'shop'),
    account('backend', 'default'),
    account('intruder', 'default'),
    service('backend-api', 'default', backendService()),
    ...canaryPolicy(),
  ];
}

/** They have no node, so their state is what the test says. */
export const meshPods = (): FixtureObject[] => [
  pod('istio-eastwestgateway-1', 'istio-system', { labels: { istio: 'eastwestgateway' } }),
  pod('backend-api-1', 'default', { labels: { app: 'backend-api' }, serviceAccountName: 'backend' }),
  pod('frontend-1', 'shop', { labels: { app: 'frontend' }, serviceAccountName: 'frontend' }),
];

export const namespace = (name: string, labels: JsonObject): FixtureObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

const account = (name: string, space: string): FixtureObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: space },
});

export const meshConfig = (letter: 'a' | 'b', difference: JsonObject = {}): FixtureObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'istio', namespace: 'istio-system' },
  data: {
    mesh: dump({
      trustDomain: `cluster-${letter}.example`,
      caCertificates: [{ trustDomains: [`cluster-${letter === 'a' ? 'b' : 'a'}.example`] }],
      ...difference,
    }),
  },
});

export const roots = (pems: readonly string[]): FixtureObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'istio-ca-root-cert', namespace: 'istio-system' },
  data: { 'root-cert.pem': pems.join('\n') },
});

interface Istiod {
  readonly labels?: JsonObject;
  readonly image?: string;
  readonly env?: readonly JsonObject[];
}

export const istiod = ({ labels = {}, image = 'docker.io/istio/pilot:1.31.0', env = [] }: Istiod): FixtureObject =>
  deployment('istiod', 'istio-system', { app: 'istiod', ...labels }, { image, env });

export const deployment = (
  name: string,
  space: string,
  labels: JsonObject,
  { image, env = [] }: Pick<Istiod, 'image' | 'env'>,
): FixtureObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: space, labels },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name, image: image ?? '', env: [...env] }] },
    },
  },
});

export const service = (name: string, space: string, spec: JsonObject, labels: JsonObject = {}): FixtureObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: space, labels },
  spec,
});

export const gatewayService = (letter: 'a' | 'b', difference: JsonObject = {}): JsonObject => ({
  selector: { istio: 'eastwestgateway' },
  externalIPs: [`203.0.113.${letter.charCodeAt(0)}`],
  ports: [{ name: 'tls', port: 15443, targetPort: 15443 }],
  ...difference,
});

export const backendService = (difference: JsonObject = {}): JsonObject => ({
  selector: { app: 'backend-api' },
  ports: [{ name: 'http', port: 80, targetPort: 8080 }],
  ...difference,
});

interface Pod {
  readonly labels: JsonObject;
  readonly serviceAccountName?: string;
  readonly sidecar?: boolean;
  readonly env?: readonly JsonObject[];
  /** Of its own container. */
  readonly ports?: readonly JsonObject[];
}

export function pod(
  name: string,
  space: string,
  { labels, serviceAccountName, sidecar = true, env, ports = [] }: Pod,
): FixtureObject {
  const proxy = {
    name: 'istio-proxy',
    image: 'docker.io/istio/proxyv2:1.31.0',
    env: [...(env ?? [{ name: 'ISTIO_META_DNS_CAPTURE', value: 'true' }])],
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: space, labels },
    spec: {
      serviceAccountName: serviceAccountName ?? 'default',
      automountServiceAccountToken: false,
      containers: [{ name: 'app', image: 'docker.io/library/app:1', ports: [...ports] }, ...(sidecar ? [proxy] : [])],
    },
  };
}

/** Refuses the canary, as Istio's webhook does: on a bench without istiod somebody has to. */
export const canaryPolicy = (): FixtureObject[] => [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'istio-stand-in' },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['security.istio.io', 'networking.istio.io'],
            apiVersions: ['*'],
            operations: ['CREATE'],
            resources: ['*'],
          },
        ],
      },
      validations: [{ expression: "object.metadata.name != 'aegis-xc-canary'", message: 'unknown attribute' }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'istio-stand-in' },
    spec: { policyName: 'istio-stand-in', validationActions: ['Deny'] },
  },
];

export const istioObject = (kind: string, space: string, name: string, spec: JsonObject): FixtureObject => ({
  apiVersion: `${['PeerAuthentication', 'AuthorizationPolicy'].includes(kind) ? 'security' : 'networking'}.istio.io/v1`,
  kind,
  metadata: { name, namespace: space },
  spec,
});

const plurals: Readonly<Record<string, string>> = {
  AuthorizationPolicy: 'authorizationpolicies',
  ServiceEntry: 'serviceentries',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
};

const pathOf = ({ apiVersion, kind, metadata: { namespace: space, name } }: FixtureObject): string => {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
  return `${group}${space ? `/namespaces/${space}` : ''}/${plural}/${name}`;
};

/** Makes the object what it is here: what an earlier call had besides goes. */
export async function put({ request }: ClusterAccess, object: FixtureObject): Promise<void> {
  const path = `${pathOf(object)}?fieldManager=fixture&force=true`;
  const answer = await request('PATCH', path, { body: object, contentType: 'application/apply-patch+yaml' });
  if (answer.status > 201) throw new Error(`${object.kind} ${object.metadata.name}: ${answer.status} ${answer.text}`);
}

/** A pod cannot be changed much, so it is made anew. */
export async function putPod(access: ClusterAccess, object: FixtureObject, ready = true): Promise<void> {
  await put(access, object);
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] };
  const contentType = 'application/strategic-merge-patch+json';
  const answer = await access.request('PATCH', `${pathOf(object)}/status`, { body: { status }, contentType });
  if (answer.status !== 200) throw new Error(`status of ${object.metadata.name}: ${answer.status} ${answer.text}`);
}

export async function drop({ request }: ClusterAccess, object: FixtureObject): Promise<void> {
  await request('DELETE', pathOf(object), { body: { gracePeriodSeconds: 0 } });
}

/** Puts all of it into a cluster. */
export async function furnish(access: ClusterAccess, letter: 'a' | 'b'): Promise<void> {
  const objects = meshObjects(letter);
  const isGround = ({ kind }: FixtureObject): boolean => kind === 'Namespace' || kind === 'ServiceAccount';
  for (const object of objects.filter(isGround)) await put(access, object);
  await Promise.all(objects.filter((object) => !isGround(object)).map((object) => put(access, object)));
  await Promise.all(meshPods().map((one) => putPod(access, one)));
}
