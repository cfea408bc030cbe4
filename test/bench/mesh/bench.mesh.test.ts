import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually, mesh, scenario } from './fixtures.ts';
import { isStillThere, ownNetwork, type Remains, remainsOf } from './remains.ts';
import { startMesh } from './start.ts';

const cluster = 'cluster-a';
const web = { namespace: 'bench-sidecars', app: 'web' };
const plain = { namespace: 'bench-plain', app: 'web' };

scenario('the bench itself', () => {
  beforeAll(async () => {
    await mesh.clean();
    await mesh.apply(workloads(web.namespace, 'enabled') + workloads(plain.namespace, 'disabled'), cluster);
    await mesh.waitReady(cluster, web.namespace, plain.namespace);
  });

  test('a namespace labelled for injection gets sidecars, another one does not', async () => {
    expect(await mesh.envoy(cluster, web, '/ready')).toBe('LIVE\n');
    expect(await mesh.envoy(cluster, plain, '/ready')).toBe('');
  });

  test('the replicas that a Deployment wants are the processes that run', async () => {
    await mesh.scale(cluster, plain.namespace, 'deploy/web', 3);
    await eventually(() => expect(mesh.pods(cluster, plain)).toHaveLength(3), { within: 30_000 });
    await mesh.scale(cluster, plain.namespace, 'deploy/web', 0);
    await eventually(() => expect(mesh.pods(cluster, plain)).toHaveLength(0), { within: 30_000 });
    await mesh.scale(cluster, plain.namespace, 'deploy/web', 1);
    await mesh.waitReady(cluster, plain.namespace);
  });

  test('the pods of a StatefulSet are found by their names', async () => {
    const { stdout } = await mesh.exec(cluster, web, [
      'curl',
      '-s',
      'http://store-1.store.bench-sidecars:8080/hostname',
    ]);
    expect(stdout).toBe('store-1');
  });

  test('a Job runs to its end, and its outcome is that of its command', async () => {
    const finished = async (name: string) => {
      const job = await mesh.kubectl(cluster, ['get', 'job', '-n', web.namespace, name, '-o', 'json']);
      const { succeeded = 0, failed = 0 } = JSON.parse(job).status;
      expect(succeeded + failed).toBe(1);
      return succeeded === 1;
    };
    await mesh.apply(job('fine', 'exit 0') + job('broken', 'exit 3'), cluster);
    expect(await eventually(() => finished('fine'), { within: 60_000 })).toBe(true);
    expect(await eventually(() => finished('broken'), { within: 60_000 })).toBe(false);
  });

  test('an image that nothing stands for is said to be missing', async () => {
    await mesh.kubectl(cluster, ['run', 'stranger', '-n', plain.namespace, '--image=example.com/stranger:1']);
    await eventually(async () => {
      const pod = await mesh.kubectl(cluster, ['get', 'pod', '-n', plain.namespace, 'stranger', '-o', 'json']);
      expect(JSON.parse(pod).status.containerStatuses[0].state.waiting.message).toContain('example.com/stranger:1');
    });
  });

  test('istiod refuses what Istio would refuse', async () => {
    const invalid = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: nowhere, namespace: bench-plain}
spec: {hosts: [nowhere.example]}
`;
    await expect(mesh.apply(invalid, cluster)).rejects.toThrow('http, tcp or tls must be provided');
  });

  // a start takes up to a minute on a busy machine
  describe('what is left of a mesh', { timeout: 240_000 }, () => {
    test('nothing, when it is stopped', async () => {
      const before = await ownNetwork();
      const own = await startMesh({ clusters: [cluster] });
      const running = await remainsOf(own.folder);
      expectAll(running);
      expect(await ownNetwork()).toEqual(before);
      await own.stop();
      await eventually(() => expectNothing(own.folder, running)); // an Envoy that was killed takes a moment to go
      expect(await ownNetwork()).toEqual(before);
    });

    test('nor when the process that has started it, just after the first, is killed', async () => {
      const parent = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'orphan.ts')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void parent.kill('SIGKILL'));
      const [folder] = await once(createInterface(parent.stdout), 'line');
      const running = await remainsOf(String(folder));
      expectAll(running);
      parent.kill('SIGKILL');
      await eventually(() => expectNothing(String(folder), running), { within: 20_000 });
    });

    /** The look finds what it has to: API server, etcd, istiod, Envoys and agents; the WAN, the hub and two pods. */
    function expectAll({ processes, namespaces, folders }: Remains): void {
      expect(processes.length).toBeGreaterThan(8);
      expect(namespaces).toHaveLength(4);
      expect(folders).toHaveLength(3);
    }

    async function expectNothing(folder: string, { processes }: Remains): Promise<void> {
      expect(await remainsOf(folder)).toEqual({ processes: [], namespaces: [], folders: [] });
      expect(processes.filter(isStillThere)).toEqual([]);
    }
  });
});

const workloads = (namespace: string, injection: string) => `
apiVersion: v1
kind: Namespace
metadata: {name: ${namespace}, labels: {istio-injection: ${injection}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "registry.k8s.io/e2e-test-images/agnhost:2.57", args: [netexec]}]}
---
apiVersion: v1
kind: Service
metadata: {name: store, namespace: ${namespace}}
spec: {clusterIP: None, selector: {app: store}, ports: [{name: http, port: 8080}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store, namespace: ${namespace}}
spec:
  serviceName: store
  replicas: 2
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec: {containers: [{name: web, image: "registry.k8s.io/e2e-test-images/agnhost:2.57", args: [netexec]}]}
---`;

const job = (name: string, command: string) => `
apiVersion: batch/v1
kind: Job
metadata: {name: ${name}, namespace: ${web.namespace}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: probe, image: "curlimages/curl:8.17.0", command: [sh, -c, "${command}"]}]
---`;
