import { describe, expect } from 'vitest';
import type { KubeObject, Resource } from '../../src/manifests/manifest.ts';
import { how, seen, test } from '../support/bench-client.ts';
import { failureOf } from '../support/cluster-error.ts';
import { backendApi, configMaps, inNamespace, leases, lock, serviceEntries, state } from '../support/objects.ts';

describe('an object that the server refuses', () => {
  const entry = (spec: object, name = 'backend-api'): KubeObject => ({
    ...backendApi,
    metadata: { name },
    spec: { ...(backendApi.spec as object), ...spec },
  });

  test.for<[string, KubeObject, Resource, string, RegExp, string | undefined]>([
    [
      'a field that the CRD does not have',
      entry({ hostz: ['x'] }),
      serviceEntries,
      'invalid',
      /its networking\.istio\.io\/v1 has no field spec\.hostz\.$/,
      'spec.hostz',
    ],
    [
      'a field of a built-in kind that does not exist',
      { ...state, dataa: {} },
      configMaps,
      'invalid',
      /its v1 has no field dataa\.$/,
      'dataa',
    ],
    [
      'a wrong type',
      entry({ hosts: 'x' }),
      serviceEntries,
      'invalid',
      /: spec\.hosts: expected list, got &\{x\}\.$/,
      'spec.hosts',
    ],
    [
      'a key twice',
      entry({
        ports: [
          { name: 'a', number: 1, protocol: 'TCP' },
          { name: 'a', number: 2, protocol: 'TCP' },
        ],
      }),
      serviceEntries,
      'invalid',
      /: spec\.ports: duplicate entries for key \[name="a"\]\.$/,
      'spec.ports',
    ],
    [
      'a value that is not allowed',
      entry({ location: 'MESH_INSIDE' }),
      serviceEntries,
      'invalid',
      /: spec\.location: Unsupported value: "MESH_INSIDE": supported values: "MESH_EXTERNAL", "MESH_INTERNAL"\.$/,
      'spec.location',
    ],
    [
      'a rule of the CRD',
      entry({ hosts: ['*'] }),
      serviceEntries,
      'invalid',
      /: spec\.hosts\[0\]: Invalid value: "?\*?"?.*hostname cannot be wildcard\.$/,
      'spec.hosts[0]',
    ],
    [
      'a bad name',
      { ...state, metadata: { name: 'Shop_1' } },
      configMaps,
      'invalid',
      /: metadata\.name: Invalid value: "Shop_1"/,
      'metadata.name',
    ],
    [
      'a time without six digits',
      { ...lock, spec: { renewTime: '2026-11-23T10:00:00Z' } },
      leases,
      'invalid',
      /parsing time/,
      undefined,
    ],
    [
      'more than a ConfigMap can hold',
      { ...state, data: { big: 'x'.repeat(1_100_000) } },
      configMaps,
      'too-large',
      /may not be more than 1048576 bytes\.$/,
      undefined,
    ],
    [
      'more than a request can hold',
      { ...state, data: { big: 'x'.repeat(3_200_000) } },
      configMaps,
      'too-large',
      /Request entity too large: limit is 3145728\.$/,
      undefined,
    ],
    [
      'a version that is not served',
      { ...backendApi, apiVersion: 'networking.istio.io/v9' },
      { ...serviceEntries, apiVersion: 'networking.istio.io/v9' },
      'not-served',
      /does not know networking\.istio\.io\/v9 ServiceEntry\.$/,
      undefined,
    ],
  ])('for %s', async ([, object, resource, reason, message, field], { client, shop }) => {
    const before = client.requests.writes;
    const error = await failureOf(client.create(inNamespace(object, shop), resource, how));
    expect(error.reason).toBe(reason);
    expect(error.message).toMatch(message);
    expect(error.object?.field).toBe(field);
    expect(error.auditId).toMatch(/^[0-9a-f-]{36}$/);
    expect(client.requests.writes - before).toBe(1);
  });

  test('for a namespace that is missing', async ({ client }) => {
    const error = await failureOf(client.create(inNamespace(backendApi, 'nowhere'), serviceEntries, how));
    expect(error.reason).toBe('namespace-missing');
    expect(error.message).toBe(
      'The namespace nowhere of ServiceEntry nowhere/backend-api does not exist in cluster-a.',
    );
  });

  test('for a namespace that goes', async ({ client, bench, shop }) => {
    const finalizers = { metadata: { finalizers: ['example.com/wait'] } };
    const held = {
      ...inNamespace(state, shop),
      ...{ metadata: { ...finalizers.metadata, name: 'held', namespace: shop } },
    };
    const live = await client.create(held, configMaps, how);
    await bench.clusters['cluster-a'].request('DELETE', `/api/v1/namespaces/${shop}`);
    const error = await failureOf(client.create(inNamespace(backendApi, shop), serviceEntries, how));
    expect(error.reason).toBe('terminating');
    const { finalizers: _, ...metadata } = held.metadata;
    await client.update({ ...held, metadata }, configMaps, { ...how, ...seen(live) }).catch(() => {});
  });
});
