import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Contender, compare, type Measurement } from './measure.ts';
import { cli, type Suite, type Tools } from './suite.ts';

/** Hand-written objects in one file: the time grows with their number and nothing else. */
export const lint: Suite = {
  name: 'lint',
  goals: [
    {
      what: '10,000 objects against 1,000',
      contender: 'aegis-xc lint (10000 objects)',
      against: 'aegis-xc lint (1000 objects)',
      atMost: { times: 10 },
    },
    {
      what: '10,000 objects in 5 s',
      contender: 'aegis-xc lint (10000 objects)',
      against: 'aegis-xc --version',
      atMost: { plusMilliseconds: 5000 },
    },
    { what: '10,000 objects in 500 MiB', contender: 'aegis-xc lint (10000 objects)', atMost: { mebibytes: 500 } },
  ],
  run(tools): Promise<Measurement[]> {
    const contenders = [1000, 10_000].map(
      (count): Contender => ({
        name: `aegis-xc lint (${count} objects)`,
        command: [process.execPath, cli, 'lint', objectsFile(count, tools)],
      }),
    );
    return compare(tools.rounds, [
      { name: 'aegis-xc --version', command: [process.execPath, cli, '--version'] },
      ...contenders,
    ]);
  },
};

/** Imports with all that belongs to them, six objects each. */
function objectsFile(count: number, { folder }: Tools): string {
  const file = join(folder, `objects-${count}.yaml`);
  const services = Array.from({ length: Math.ceil(count / 6) }, (_, index) => objectsOf(`service-${index}`));
  writeFileSync(file, services.join(''));
  return file;
}

const objectsOf = (name: string): string => `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: shop }
spec:
  hosts: [${name}.cluster-b.local]
  location: MESH_INTERNAL
  resolution: DNS
  addresses: [240.240.0.1]
  exportTo: [shop]
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints: [{ address: ew.cluster-b.example.net, ports: { http: 15443 } }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: shop }
spec:
  host: ${name}.cluster-b.local
  exportTo: [shop]
  trafficPolicy:
    tls:
      mode: ISTIO_MUTUAL
      sni: outbound_.80_._.${name}.shop.svc.cluster.local
      subjectAltNames: ["spiffe://cluster-b.example/ns/shop/sa/${name}"]
    connectionPool: { tcp: { connectTimeout: 3s, maxConnections: 100 } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ${name}, namespace: shop }
spec:
  hosts: [${name}.cluster-b.local]
  exportTo: [shop]
  http:
    - match: [{ uri: { prefix: /api } }]
      route: [{ destination: { host: ${name}.cluster-b.local, port: { number: 80 } } }]
      timeout: 10s
      retries: { attempts: 2, perTryTimeout: 3s, retryOn: "gateway-error,connect-failure" }
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { app: ${name} }
  ports: [{ name: http, port: 80, targetPort: 8080 }]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  rules:
    - from: [{ source: { principals: ["cluster-a.example/ns/shop/sa/frontend"] } }]
      to: [{ operation: { methods: [GET], paths: ["/api/*"], ports: ["8080"] } }]
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  mtls: { mode: STRICT }
`;
