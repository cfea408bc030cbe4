import { describe, expect } from 'vitest';
import { benchClient, how, test } from '../support/bench-client.ts';
import {
  backendApi,
  configMaps,
  inNamespace,
  namespaces as namespaceResource,
  serviceEntries,
  state,
} from '../support/objects.ts';

describe('a cluster', () => {
  test('says who it is, which version, and what it serves', async ({ client }) => {
    expect(await client.identity()).toMatch(/^[0-9a-f-]{36}$/);
    expect(await client.version()).toMatchObject({ major: 1, minor: 36 });
    expect(await client.served(serviceEntries)).toBe(true);
    expect(await client.served(namespaceResource)).toBe(true);
    expect(await client.served({ ...serviceEntries, apiVersion: 'networking.istio.io/v9' })).toBe(false);
    expect(await client.served({ ...serviceEntries, kind: 'ServiceEntries' })).toBe(false);
  });

  test('has one identity, and another one than its neighbour', async ({ bench, client }) => {
    const neighbour = benchClient(bench, { cluster: 'cluster-b', context: 'cluster-b' });
    expect(await neighbour.identity()).not.toBe(await client.identity());
    await neighbour.close();
  });
});

test('text comes back as it was, whatever is in it', async ({ client, shop }) => {
  const text = 'tab\t nl\n del\u007f nel\u0085 c1\u009f bom\ufeff \ufffe\uffff <&/> "\\ ${x} 😀 yes: no # - [';
  const wanted = inNamespace({ ...state, data: { text } }, shop);
  const live = await client.create(wanted, configMaps, how);
  expect(live.data).toEqual({ text });
});

describe('lists', () => {
  test('of more than a page are complete', async ({ client, shop }) => {
    const names = Array.from({ length: 503 }, (_, index) => `state-${String(index).padStart(3, '0')}`);
    await Promise.all(
      names.map((name) => client.create(inNamespace({ ...state, metadata: { name } }, shop), configMaps, how)),
    );
    const before = client.requests.reads;
    const objects = await client.list(configMaps, { namespace: shop });
    expect(objects.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('state-'))).toEqual(names);
    expect(client.requests.reads - before).toBe(2);
  });

  test('take a selector, and leave the content out on request', async ({ client, shop }) => {
    const labels = { 'aegis-xc.dev/federation': shop };
    await client.create(inNamespace({ ...backendApi, metadata: { name: 'ours', labels } }, shop), serviceEntries, how);
    await client.create(inNamespace({ ...backendApi, metadata: { name: 'theirs' } }, shop), serviceEntries, how);
    const labelSelector = `aegis-xc.dev/federation=${shop}`;
    const full = await client.list(serviceEntries, { labelSelector });
    expect(full).toMatchObject([{ apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', spec: backendApi.spec }]);
    const [bare] = await client.list(serviceEntries, { labelSelector, metadataOnly: true });
    expect(bare).toMatchObject({ kind: 'ServiceEntry', metadata: { name: 'ours', labels } });
    expect(bare).not.toHaveProperty('spec');
    expect(await client.list(serviceEntries, { labelSelector: 'team=none', metadataOnly: true })).toEqual([]);
  });
});
