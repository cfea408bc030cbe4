import type { FederationSpec } from '../spec/schema.ts';
import { addressPlus, virtualAddress } from './addresses.ts';
import { brokerNumbers, brokerService } from './exports.ts';
import type { Cluster, Destination, Endpoint, Entry, Import, Provider, Service, Sharing } from './federation.ts';
import { serviceFqdn } from './identity.ts';
import { importName, objectName } from './names.ts';
import { isHttp } from './ports.ts';
import { type RouteOptions, routesOf } from './routes.ts';

/**
 * The Namespace of imports. Nobody's pods live there, so that no DestinationRule beside a provider can shadow ours; only
 * those of the consuming namespaces come before.
 */
export const importNamespace = 'aegis-xc';

interface Context {
  readonly name: string;
  readonly clusters: readonly Cluster[];
  readonly services: readonly Service[];
  readonly spec: FederationSpec;
}

/** One service as the callers of one cluster are to see it. */
interface View {
  readonly federation: string;
  readonly service: Service;
  readonly cluster: Cluster;
  /** Their namespaces. */
  readonly exportTo: readonly string[];
  readonly addressOf: (host: string) => string;
}

/** The hosts that each cluster gets, in the order of clusters and services. */
export function resolveImports({ name, clusters, services, spec }: Context): Import[] {
  const addresses = new Map(services.map((service) => [service, addressesOf(spec, service)]));
  return clusters.flatMap((cluster) =>
    services.flatMap((service) => {
      const exportTo = consumerNamespaces(service, cluster);
      const addressOf = addresses.get(service);
      if (exportTo.length === 0 || addressOf === undefined) return [];
      return importsOf({ federation: name, service, cluster, exportTo, addressOf });
    }),
  );
}

function importsOf(view: View): Import[] {
  const { sharing } = view.service;
  switch (sharing.kind) {
    case 'single':
      return view.service.providers.map((provider) => singleImport(view, provider, sharing.host));
    case 'brokers':
      return view.service.providers.flatMap((provider) => brokerImports(view, provider, sharing.count));
    case 'failover':
      return [failoverImport(view, sharing)];
    case 'weights':
      return weightedImports(view, sharing);
  }
}

/** What consumers dial: one host, or one for every broker. */
export const dialledHosts = (service: Service): string[] => {
  const { sharing, providers } = service;
  if (sharing.kind !== 'brokers') return [sharing.host];
  return providers.flatMap((provider) => brokerNumbers(sharing.count).map((n) => brokerHost(service, provider, n)));
};

// One provider: its gateways are the endpoints.

function singleImport(view: View, provider: Provider, host: string, options?: RouteOptions): Import {
  return gatewayImport(view, {
    name: importName(view.federation, view.service.name, host),
    host,
    providers: [provider],
    fqdn: serviceFqdn(provider.service, provider.namespace),
    options: options ?? {},
  });
}

const brokerImports = (view: View, provider: Provider, count: number): Import[] =>
  brokerNumbers(count).map((n) => {
    const { federation, service } = view;
    return gatewayImport(view, {
      name: objectName(federation, service.name, n, provider.cluster.name),
      host: brokerHost(service, provider, n),
      providers: [provider],
      fqdn: serviceFqdn(brokerService(federation, service, n), provider.namespace),
      options: {},
    });
  });

const brokerHost = (service: Service, provider: Provider, n: number): string =>
  `${service.name}-${n}.${provider.cluster.name}.local`;

// Several providers, in an order. Beside a provider its own pods come first; elsewhere the gateways have ranks.

function failoverImport(view: View, { host, order }: Sharing & { kind: 'failover' }): Import {
  const { federation, service, cluster } = view;
  const name = importName(federation, service.name, host);
  const providers = order.flatMap((one) => service.providers.filter((provider) => provider.cluster.name === one));
  const own = providers.find((provider) => provider.cluster === cluster);
  const fqdn = providers[0] ? serviceFqdn(providers[0].service, providers[0].namespace) : '';
  const options = { retryElsewhere: true };
  if (own === undefined) return gatewayImport(view, { name, host, providers, fqdn, options });

  const others = providers.filter((provider) => provider !== own);
  // Both entries need one resolution: Istio drops the endpoints of one that differs, silently.
  const resolution = resolutionOf(others);
  return {
    ...base(view, name, host, own.namespace),
    entries: [
      {
        ...entry(view, objectName(name, 'remote'), host, resolution),
        endpoints: others.flatMap((provider) => gatewayEndpoints(provider)),
      },
      {
        // Each entry has an address of its own: a TCP port of one without would listen on 0.0.0.0.
        ...entry(view, objectName(name, 'local'), host, resolution, `${host}#local`),
        workloadSelector: own.workload,
      },
    ],
    destination: destination(service, providers, fqdn),
    routes: routesOf(service, [{ host, weight: undefined }], options),
  };
}

