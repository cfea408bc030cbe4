import { describe, expect, test } from 'vitest';
import { type Answer, startApiServer, statusBody } from '../support/api-server.ts';
import { failureOf } from '../support/cluster-error.ts';
import { clientOf } from '../support/kubeconfig.ts';
import { configMaps, namespaces, serviceEntries } from '../support/objects.ts';

describe('discovery', () => {
  const old = (path: string): Answer => {
    if (path === '/apis') return { body: { kind: 'APIGroupList', apiVersion: 'v1', groups: [] } };
    if (path === '/api') return { body: { kind: 'APIVersions', versions: ['v1'] } };
    if (path === '/api/v1')
      return {
        body: { kind: 'APIResourceList', groupVersion: 'v1', resources: [{ name: 'namespaces', kind: 'Namespace' }] },
      };
    return { status: 404, body: '404 page not found\n' };
  };

  test('goes group by group where the server knows no better', async () => {
    const { url, requests } = await startApiServer((request) => old(request.url));
    const client = clientOf({ server: url });
    expect(await client.served(namespaces)).toBe(true);
    expect(await client.served(configMaps)).toBe(false);
    expect(await client.served(serviceEntries)).toBe(false);
    expect(requests.map((request) => request.url)).toEqual([
      '/api',
      '/api/v1',
      '/apis',
      '/apis/networking.istio.io/v1',
    ]);
  });

  test('is asked for once, and again after a failure', async () => {
    const { url, requests } = await startApiServer((request, _, count) =>
      count === 1 ? { status: 403, body: statusBody(403, 'Forbidden', 'no') } : old(request.url),
    );
    const client = clientOf({ server: url });
    await failureOf(client.served(namespaces));
    await Promise.all([client.served(namespaces), client.served(namespaces), client.served(configMaps)]);
    expect(requests.map((request) => request.url)).toEqual(['/api', '/api', '/api/v1']);
  });
});
