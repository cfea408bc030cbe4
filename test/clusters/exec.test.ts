import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectCluster } from '../../src/clusters/client.ts';
import { execPlugin } from '../../src/clusters/exec.ts';
import { loadKubeconfig } from '../../src/clusters/kubeconfig.ts';
import { SignInError } from '../../src/clusters/sign-in-error.ts';
import { startApiServer, statusBody } from '../support/api-server.ts';
import { ca, client as clientCertificate } from '../support/certificates.ts';
import { failureOf } from '../support/cluster-error.ts';
import { temporaryFolder } from '../support/folder.ts';
import { clientOf, kubeconfigText } from '../support/kubeconfig.ts';
import { asLive, namespaces } from '../support/objects.ts';

const apiVersion = 'client.authentication.k8s.io/v1';
const kubeSystem = { body: asLive({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } }) };

/** A plugin: a node script beside the kubeconfig that counts its runs and writes what `script` makes of it. */
function pluginWith(script: string, entry: object = {}) {
  const folder = temporaryFolder({
    'bin/sign-in': `#!${process.execPath}
const fs = require('node:fs');
fs.appendFileSync(__dirname + '/runs', '.');
const runs = fs.readFileSync(__dirname + '/runs', 'utf8').length;
const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
const give = (status) => console.log(JSON.stringify({ apiVersion: '${apiVersion}', kind: 'ExecCredential', status }));
${script}`,
  });
  chmodSync(join(folder, 'bin/sign-in'), 0o700);
  const exec = { apiVersion, command: join(folder, 'bin/sign-in'), interactiveMode: 'Never', ...entry };
  return { folder, exec, runs: () => readFileSync(join(folder, 'bin/runs'), 'utf8').length };
}

describe('a plugin', () => {
  test('is run once for parallel calls, and its token is used', async () => {
    const { exec, runs } = pluginWith(`setTimeout(() => give({ token: 'token-' + runs }), 50)`);
    const { url, requests } = await startApiServer(() => kubeSystem);
    const client = clientOf({ server: url, user: { exec } });
    await Promise.all(Array.from({ length: 20 }, () => client.identity()));
    expect(runs()).toBe(1);
    expect(new Set(requests.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer token-1']));
  });

  test('is run once for two clusters of one user', async () => {
    const { exec, runs } = pluginWith(`setTimeout(() => give({ token: 'abc' }), 50)`);
    const { url } = await startApiServer(() => kubeSystem);
    const path = join(temporaryFolder({ config: kubeconfigText({ server: url, user: { exec } }) }), 'config');
    const kubeconfig = loadKubeconfig({ path });
    const clients = ['cluster-a', 'cluster-b'].map((cluster) =>
      connectCluster({ cluster, kubeconfig, context: 'prod-b', env: {} }),
    );
    await Promise.all(clients.map((client) => client.identity()));
    await Promise.all(clients.map((client) => client.close()));
    expect(runs()).toBe(1);
  });

  test('is run again when its token has expired, and not before', async () => {
    const { exec, runs } = pluginWith(
      `give({ token: 'abc', expirationTimestamp: new Date(Date.now() + (runs === 1 ? 400 : 3600_000)).toISOString() })`,
    );
    const { url } = await startApiServer(() => kubeSystem);
    const client = clientOf({ server: url, user: { exec } });
    await client.identity();
    await client.identity();
    expect(runs()).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 450));
    await client.identity();
    await client.identity();
    expect(runs()).toBe(2);
  });

  test('is run again once when the server refuses its token, however many requests were refused', async () => {
    const { exec, runs } = pluginWith(`give({ token: 'token-' + runs })`);
    const { url } = await startApiServer(async ({ headers }) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const good = headers.authorization === 'Bearer token-2';
      return good ? kubeSystem : { status: 401, body: statusBody(401, 'Unauthorized', 'Unauthorized') };
    });
    const client = clientOf({ server: url, user: { exec } });
    await Promise.all(Array.from({ length: 10 }, () => client.identity()));
    expect(runs()).toBe(2);
  });

  test('can hand out a certificate', async () => {
    const status = { clientCertificateData: clientCertificate.cert, clientKeyData: clientCertificate.key };
    const { exec } = pluginWith(`give(${JSON.stringify(status)})`);
    const { url, requests } = await startApiServer(() => kubeSystem);
    await clientOf({ server: url, user: { exec } }).identity();
    expect(requests[0]?.client).toBe('ci');
  });

  test('stands back where the kubeconfig has a token', async () => {
    const { exec } = pluginWith(`give({ token: 'plugin' })`);
    const { url, requests } = await startApiServer(() => kubeSystem);
    await clientOf({ server: url, user: { exec, token: 'static' } }).identity();
    expect(requests[0]?.headers.authorization).toBe('Bearer static');
  });

  test('that reads its input does not hang', async () => {
    const { exec } = pluginWith(`process.stdin.on('data', () => {}).on('end', () => give({ token: 'abc' }))`);
    const { url } = await startApiServer(() => kubeSystem);
    expect(await clientOf({ server: url, user: { exec } }).identity()).toBe('c0ffee');
  });

  test('gets its arguments, its environment and ours', async () => {
    const { exec } = pluginWith(
      `give({ token: [...process.argv.slice(2), process.env.REGION, process.env.OUTER].join('-') })`,
      {
        args: ['a', 'b'],
        env: [{ name: 'REGION', value: 'eu' }],
      },
    );
    const { url, requests } = await startApiServer(() => kubeSystem);
    await clientOf({ server: url, user: { exec } }, { env: { OUTER: 'outer' } }).identity();
    expect(requests[0]?.headers.authorization).toBe('Bearer a-b-eu-outer');
  });

  test('is found in PATH when its command is only a name', async () => {
    const { folder, exec } = pluginWith(`give({ token: 'abc' })`);
    const { url } = await startApiServer(() => kubeSystem);
    const client = clientOf(
      { server: url, user: { exec: { ...exec, command: 'sign-in' } } },
      { env: { PATH: join(folder, 'bin') } },
    );
    expect(await client.identity()).toBe('c0ffee');
  });

  test('is told nothing of the cluster unless it asks', async () => {
    const { exec } = pluginWith(`give({ token: Buffer.from(JSON.stringify(info)).toString('base64') })`);
    const { url, requests } = await startApiServer(() => kubeSystem);
    const seen = () =>
      JSON.parse(Buffer.from(requests.at(-1)?.headers.authorization?.slice(7) ?? '', 'base64').toString());
    await clientOf({ server: url, user: { exec } }).identity();
    expect(seen()).toEqual({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } });

    const cluster = {
      'tls-server-name': 'localhost',
      extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'prod' } }],
    };
    await clientOf({ server: url, cluster, user: { exec: { ...exec, provideClusterInfo: true } } }).identity();
    expect(seen().spec.cluster).toEqual({
      server: `${url}/`,
      'tls-server-name': 'localhost',
      'certificate-authority-data': Buffer.from(ca.cert).toString('base64'),
      config: { audience: 'prod' },
    });
  });
});

