import type { Path } from '../diagnostics.ts';
import type { ClusterSpec, FederationSpec, ProviderSpec, ServiceSpec } from '../spec/schema.ts';
import { resolveConsumerNamespaces } from './consumer-namespaces.ts';
import { resolveExports } from './exports.ts';
import type {
  Caller,
  Cluster,
  Federation,
  OutlierDetection,
  Provider,
  Service,
  Sharing,
  Traffic,
} from './federation.ts';
import { spiffeId } from './identity.ts';
import { resolveImports } from './imports.ts';
import { resolvePorts } from './ports.ts';
import { limitsOf } from './presets.ts';
import { resolveWorkloads } from './workloads.ts';

/**
 * Fills in everything that the spec leaves open. The spec must have passed its checks: a reference that leads nowhere
 * is a mistake of the program here, not of the user.
 */
export function resolveFederation(spec: FederationSpec): Federation {
  const { name } = spec.metadata;
  const clusters = Object.entries(spec.clusters).map(([cluster, body]) => resolveCluster(cluster, body));
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  const services = Object.entries(spec.services).map(([service, body]) => resolveService(service, body, byName));
  const imports = resolveImports({ name, clusters, services, spec });
  return {
    name,
    id: spec.metadata.id,
    clusters,
    services,
    exports: resolveExports(name, services),
    workloads: resolveWorkloads(services),
    imports,
    consumerNamespaces: resolveConsumerNamespaces(imports),
    telemetry: resolveTelemetry(spec),
    certificateAuthority: spec.trust?.certManager,
  };
}

function resolveCluster(name: string, spec: ClusterSpec): Cluster {
  return {
    name,
    trustDomain: spec.trustDomain,
    context: spec.context,
    uid: spec.uid,
    dns: spec.dns,
    // A region of its own is never the caller's, so local endpoints come first also where nodes have no region label.
    locality: spec.region ?? `xc-${name}`,
    gateway: spec.gateway && {
      ...spec.gateway,
      targetPort: spec.gateway.targetPort ?? spec.gateway.port,
      allowFrom: spec.gateway.allowFrom,
    },
    at: ['clusters', name],
  };
}

function resolveService(name: string, spec: ServiceSpec, clusters: ReadonlyMap<string, Cluster>): Service {
  const ports = resolvePorts(spec);
  const providers = Object.entries(spec.providers).map(([cluster, body]) =>
    resolveProvider(name, body, known(clusters, cluster), ['services', name, 'providers', cluster]),
  );
  return {
    name,
    limits: spec.preset === undefined ? [] : limitsOf(spec.preset),
    ports,
    providers,
    consumers: spec.consumers.map(({ cluster, ports: names, allow, ...caller }, n) => ({
      ...caller,
      cluster: known(clusters, cluster),
      ports: names && ports.filter((port) => names.includes(port.name)).map((port) => port.targetPort),
      methods: allow?.methods,
      paths: allow?.paths,
      at: ['services', name, 'consumers', n],
    })),
    localCallers:
      spec.localCallers === 'any'
        ? 'any'
        : spec.localCallers.map((caller, n) => localCaller(caller, ['services', name, 'localCallers', n])),
    traffic: resolveTraffic(spec),
    sharing: resolveSharing(name, spec),
    at: ['services', name],
  };
}

const localCaller = (
  caller: { namespace: string; serviceAccount: string; ports?: number[] | undefined },
  at: Path,
): Caller => ({
  ...caller,
  cluster: undefined,
  ports: caller.ports,
  methods: undefined,
  paths: undefined,
  at,
});

function resolveProvider(service: string, spec: ProviderSpec, cluster: Cluster, at: Provider['at']): Provider {
  const { gateway, trustDomain } = cluster;
  if (gateway === undefined) throw new Error(`provider ${cluster.name} has no gateway`);
  const name = spec.service ?? service;
  return {
    cluster,
    gateway,
    namespace: spec.namespace,
    service: name,
    workload: spec.workload,
    identities: spec.serviceAccounts.map((account) => spiffeId(trustDomain, spec.namespace, account)),
    statefulSet: spec.statefulSet ?? name,
    otherPorts: spec.otherPorts,
    at,
  };
}

function resolveSharing(name: string, spec: ServiceSpec): Sharing {
  const clusters = Object.keys(spec.providers);
  if (spec.brokers !== undefined) return { kind: 'brokers', count: spec.brokers };
  const host = spec.host ?? `${name}.${clusters[0]}.local`;
  if (clusters.length === 1) return { kind: 'single', host };
  const weights = spec.traffic?.weights;
  if (weights !== undefined) return { kind: 'weights', host, weights: new Map(Object.entries(weights)) };
  return { kind: 'failover', host, order: spec.traffic?.failover ?? clusters };
}

/** Without it Istio has no failover: what istiod calls failover is the ejection of endpoints. */
const failoverDetection: OutlierDetection = { consecutiveErrors: 5, interval: '10s', ejectFor: '30s' };

function resolveTraffic({ traffic, providers }: ServiceSpec): Traffic {
  const several = Object.keys(providers).length > 1 && traffic?.weights === undefined;
  const retries = traffic?.retries;
  return {
    timeout: traffic?.timeout,
    retries: retries && { attempts: retries.attempts, perTryTimeout: retries.perTryTimeout },
    outlierDetection: traffic?.outlierDetection ?? (several ? failoverDetection : undefined),
  };
}

function resolveTelemetry({ telemetry }: FederationSpec): Federation['telemetry'] {
  const { tracing, accessLog, metrics } = telemetry ?? {};
  return {
    tracing: tracing && { ...tracing, tags: tracing.tags ?? {} },
    accessLog,
    metrics,
  };
}

function known<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`"${name}" is not known`);
  return value;
}
