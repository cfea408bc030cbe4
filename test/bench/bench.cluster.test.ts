import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import { startBench } from './bench.ts';
import { test } from './fixtures.ts';
import { isEstablished, readCrds } from './install-crds.ts';
import { isAlive } from './lock.ts';
import { until } from './until.ts';

const names = ['cluster-a', 'cluster-b'] as const;

const definitions = [
  'authorizationpolicies.security.istio.io',
  'certificaterequests.cert-manager.io',
  'certificates.cert-manager.io',
  'challenges.acme.cert-manager.io',
  'clusterissuers.cert-manager.io',
  'destinationrules.networking.istio.io',
  'envoyfilters.networking.istio.io',
  'gateways.networking.istio.io',
  'issuers.cert-manager.io',
  'orders.acme.cert-manager.io',
  'peerauthentications.security.istio.io',
  'proxyconfigs.networking.istio.io',
  'requestauthentications.security.istio.io',
  'serviceentries.networking.istio.io',
  'sidecars.networking.istio.io',
  'telemetries.telemetry.istio.io',
  'trafficextensions.extensions.istio.io',
  'virtualservices.networking.istio.io',
  'wasmplugins.extensions.istio.io',
  'workloadentries.networking.istio.io',
  'workloadgroups.networking.istio.io',
];

