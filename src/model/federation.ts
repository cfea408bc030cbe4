import type { Path } from '../diagnostics.ts';
import type { Protocol } from '../spec/schema.ts';
import type { Labels } from './labels.ts';

/**
 * A federation with everything filled in: what the spec leaves to defaults and presets, and the names that follow from
 * it (hosts, SNI, identities). Nothing behind this looks at the spec again.
 */
export interface Federation {
  readonly name: string;
  readonly id: string | undefined;
  readonly clusters: readonly Cluster[];
  readonly services: readonly Service[];
  /** Services of Kubernetes that other clusters reach through a gateway, one per cluster and host. */
  readonly exports: readonly Export[];
  /** The pods behind them, one per cluster, namespace and labels. */
  readonly workloads: readonly Workload[];
  /** Hosts as the consumers of one cluster see them. */
  readonly imports: readonly Import[];
  /** Namespaces with callers, one per cluster and namespace. */
  readonly consumerNamespaces: readonly ConsumerNamespace[];
  readonly telemetry: Telemetry;
  readonly certificateAuthority: CertificateAuthority | undefined;
}

export interface Cluster {
  readonly name: string;
  readonly trustDomain: string;
  readonly context: string | undefined;
  readonly uid: string | undefined;
  readonly dns: 'capture' | 'external';
  /** Locality of what it provides, as other clusters see it. */
  readonly locality: string;
  readonly gateway: Gateway | undefined;
  readonly at: Path;
}

export interface Gateway {
  readonly addresses: readonly string[];
  /** Of its Service. */
  readonly port: number;
  /** Of its pods. */
  readonly targetPort: number;
  readonly namespace: string;
  readonly selector: Labels;
  readonly allowFrom: readonly string[] | undefined;
}

export interface Port {
  readonly name: string;
  /** What consumers dial, and what the SNI says. */
  readonly number: number;
  /** What the workload listens on, and what policies say. */
  readonly targetPort: number;
  readonly protocol: Protocol;
  /** Limits of a connection on this port. */
  readonly connection: ConnectionSettings;
}

export interface ConnectionSettings {
  readonly maxConnections: number | undefined;
  readonly connectTimeout: string;
  readonly idleTimeout: string | undefined;
  readonly keepalive: { readonly time: string; readonly interval: string; readonly probes: number } | undefined;
}

export interface Service {
  readonly name: string;
  /** What the mesh can't do for it, in sentences. */
  readonly limits: readonly string[];
  readonly ports: readonly Port[];
  readonly providers: readonly Provider[];
  readonly consumers: readonly Caller[];
  readonly localCallers: 'any' | readonly Caller[];
  readonly traffic: Traffic;
  readonly sharing: Sharing;
  readonly at: Path;
}

/** How several providers share the calls. */
export type Sharing =
  | { readonly kind: 'single'; readonly host: string }
  | { readonly kind: 'brokers'; readonly count: number }
  | { readonly kind: 'failover'; readonly host: string; readonly order: readonly string[] }
  | { readonly kind: 'weights'; readonly host: string; readonly weights: ReadonlyMap<string, number> };

export interface Provider {
  readonly cluster: Cluster;
  readonly gateway: Gateway;
  readonly namespace: string;
  readonly service: string;
  readonly workload: Labels;
  /** SPIFFE IDs of its pods. */
  readonly identities: readonly string[];
  readonly statefulSet: string;
  readonly otherPorts: 'closed' | 'open';
  readonly at: Path;
}

/** Who calls; `cluster` is missing for the callers beside a provider. */
export interface Caller {
  readonly cluster: Cluster | undefined;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Ports of the workload; `undefined` is all of them. */
  readonly ports: readonly number[] | undefined;
  readonly methods: readonly string[] | undefined;
  readonly paths: readonly string[] | undefined;
  readonly at: Path;
}

export interface Traffic {
  readonly timeout: string | undefined;
  /** `undefined` where nothing is said: the defaults of the protocol hold. */
  readonly retries: { readonly attempts: number; readonly perTryTimeout: string | undefined } | undefined;
  readonly outlierDetection: OutlierDetection | undefined;
}

export interface OutlierDetection {
  readonly consecutiveErrors: number;
  readonly interval: string;
  readonly ejectFor: string;
}

