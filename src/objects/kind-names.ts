/** The kinds that checks know, by API group: `Gateway` is a name for two. */
export const kinds = {
  gateway: 'networking.istio.io/Gateway',
  virtualService: 'networking.istio.io/VirtualService',
  destinationRule: 'networking.istio.io/DestinationRule',
  serviceEntry: 'networking.istio.io/ServiceEntry',
  workloadEntry: 'networking.istio.io/WorkloadEntry',
  sidecar: 'networking.istio.io/Sidecar',
  envoyFilter: 'networking.istio.io/EnvoyFilter',
  authorizationPolicy: 'security.istio.io/AuthorizationPolicy',
  peerAuthentication: 'security.istio.io/PeerAuthentication',
  requestAuthentication: 'security.istio.io/RequestAuthentication',
  telemetry: 'telemetry.istio.io/Telemetry',
  istioOperator: 'install.istio.io/IstioOperator',
  istio: 'sailoperator.io/Istio',
  proxyConfig: 'networking.istio.io/ProxyConfig',
  certificate: 'cert-manager.io/Certificate',
  issuer: 'cert-manager.io/Issuer',
  clusterIssuer: 'cert-manager.io/ClusterIssuer',
  service: '/Service',
  secret: '/Secret',
  namespace: '/Namespace',
  configMap: '/ConfigMap',
  pod: '/Pod',
  deployment: 'apps/Deployment',
  statefulSet: 'apps/StatefulSet',
  daemonSet: 'apps/DaemonSet',
  networkPolicy: 'networking.k8s.io/NetworkPolicy',
  prometheusRule: 'monitoring.coreos.com/PrometheusRule',
} as const;

export type Kind = (typeof kinds)[keyof typeof kinds];

/** The group and the kind of an object, whatever its version. */
export const kindOf = ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string =>
  `${apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''}/${kind}`;
