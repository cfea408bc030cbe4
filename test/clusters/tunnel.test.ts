import { describe, expect, test } from 'vitest';
import { startApiServer } from '../support/api-server.ts';
import { failureOf } from '../support/cluster-error.ts';
import { clientOf } from '../support/kubeconfig.ts';
import { asLive } from '../support/objects.ts';
import { startHttpProxy, startSocksProxy } from '../support/proxies.ts';

const kubeSystem = { body: asLive({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } }) };

describe('a cluster behind a proxy', () => {
  test('is reached through an HTTP proxy, with TLS to the server itself', async () => {
    const { url, port } = await startApiServer(() => kubeSystem);
    const proxy = await startHttpProxy();
    const client = clientOf({ server: url, cluster: { 'proxy-url': `http://ann:p%40ss@127.0.0.1:${proxy.port}` } });
    expect(await client.identity()).toBe('c0ffee');
    const authorization = `Basic ${Buffer.from('ann:p@ss').toString('base64')}`;
    expect(proxy.asked).toEqual([{ target: `127.0.0.1:${port}`, authorization }]);
  });

  test('is reached through a SOCKS5 proxy', async () => {
    const { url, port } = await startApiServer(() => kubeSystem);
    const proxy = await startSocksProxy();
    const client = clientOf({ server: url, cluster: { 'proxy-url': `socks5://127.0.0.1:${proxy.port}` } });
    expect(await client.identity()).toBe('c0ffee');
    expect(proxy.asked).toEqual([{ target: `127.0.0.1:${port}`, authorization: undefined }]);
  });

  test('has its name looked up by a SOCKS5 proxy that wants a password', async () => {
    const { port } = await startApiServer(() => kubeSystem);
    const proxy = await startSocksProxy({ password: 'ann:pass' });
    const cluster = { 'proxy-url': `socks5h://ann:pass@127.0.0.1:${proxy.port}`, 'tls-server-name': 'localhost' };
    expect(await clientOf({ server: `https://api.inside.example:${port}`, cluster }).identity()).toBe('c0ffee');
    expect(proxy.asked).toEqual([{ target: `api.inside.example:${port}`, authorization: 'ann:pass' }]);
  });
});

describe('a proxy that does not let us through', () => {
  test.each<[string, () => Promise<string>, RegExp]>([
    [
      'wants to know who we are',
      async () => `http://127.0.0.1:${(await startHttpProxy({ status: 407 })).port}`,
      /the proxy refuses: it wants a name and a password \(407\)\.$/,
    ],
    [
      'answers with an error',
      async () => `http://127.0.0.1:${(await startHttpProxy({ status: 503 })).port}`,
      /the proxy refuses: it answered 503\.$/,
    ],
    ['is away', async () => 'http://127.0.0.1:1', /the proxy can't be reached \(ECONNREFUSED\)\.$/],
    [
      'finds nothing behind it',
      async () => `socks5://127.0.0.1:${(await startSocksProxy({ reply: 4 })).port}`,
      /the proxy refuses: host unreachable\.$/,
    ],
    [
      'wants a password that is missing',
      async () => `socks5://127.0.0.1:${(await startSocksProxy({ password: 'ann:pass' })).port}`,
      /the proxy refuses: it wants a name and a password\.$/,
    ],
    [
      'wants another password',
      async () => `socks5://ann:my-secret@127.0.0.1:${(await startSocksProxy({ password: 'ann:pass' })).port}`,
      /the proxy refuses: it refused name and password\.$/,
    ],
  ])('%s', async (_, proxyUrl, message) => {
    const { url, requests } = await startApiServer(() => kubeSystem);
    const error = await failureOf(clientOf({ server: url, cluster: { 'proxy-url': await proxyUrl() } }).identity());
    expect(error.reason).toBe('unreachable');
    expect(error.message).toMatch(message);
    expect(error.hint).toContain('proxy-url');
    expect(error.message).not.toContain('my-secret');
    expect(requests).toEqual([]);
  });
});