/** A Kubernetes Service that the gateway of its cluster passes connections to. */
export interface Export {
  readonly cluster: Cluster;
  readonly gateway: Gateway;
  readonly namespace: string;
  readonly name: string;
  readonly fqdn: string;
  readonly ports: readonly Port[];
  /** A Service for one broker is ours to make; any other one is there. */
  readonly broker: { readonly selector: Labels; readonly ports: readonly Port[] } | undefined;
  readonly at: Path;
}

/** Pods that serve, with everybody who may call them. */
export interface Workload {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly labels: Labels;
  /** The last part of its objects' names. */
  readonly name: string;
  readonly exportedPorts: readonly number[];
  /** Some of them carry TCP: connections that a change of the policy ends. */
  readonly servesTcp: boolean;
  /** Some of them carry HTTP: each request is judged, by the policy that its connection came in under. */
  readonly servesHttp: boolean;
  readonly rules: readonly Rule[];
  /** How long inbound connections may be idle; `undefined` where Envoy's hour will do. */
  readonly idleTimeout: string | undefined;
  readonly at: Path;
}

/** One line of an ALLOW policy; no principals is anybody. HTTP and TCP ports never stand in one rule. */
export interface Rule {
  readonly principals: readonly string[] | undefined;
  /** `*` is everybody with an identity, so that callers without mTLS are left. */
  readonly notPrincipals: readonly string[] | undefined;
  readonly ports: readonly number[] | undefined;
  readonly notPorts: readonly number[] | undefined;
  readonly methods: readonly string[] | undefined;
  readonly paths: readonly string[] | undefined;
  /** Whom it is for. */
  readonly at: Path;
}

/** One host in one cluster: how it is found, how it is connected to, where its calls go. */
export interface Import {
  readonly cluster: Cluster;
  readonly name: string;
  readonly namespace: string;
  readonly host: string;
  readonly exportTo: readonly string[];
  readonly ports: readonly Port[];
  /** ServiceEntries of the host: Istio merges those of one namespace. */
  readonly entries: readonly Entry[];
  /** How to connect to its endpoints; `undefined` for a host that only splits calls over others. */
  readonly destination: Destination | undefined;
  readonly routes: readonly Route[];
  readonly at: Path;
}

export interface Entry {
  readonly name: string;
  readonly address: string | undefined;
  readonly resolution: 'STATIC' | 'DNS';
  readonly endpoints: readonly Endpoint[];
  /** The pods of the own cluster, instead of endpoints. */
  readonly workloadSelector: Labels | undefined;
}

export interface Endpoint {
  readonly address: string;
  readonly gatewayPort: number;
  readonly cluster: Cluster;
  /** Labels of the order among gateways. */
  readonly rankLabels: Labels;
}

export interface Destination {
  /** `namespace/name` part of the SNI: what the gateway of the provider knows. */
  readonly fqdn: string;
  readonly identities: readonly string[];
  readonly outlierDetection: OutlierDetection | undefined;
  readonly failoverPriority: readonly string[] | undefined;
}

/** The calls of one port. */
export interface Route {
  readonly port: Port;
  readonly destinations: readonly { readonly host: string; readonly weight: number | undefined }[];
  readonly timeout: string | undefined;
  readonly retries: { readonly attempts: number; readonly perTryTimeout: string | undefined };
  /** Retries may go to another cluster. */
  readonly retryElsewhere: boolean;
}

export interface ConsumerNamespace {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly hosts: readonly ConsumedHost[];
  readonly at: Path;
}

export interface ConsumedHost {
  readonly host: string;
  /** Ports of the gateways, where the host has pods in the own cluster as well: what tells the ones from the others. */
  readonly gatewayPorts: readonly number[] | undefined;
}

export interface Telemetry {
  readonly tracing:
    | { readonly provider: string; readonly sampling: number; readonly tags: Readonly<Record<string, string>> }
    | undefined;
  readonly accessLog: { readonly provider: string } | undefined;
  readonly metrics: { readonly provider: string; readonly tags: Readonly<Record<string, string>> } | undefined;
}

/** The issuer of every mesh's intermediate CA. */
export interface CertificateAuthority {
  readonly issuer: string;
  readonly kind: 'Issuer' | 'ClusterIssuer';
  readonly namespace: string;
}
