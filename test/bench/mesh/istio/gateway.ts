import type { JsonObject } from '../../../../src/json.ts';
import { type Site, wanAddress } from '../topology.ts';

interface EastWest {
  /** Of all its objects, the label `app` among them. */
  readonly name: string;
  readonly namespace: string;
  /** The label `istio` of its pods. */
  readonly istio: string;
  readonly network: string;
  /** Where others reach it. */
  readonly address: string;
}

/** Injected like any other since Istio 1.9. */
export function eastWestGateway({ name, namespace, istio, network, address }: EastWest): JsonObject[] {
  const labels = { app: name, istio, 'topology.istio.io/network': network };
  const template = {
    metadata: {
      labels: { ...labels, 'sidecar.istio.io/inject': 'true' },
      annotations: { 'inject.istio.io/templates': 'gateway', [wanAddress]: address },
    },
    spec: {
      serviceAccountName: name,
      containers: [
        { name: 'istio-proxy', image: 'auto', env: [{ name: 'ISTIO_META_REQUESTED_NETWORK_VIEW', value: network }] },
      ],
    },
  };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels },
      // one at a time: the address on the WAN exists once
      spec: { strategy: { type: 'Recreate' }, selector: { matchLabels: { istio } }, template },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, labels },
      spec: {
        type: 'LoadBalancer',
        selector: { istio },
        externalIPs: [address],
        ports: [
          { name: 'status-port', port: 15021, targetPort: 15021 },
          { name: 'tls', port: 15443, targetPort: 15443 },
        ],
      },
    },
  ];
}

/** As the spec expects one by default. */
export const usualGateway = ({ network, gateway }: Site): JsonObject[] =>
  eastWestGateway({
    name: 'istio-eastwestgateway',
    namespace: 'istio-system',
    istio: 'eastwestgateway',
    network,
    address: gateway,
  });

/** Where the provider `otel` of the mesh sends its spans. */
export function collector(): JsonObject[] {
  const [name, namespace] = ['otel-collector', 'observability'];
  const labels = { app: name };
  const container = {
    name: 'collector',
    image: 'otel/opentelemetry-collector:0.140.0',
    ports: [{ containerPort: 4317 }],
  };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { selector: labels, ports: [{ name: 'grpc-otlp', port: 4317, targetPort: 4317 }] },
    },
  ];
}
