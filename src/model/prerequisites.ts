import type { JsonObject } from '../json.ts';
import type { Cluster, Federation } from './federation.ts';

/** What has to stand in the MeshConfig of a cluster. We report it: the MeshConfig is the mesh owner's. */
export interface Prerequisite {
  readonly cluster: string;
  readonly what: 'trustDomain' | 'trustedDomains' | 'extensionProvider' | 'tracing';
  /** One value of a setting: a trust domain, or the name of a provider. */
  readonly value: string;
  readonly why: string;
  /** The lines to add. */
  readonly meshConfig: JsonObject;
}

/** All of them, by cluster. */
export function prerequisites(federation: Federation): Prerequisite[] {
  return federation.clusters.flatMap((cluster) => [
    ownTrustDomain(cluster),
    ...trustedDomains(federation, cluster),
    ...providers(federation, cluster),
  ]);
}

const ownTrustDomain = ({ name, trustDomain }: Cluster): Prerequisite => ({
  cluster: name,
  what: 'trustDomain',
  value: trustDomain,
  why: 'the other clusters know its workloads by it',
  meshConfig: { trustDomain },
});

/** Inbound sidecars refuse a certificate of a trust domain that their mesh doesn't list. */
function trustedDomains({ services }: Federation, cluster: Cluster): Prerequisite[] {
  const callers = services
    .filter(({ providers: all }) => all.some((provider) => provider.cluster === cluster))
    .flatMap(({ consumers }) => consumers.flatMap((consumer) => consumer.cluster ?? []))
    .map(({ trustDomain }) => trustDomain);
  return [...new Set(callers)]
    .filter((trustDomain) => trustDomain !== cluster.trustDomain)
    .map((trustDomain) => ({
      cluster: cluster.name,
      what: 'trustedDomains',
      value: trustDomain,
      why: 'its workloads are called from there',
      meshConfig: { caCertificates: [{ trustDomains: [trustDomain] }] },
    }));
}

/** Providers that Istio has without a line in the MeshConfig. */
const builtIn = new Set(['envoy', 'prometheus', 'stackdriver']);

function providers({ telemetry, consumerNamespaces }: Federation, cluster: Cluster): Prerequisite[] {
  if (!consumerNamespaces.some((consumer) => consumer.cluster === cluster)) return [];
  const { tracing, accessLog, metrics } = telemetry;
  const names = [tracing?.provider, accessLog?.provider, metrics?.provider].filter((name) => name !== undefined);
  const missing = [...new Set(names)].filter((name) => !builtIn.has(name));
  return [
    ...(tracing ? [tracingOn(cluster)] : []),
    ...missing.map((name) => ({
      cluster: cluster.name,
      what: 'extensionProvider' as const,
      value: name,
      why: 'the Telemetry of its consuming namespaces names it; Istio ignores one that it does not know',
      meshConfig: { extensionProviders: [{ name }] },
    })),
  ];
}

const tracingOn = ({ name }: Cluster): Prerequisite => ({
  cluster: name,
  what: 'tracing',
  value: 'true',
  why: 'without it no Telemetry turns tracing on',
  meshConfig: { enableTracing: true },
});
