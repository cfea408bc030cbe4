/** The kinds that lint judges, each with the apiVersion to write. `Gateway` is Istio's: the Gateway API's is told by its group. */
export const judgedKinds: ReadonlyMap<string, string> = new Map([
  ['DestinationRule', 'networking.istio.io/v1'],
  ['EnvoyFilter', 'networking.istio.io/v1alpha3'],
  ['Gateway', 'networking.istio.io/v1'],
  ['ProxyConfig', 'networking.istio.io/v1beta1'],
  ['ServiceEntry', 'networking.istio.io/v1'],
  ['Sidecar', 'networking.istio.io/v1'],
  ['VirtualService', 'networking.istio.io/v1'],
  ['WorkloadEntry', 'networking.istio.io/v1'],
  ['WorkloadGroup', 'networking.istio.io/v1'],
  ['AuthorizationPolicy', 'security.istio.io/v1'],
  ['PeerAuthentication', 'security.istio.io/v1'],
  ['RequestAuthentication', 'security.istio.io/v1'],
  ['Telemetry', 'telemetry.istio.io/v1'],
  ['WasmPlugin', 'extensions.istio.io/v1alpha1'],
  ['Certificate', 'cert-manager.io/v1'],
  ['CertificateRequest', 'cert-manager.io/v1'],
  ['ClusterIssuer', 'cert-manager.io/v1'],
  ['Issuer', 'cert-manager.io/v1'],
  ['GRPCRoute', 'gateway.networking.k8s.io/v1'],
  ['HTTPRoute', 'gateway.networking.k8s.io/v1'],
  ['ReferenceGrant', 'gateway.networking.k8s.io/v1'],
]);

/** The API groups whose objects lint judges. Others are evidence, or nothing to it. */
const judgedGroups = new Set([...judgedKinds.values(), 'gateway.networking.k8s.io/v1'].map((one) => groupOf(one)));

/** What the judged ones refer to: it is looked at, and not judged by itself. */
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

export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

export const isJudged = ({ apiVersion }: Pick<Kind, 'apiVersion'>): boolean => judgedGroups.has(groupOf(apiVersion));

export const isLookedAt = (object: Kind): boolean =>
  isJudged(object) || evidence.has(`${groupOf(object.apiVersion)}/${object.kind}`) || lacksVersion(object);

const lacksVersion = ({ apiVersion, kind }: Kind): boolean => apiVersion === '' && judgedKinds.has(kind);
