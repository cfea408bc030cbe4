import { eastWestGateway } from '../bench/mesh/istio/gateway.ts';
import { type FederationInput, federation, type ServiceInput } from '../support/federation.ts';

/** What changes while requests go on. */
export interface State {
  /** Of cluster-b. */
  readonly gateway: Gateway;
  /** The Service, with pods and an identity of its own, that stands behind the host of the catalog. */
  readonly catalog: 'catalog' | 'catalog-next';
  /** Who may call the catalog. */
  readonly callers: readonly string[];
  /** Of 100 calls of reviews, those that go to cluster-b; without a share cluster-a does not provide it. */
  readonly share: number | undefined;
  /** Whether there is a service `orders`. */
  readonly orders: boolean;
}

type Gateway = (typeof gateways)[keyof typeof gateways];

/** The first two lead to the same pods. */
export const gateways = {
  usual: { addresses: ['203.0.113.20'] },
  otherAddress: { addresses: ['203.0.113.21'] },
  otherPods: { addresses: ['203.0.113.22'], namespace: 'edge', selector: { istio: 'edge' } },
} satisfies Record<string, NonNullable<FederationInput['clusters'][string]['gateway']>>;

export const begin: State = {
  gateway: gateways.usual,
  catalog: 'catalog',
  callers: ['web', 'audit'],
  share: undefined,
  orders: false,
};

/** Nothing is tried again, so that the callers see every failure. */
export function specOf({ gateway, catalog, callers, share, orders }: State): FederationInput {
  const inClusterB = (name: string, difference: Partial<ServiceInput> = {}): ServiceInput => ({
    port: { number: 8080, protocol: 'HTTP' },
    providers: { 'cluster-b': provider(name) },
    consumers: [caller('web')],
    localCallers: [],
    traffic: { retries: { attempts: 0 } },
    ...difference,
  });
  return federation({
    metadata: { name: 'traffic' },
    clusters: {
      'cluster-a': { trustDomain: 'cluster-a.example', gateway: { addresses: ['203.0.113.10'] } },
      'cluster-b': { trustDomain: 'cluster-b.example', gateway },
    },
    services: {
      catalog: inClusterB(catalog, { consumers: callers.map(caller) }),
      reviews: inClusterB('reviews', {
        host: 'reviews.xc.global',
        providers: {
          ...(share !== undefined && { 'cluster-a': provider('reviews') }),
          'cluster-b': provider('reviews'),
        },
        localCallers: 'any',
        traffic: {
          retries: { attempts: 0 },
          ...(share !== undefined && { weights: { 'cluster-a': 100 - share, 'cluster-b': share } }),
        },
      }),
      ...(orders && { orders: inClusterB('orders') }),
    },
  });
}

const caller = (serviceAccount: string) => ({ cluster: 'cluster-a', namespace: 'web', serviceAccount });

const provider = (name: string) => ({
  namespace: 'store',
  service: name,
  workload: { app: name },
  serviceAccounts: [name],
});

export const workloads = {
  'cluster-a': [namespace('web'), client('web'), client('audit'), namespace('store'), server('reviews')].join(''),
  'cluster-b': [
    namespace('store'),
    ...['catalog', 'catalog-next', 'reviews', 'orders'].map((name) => server(name)),
    namespace('edge'),
    ...eastWestGateway({
      name: 'edge-gateway',
      namespace: 'edge',
      istio: 'edge',
      network: 'network-b',
      address: '203.0.113.22',
    }).map((object) => `---\n${JSON.stringify(object)}\n`),
  ].join(''),
};

function namespace(name: string): string {
  return `
---
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {istio-injection: enabled}}
`;
}

function client(name: string): string {
  return deployment('web', name, '{name: client, image: "curlimages/curl:8.17.0", command: [sleep, infinity]}');
}

function server(name: string): string {
  const container = `{name: server, image: "registry.k8s.io/e2e-test-images/agnhost:2.57", args: [netexec]}`;
  return `${deployment('store', name, container)}
---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: store}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 8080}]}
`;
}

function deployment(at: string, name: string, container: string): string {
  return `
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ${name}, namespace: ${at}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${at}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {serviceAccountName: ${name}, containers: [${container}]}
`;
}