// Several providers, by weights: a host without endpoints that splits its calls over one host per provider.

function weightedImports(view: View, { host, weights }: Sharing & { kind: 'weights' }): Import[] {
  const { federation, service, cluster } = view;
  const others = service.providers.filter((provider) => provider.cluster !== cluster);
  const ownHost = (provider: Provider): string =>
    provider.cluster === cluster
      ? serviceFqdn(provider.service, provider.namespace)
      : `${service.name}.${provider.cluster.name}.local`;
  // Istio takes the idle time of a TCP route from the rule of its first host, and of ours only the gateways' hosts have one.
  const own = service.providers.filter((provider) => !others.includes(provider));
  const split = [...others, ...own].map((provider) => ({
    host: ownHost(provider),
    weight: weights.get(provider.cluster.name) ?? 0,
  }));
  const name = importName(federation, service.name, host);
  return [
    ...others.map((provider) => ({ ...singleImport(view, provider, ownHost(provider)), routes: [] })),
    {
      ...base(view, name, host, importNamespace),
      entries: [entry(view, name, host, 'STATIC')],
      destination: undefined,
      routes: routesOf(service, split, { tcp: true }),
    },
  ];
}

// The parts.

interface GatewayImport {
  readonly name: string;
  readonly host: string;
  /** In the order of their ranks. */
  readonly providers: readonly Provider[];
  readonly fqdn: string;
  readonly options: RouteOptions;
}

function gatewayImport(view: View, { name, host, providers, fqdn, options }: GatewayImport): Import {
  const ranks = rankKeys(providers.length);
  const endpoints = providers.flatMap((provider, rank) =>
    gatewayEndpoints(provider, ranks.slice(0, ranks.length - rank)),
  );
  return {
    ...base(view, name, host, importNamespace),
    entries: [{ ...entry(view, name, host, resolutionOf(providers)), endpoints }],
    destination: { ...destination(view.service, providers, fqdn), failoverPriority: priority(ranks) },
    routes: routesOf(view.service, [{ host, weight: undefined }], options),
  };
}

const base = ({ cluster, service, exportTo }: View, name: string, host: string, namespace: string) => ({
  cluster,
  name,
  namespace,
  host,
  exportTo,
  ports: service.ports,
  at: service.at,
});

function entry(
  { service, addressOf }: View,
  name: string,
  host: string,
  resolution: Entry['resolution'],
  addressKey = host,
): Entry {
  const tcp = service.ports.some((port) => !isHttp(port));
  return {
    name,
    address: tcp ? addressOf(addressKey) : undefined,
    resolution,
    endpoints: [],
    workloadSelector: undefined,
  };
}

const destination = (service: Service, providers: readonly Provider[], fqdn: string): Destination => ({
  fqdn,
  identities: [...new Set(providers.flatMap(({ identities }) => identities))],
  outlierDetection: service.traffic.outlierDetection,
  failoverPriority: undefined,
});

const gatewayEndpoints = ({ cluster, gateway }: Provider, ranks: readonly string[] = []): Endpoint[] =>
  gateway.addresses.map((address) => ({
    address,
    gatewayPort: gateway.port,
    cluster,
    rankLabels: Object.fromEntries(ranks.map((key) => [key, 'y'])),
  }));

/** Labels of endpoints that have an order. */
export const rankPrefix = 'failover.aegis-xc.dev/';

/**
 * One label key per rank: the first gateway has all of them, the last none. One key with a value per rank would reverse the
 * order, since Istio keeps only its last value.
 */
const rankKeys = (providers: number): string[] =>
  Array.from({ length: providers - 1 }, (_, rank) => `${rankPrefix}${rank + 1}`);

const priority = (ranks: readonly string[]): string[] | undefined =>
  ranks.length > 0 ? ranks.map((key) => `${key}=y`) : undefined;

const resolutionOf = (providers: readonly Provider[]): Entry['resolution'] =>
  providers.every(({ gateway }) => gateway.addresses.every(isIp)) ? 'STATIC' : 'DNS';

const isIp = (address: string): boolean => address.includes(':') || /^\d+(?:\.\d+){3}$/.test(address);

function consumerNamespaces({ consumers }: Service, cluster: Cluster): string[] {
  const namespaces = consumers.filter((consumer) => consumer.cluster === cluster).map(({ namespace }) => namespace);
  return [...new Set(namespaces)].sort();
}

/** An address that the spec pins is the first host's; brokers count on from it. */
function addressesOf(spec: FederationSpec, service: Service): (host: string) => string {
  const pinned = spec.services[service.name]?.address;
  if (pinned === undefined) return (host) => virtualAddress(host, spec.addressRange);
  const { sharing } = service;
  if (sharing.kind !== 'brokers') return () => pinned;
  const hosts = dialledHosts(service);
  return (host) => addressPlus(pinned, hosts.indexOf(host));
}