describe.each(names)('%s of the shared bench', (name) => {
  test('is a Kubernetes API server of the pinned version', async ({ bench }) => {
    const { status, text } = await bench.clusters[name].request('GET', '/version');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ major: '1', minor: '36', gitVersion: 'v1.36.3' });
  });

  test('has the established definitions of Istio and cert-manager', async ({ bench }) => {
    const crds = await readCrds(bench.clusters[name]);
    expect(crds.filter((crd) => !isEstablished(crd))).toEqual([]);
    expect(crds.map(({ metadata }) => metadata.name).sort()).toEqual(definitions);
  });

  test.for([
    [
      'an unknown field',
      { hosts: ['backend-api.cluster-b.local'], hostz: [] },
      400,
      /strict decoding error: unknown field "spec.hostz"/,
    ],
    [
      'a value that the definition forbids',
      { hosts: ['backend-api.cluster-b.local'], location: 'NOWHERE' },
      422,
      /spec.location: Unsupported value: "NOWHERE"/,
    ],
  ] as const)('refuses %s in an Istio object', async ([, spec, expected, reason], { bench, namespaces }) => {
    const { shop } = await namespaces('shop');
    const path = `/apis/networking.istio.io/v1/namespaces/${shop}/serviceentries?fieldValidation=Strict`;
    const body = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'backend-api' },
      spec,
    };
    const { status, text } = await bench.clusters[name].request('POST', path, { body });
    expect(status).toBe(expected);
    expect(z.object({ message: z.string() }).parse(JSON.parse(text)).message).toMatch(reason);
  });

  test('has the controllers that make a namespace usable', async ({ bench, namespaces }) => {
    const { shop } = await namespaces('shop');
    await until('the default service account', async () => {
      const { status } = await bench.clusters[name].request(
        'GET',
        `/api/v1/namespaces/${shop}/serviceaccounts/default`,
      );
      return status === 200;
    });
  });

  test('can be reached with kubectl', async ({ bench, namespaces }) => {
    const { shop } = await namespaces('shop');
    const manifest = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: exports, namespace: ${shop} }
spec:
  selector: { istio: eastwestgateway }
  servers:
    - port: { number: 15443, name: tls, protocol: TLS }
      tls: { mode: AUTO_PASSTHROUGH }
      hosts: [backend-api.shop.svc.cluster.local]
`;
    const applied = await bench.clusters[name].kubectl(['apply', '--server-side', '-f', '-'], manifest);
    expect(applied).toBe('gateway.networking.istio.io/exports serverside-applied\n');
    const missing = bench.clusters[name].kubectl(['get', 'gateway', 'imports', '-n', shop]);
    await expect(missing).rejects.toThrow(
      'Error from server (NotFound): gateways.networking.istio.io "imports" not found',
    );
  });
});

test('the clusters are two: each has its own identity and its own objects', async ({ bench }) => {
  const uids = await Promise.all(
    names.map(async (name) => {
      const { text } = await bench.clusters[name].request('GET', '/api/v1/namespaces/kube-system');
      return z.object({ metadata: z.object({ uid: z.uuid() }) }).parse(JSON.parse(text)).metadata.uid;
    }),
  );
  expect(new Set(uids).size).toBe(2);
});

test('a namespace of a test is gone soon after it', async ({ bench, namespaces }) => {
  const { shop } = await namespaces('shop');
  const cluster = bench.clusters['cluster-a'];
  await cluster.request('DELETE', `/api/v1/namespaces/${shop}`);
  await until('the end of the namespace', async () => {
    return (await cluster.request('GET', `/api/v1/namespaces/${shop}`)).status === 404;
  });
});

describe('a bench of one’s own', () => {
  test('runs beside the shared one on other ports', async ({ bench, ownBench }) => {
    const servers = [bench, ownBench].flatMap(({ clusters }) => Object.values(clusters).map(({ server }) => server));
    expect(new Set(servers).size).toBe(4);
  });

  test('has servers that refuse connections when stopped, and come back with their data', async ({
    bench,
    ownBench,
  }) => {
    const cluster = ownBench.clusters['cluster-a'];
    await cluster.kubectl(['create', 'namespace', 'shop']);
    await cluster.stop();
    await expect(cluster.request('GET', '/version')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect((await ownBench.clusters['cluster-b'].request('GET', '/readyz')).text).toBe('ok');
    expect((await bench.clusters['cluster-a'].request('GET', '/readyz')).text).toBe('ok');
    await cluster.start();
    expect((await cluster.request('GET', '/api/v1/namespaces/shop')).status).toBe(200);
  });

  test('has servers that hang when frozen, until they are thawed', async ({ ownBench }) => {
    const cluster = ownBench.clusters['cluster-b'];
    cluster.freeze();
    await expect(cluster.request('GET', '/version', { timeoutMs: 500 })).rejects.toMatchObject({ name: 'AbortError' });
    await cluster.thaw();
    expect((await cluster.request('GET', '/version')).status).toBe(200);
  });

  test('can have other clusters, and leaves nothing behind when it is stopped', async () => {
    const own = await startBench({ clusters: ['cluster-eu'] });
    expect(await own.clusters['cluster-eu'].kubectl(['config', 'get-contexts', '-o', 'name'])).toBe('cluster-eu\n');
    const pids = own.clusters['cluster-eu'].pids();
    expect(pids.map(isAlive)).toEqual([true, true]);
    await own.stop();
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect(existsSync(own.kubeconfig)).toBe(false);
  });

  test('that cannot start says why', async ({ bench }) => {
    const taken = Number(new URL(bench.clusters['cluster-a'].server).port);
    const start = startBench({ clusters: ['cluster-eu'], ports: { 'cluster-eu': taken } });
    await expect(start).rejects.toThrow(/The API server of cluster-eu ended\.\n(.|\n)*address already in use/);
  });

  test('leaves nothing behind when the process that started it is killed', async () => {
    const parent = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'orphan.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface(parent.stdout), 'line');
    const { kubeconfig, pids } = orphaned.parse(JSON.parse(String(line)));
    expect(pids.map(isAlive)).toEqual([true, true, true, true]);
    parent.kill('SIGKILL');
    await until('the end of the processes', async () => !pids.some(isAlive), 10);
    await until('the end of the folder', async () => !existsSync(join(kubeconfig, '..')), 10);
  });
});

const orphaned = z.object({ kubeconfig: z.string(), pids: z.array(z.number()) });
