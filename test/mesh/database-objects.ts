export const metricsSni = 'outbound_.9187_._.postgres.data.svc.cluster.local';

const client = (namespace: string, app: string, account = app) => `
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ${account}, namespace: ${namespace}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${app}, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: ${app}}}
  template:
    metadata: {labels: {app: ${app}}}
    spec: {serviceAccountName: ${account}, containers: [{name: ${app}, image: "postgres:18-alpine", command: [sleep, infinity]}]}
`;

const namespace = (name: string, labels = '{istio-injection: enabled}') => `
---
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: ${labels}}
`;

export const moreInClusterB = [
  namespace('billing'),
  client('billing', 'audit'),
  namespace('data'),
  client('data', 'standby', 'postgres'),
  namespace('monitoring', '{}'),
  client('monitoring', 'prometheus'),
].join('');

/** A database that orders has in its own cluster. */
export const moreInClusterA = `${namespace('shop')}
---
apiVersion: v1
kind: Service
metadata: {name: ledger, namespace: shop}
spec: {selector: {app: ledger}, ports: [{name: tcp-postgres, port: 5432}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ledger, namespace: shop}
spec:
  selector: {matchLabels: {app: ledger}}
  template:
    metadata: {labels: {app: ledger}}
    spec:
      containers:
        - name: postgres
          image: postgres:18-alpine
          env: [{name: POSTGRES_HOST_AUTH_METHOD, value: trust}]
          ports: [{containerPort: 5432}]
`;

/** What somebody in cluster-a could write to get at a port that the spec does not export. */
export const metricsImport = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: metrics, namespace: shop}
spec:
  host: metrics.cluster-b.local
  trafficPolicy: {tls: {mode: ISTIO_MUTUAL, sni: "${metricsSni}"}}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: metrics, namespace: shop}
spec:
  hosts: [metrics.cluster-b.local]
  addresses: [241.200.0.1]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{number: 9187, name: http, protocol: HTTP}]
  endpoints: [{address: 203.0.113.20, ports: {http: 15443}, network: cluster-b, labels: {security.istio.io/tlsMode: istio}}]
`;