describe('a plugin that fails', () => {
  test.each<[string, string, object, RegExp]>([
    ['ends with an error', 'process.exit(3)', {}, /failed \(exit code 3\)\.$/],
    ['is killed', `process.kill(process.pid, 'SIGKILL')`, {}, /failed \(SIGKILL\)\.$/],
    ['writes no JSON', `console.log('token: my-secret')`, {}, /gave no usable credentials: it did not write JSON\.$/],
    [
      'writes something else',
      `console.log('{"kind":"Secret","token":"my-secret"}')`,
      {},
      /it wrote no ExecCredential with a status\.$/,
    ],
    ['gives nothing', 'give({})', {}, /neither a token nor a certificate\.$/],
    [
      'gives half a certificate',
      `give({ clientCertificateData: 'my-secret' })`,
      {},
      /certificate and key belong together\.$/,
    ],
    [
      'names an end that is no time',
      `give({ token: 'my-secret', expirationTimestamp: 'soon' })`,
      {},
      /expirationTimestamp is not a time\.$/,
    ],
    [
      'answers in another version',
      `give({ token: 'my-secret' })`,
      { apiVersion: 'client.authentication.k8s.io/v1beta1' },
      /answers in client\.authentication\.k8s\.io\/v1, not in client\.authentication\.k8s\.io\/v1beta1\.$/,
    ],
    [
      'is set up for a version that is gone',
      '',
      { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
      /which does not exist any more\.$/,
    ],
    ['needs a terminal', '', { interactiveMode: 'Always' }, /wants to ask something, and this is not a terminal\.$/],
    ['writes without end', `for (;;) fs.writeSync(1, 'my-secret'.repeat(10000))`, {}, /it wrote more than 1 MiB\.$/],
  ])('%s', async (_, script, entry, message) => {
    const { exec } = pluginWith(script, entry);
    const { url, requests } = await startApiServer(() => kubeSystem);
    const error = await failureOf(clientOf({ server: url, user: { exec } }).identity());
    expect(error.reason).toBe('unauthorized');
    expect(error.message).toMatch(/^No sign-in to cluster-b: The credential plugin .*sign-in /);
    expect(error.message).toMatch(message);
    expect(`${error.message} ${error.hint} ${String(error.cause)}`).not.toContain('my-secret');
    expect(requests).toEqual([]);
  });

  test('is not installed: its hint is passed on', async () => {
    const { url } = await startApiServer(() => kubeSystem);
    const exec = {
      apiVersion,
      command: 'gke-gcloud-auth-plugin',
      interactiveMode: 'Never',
      installHint: 'gcloud components install it',
    };
    const error = await failureOf(clientOf({ server: url, user: { exec } }, { env: { PATH: '/nowhere' } }).identity());
    expect(error.message).toBe(
      'No sign-in to cluster-b: The credential plugin gke-gcloud-auth-plugin is not installed.',
    );
    expect(error.hint).toBe('gcloud components install it');
  });

  test('is asked again by the next call', async () => {
    const { exec, runs } = pluginWith(`runs === 1 ? process.exit(1) : give({ token: 'abc' })`);
    const { url } = await startApiServer(() => kubeSystem);
    const client = clientOf({ server: url, user: { exec } });
    await failureOf(client.identity());
    expect(await client.identity()).toBe('c0ffee');
    expect(runs()).toBe(2);
  });

  test('never answers: its time is limited', async () => {
    const { exec } = pluginWith('setInterval(() => {}, 1000)');
    const plugin = execPlugin({
      exec: { ...exec, args: [], env: [], installHint: undefined, provideClusterInfo: false, interactiveMode: 'Never' },
      cluster: undefined,
      env: process.env,
      interactive: false,
      timeout: 300,
    });
    await expect(plugin.credential()).rejects.toThrow(SignInError);
    await expect(plugin.credential()).rejects.toThrow(/did not answer within 0\.3 s\.$/);
  });

  test('is stopped with everything else', async () => {
    const { exec } = pluginWith('setInterval(() => {}, 1000)');
    const client = clientOf({ user: { exec } }, { signal: AbortSignal.timeout(300) });
    expect((await failureOf(client.get({ resource: namespaces, name: 'shop' }))).reason).toBe('aborted');
  });
});
