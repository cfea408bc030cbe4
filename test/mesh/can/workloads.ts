import { cluster, federation, provider, service, specText } from '../../support/federation.ts';
import { callers } from './callers.ts';
import { home } from './random-policies.ts';

const ports = {
  http: { number: 80, targetPort: 8080, protocol: 'HTTP' },
  raw: { number: 90, targetPort: 9090, protocol: 'TCP' },
} as const;

/** Services with an HTTP and a TCP port, in cluster-b; the frontend of cluster-a may call some paths, `web` everything. */
export const specOf = (names: readonly string[]): string =>
  specText(
    federation({
      metadata: { name: 'can' },
      clusters: {
        'cluster-a': cluster('a', { gateway: { addresses: ['203.0.113.10'] } }),
        'cluster-b': cluster('b', { gateway: { addresses: ['203.0.113.20'] } }),
      },
      services: Object.fromEntries(
        names.map((name) => {
          const { port, ...rest } = service();
          const cluster = 'cluster-a';
          const consumers = [
            { cluster, namespace: 'shop', serviceAccount: 'frontend', allow: { paths: ['/api/*'] }, ports: ['http'] },
            { cluster, namespace: 'web', serviceAccount: 'web' },
          ];
          const providers = {
            'cluster-b': provider({ namespace: home, workload: { app: name }, serviceAccounts: [name] }),
          };
          return [name, { ...rest, ports, providers, consumers, traffic: { retries: { attempts: 0 } } }];
        }),
      ),
    }),
  );

/** Namespaces first: the spec wants them, and its ProxyConfig has to be there before the callers' pods. */
export const namespacesText = (cluster: string): string =>
  [...new Set([...callers.filter(({ who }) => who.cluster === cluster).map(({ who }) => who.namespace), 'plain'])]
    .map(
      (name) => `apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {istio-injection: ${name === 'plain' ? 'disabled' : 'enabled'}}}
`,
    )
    .join('---\n');

export const callersText = (cluster: string): string =>
  callers
    .filter(({ who }) => who.cluster === cluster)
    .map(({ who, app }) =>
      deploymentText(who.namespace, app, '{name: curl, image: "curlimages/curl:8.17.0", command: [sleep, infinity]}'),
    )
    .join('---\n');

export const targetsText = (names: readonly string[]): string =>
  names
    .map(
      (name) => `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${home}}
spec:
  selector: {app: ${name}}
  ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp-raw, port: 90, targetPort: 9090}]
---
${deploymentText(home, name, `${webServer('http', 8080)}, ${webServer('raw', 9090)}`)}`,
    )
    .join('---\n');

const webServer = (name: string, port: number): string =>
  `{name: ${name}, image: "registry.k8s.io/e2e-test-images/agnhost:2.57", args: [netexec, --http-port=${port}], ports: [{containerPort: ${port}}]}`;

const deploymentText = (namespace: string, app: string, containers: string): string => `apiVersion: v1
kind: ServiceAccount
metadata: {name: ${app}, namespace: ${namespace}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${app}, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: ${app}}}
  template:
    metadata: {labels: {app: ${app}}}
    spec: {serviceAccountName: ${app}, containers: [${containers}]}
`;
