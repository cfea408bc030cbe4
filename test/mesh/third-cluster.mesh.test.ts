import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, exampleFolder, scenario } from '../bench/mesh/fixtures.ts';
import type { LoadReport } from '../bench/mesh/load.ts';
import { type OwnMesh, startMesh } from '../bench/mesh/start.ts';

const clusters = ['cluster-a', 'cluster-b', 'cluster-c'];
const web = { namespace: 'web', app: 'web' };
const url = 'http://catalog.xc.global:8080';

let mesh: OwnMesh;

/** A cluster that runs nothing of a service and calls two that do, in the order of the spec. */
scenario('a third cluster that only calls', scenes, () => mesh);

function scenes(): void {
  beforeAll(async () => {
    mesh = await startMesh({ clusters });
    const workloads = join(exampleFolder('microservices'), 'workloads', 'cluster-a.yaml');
    await Promise.all(clusters.slice(0, 2).map((cluster) => mesh.apply(workloads, cluster)));
    await mesh.apply(caller, 'cluster-c');
    await Promise.all(clusters.slice(0, 2).map((cluster) => mesh.waitReady(cluster, 'shop')));
    const spec = join(mesh.folder, 'third-cluster.yaml');
    await writeFile(spec, federation);
    const contexts = clusters.flatMap((cluster) => ['--context', `${cluster}=${cluster}`]);
    const { code, stdout, stderr } = await mesh.cli(['apply', '-f', spec, '--settle', '0s', ...contexts]);
    expect([code, stdout, stderr]).toEqual([0, expect.anything(), expect.anything()]);
    await mesh.restart('cluster-c', 'web', 'web');
    await eventually(async () => expect((await mesh.request('cluster-c', web, url)).status).toBe(200));
  });

  afterAll(() => mesh?.stop());

  test('the first cluster of the order answers everything', async () => {
    expectAll(await mesh.load('cluster-c', web, url, { seconds: 2 }).report, 'cluster-b');
  });

  test('when its gateway goes, the second one answers, and the first one again when it is back', async () => {
    const load = mesh.load('cluster-c', web, url, { seconds: 120, rate: 20 });
    await mesh.scale('cluster-b', 'istio-system', 'deploy/istio-eastwestgateway', 0);
    await eventually(() => expect(mesh.pods('cluster-b', gateway)).toEqual([]), { within: 40_000 });
    await eventually(async () => {
      expectAll(await mesh.load('cluster-c', web, url, { seconds: 1 }).report, 'cluster-a');
    });
    await mesh.scale('cluster-b', 'istio-system', 'deploy/istio-eastwestgateway', 1);
    await mesh.waitReady('cluster-b', 'istio-system');
    await eventually(
      async () => expectAll(await mesh.load('cluster-c', web, url, { seconds: 1 }).report, 'cluster-b'),
      { within: 60_000, every: 1000 },
    );
    const { byStatus, requests } = await load.stop();
    // an answer that the gateway was carrying when it ended can't be asked for again
    expect(requests - (byStatus['200'] ?? 0)).toBeLessThanOrEqual(4);
  });
}

const gateway = { namespace: 'istio-system', app: 'istio-eastwestgateway' };

function expectAll(report: LoadReport, cluster: string): void {
  expect(report).toMatchObject({ failed: 0, byCluster: { [cluster]: report.requests } });
}

const federation = `
apiVersion: aegis-xc.dev/v1alpha1
kind: Federation
metadata: { name: global }
clusters:
  cluster-a: { trustDomain: cluster-a.example, gateway: { addresses: [203.0.113.10] } }
  cluster-b: { trustDomain: cluster-b.example, gateway: { addresses: [203.0.113.20] } }
  cluster-c: { trustDomain: cluster-c.example }
services:
  catalog:
    host: catalog.xc.global
    port: { number: 8080, protocol: HTTP }
    providers:
      cluster-a: { namespace: shop, workload: { app: catalog }, serviceAccounts: [catalog] }
      cluster-b: { namespace: shop, workload: { app: catalog }, serviceAccounts: [catalog] }
    consumers:
      - { cluster: cluster-c, namespace: web, serviceAccount: web }
    localCallers: any
    traffic:
      timeout: 10s
      retries: { attempts: 2, perTryTimeout: 2s }
      failover: [cluster-b, cluster-a]
      outlierDetection: { consecutiveErrors: 3, interval: 1s, ejectFor: 5s }
`;

const caller = `
apiVersion: v1
kind: Namespace
metadata: {name: web, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: web}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {serviceAccountName: web, containers: [{name: web, image: "curlimages/curl:8.17.0", command: [sleep, infinity]}]}
`;
