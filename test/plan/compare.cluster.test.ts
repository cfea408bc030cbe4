import { describe, expect } from 'vitest';
import type { ClusterClient } from '../../src/clusters/client.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/json.ts';
import type { KubeObject, Manifest, Resource } from '../../src/manifests/manifest.ts';
import { type FieldChange, ownedFields, sameAsLive } from '../../src/plan/compare.ts';
import type { LiveObject } from '../../src/plan/live.ts';
import type { ClusterAccess } from '../bench/access.ts';
import { how, manager, read, seen, test } from '../support/bench-client.ts';
import { failureOf } from '../support/cluster-error.ts';
import { goldenSpecs, manifestsOf } from '../support/goldens.ts';
import { backendApi, configMaps, namespaces as namespaceResource, serviceEntries } from '../support/objects.ts';

/** "Nothing changed" is decided without asking; here the server is asked whether that was right. */

const manifests: readonly Manifest[] = goldenSpecs.flatMap(({ file }) => manifestsOf(file));
const kindsRendered = [...new Set(manifests.map(({ resource }) => resource.kind))].filter(
  (kind) => kind !== 'Namespace',
);

/** Kinds that `apply` writes besides. */
const own: readonly (readonly [Resource, JsonObject])[] = [
  [configMaps, { data: { 'a.b': '1', state: '{"a": 1}' }, binaryData: { gzip: 'aGVsbG8=' } }],
  [
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases', namespaced: true },
    {
      spec: {
        holderIdentity: 'ann',
        leaseDurationSeconds: 30,
        leaseTransitions: 3,
        renewTime: '2026-11-23T10:00:00.000000Z',
      },
    },
  ],
  [
    { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true },
    { type: 'aegis-xc.dev/state', data: { a: 'aGVsbG8=' } },
  ],
];

/** In another namespace, under another name: many specs render objects of one name. */
const moved = (object: KubeObject, namespace: string, name: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, namespace, name },
});

const entryOf = ({ metadata }: LiveObject): Json | undefined =>
  metadata.managedFields?.find((entry) => entry.manager === manager && entry.operation === 'Apply')?.fieldsV1;

/** Without what says only that a parent exists. */
function withoutDots(fields: Json | undefined): Json | undefined {
  if (!isJsonObject(fields)) return fields;
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([key]) => key !== '.')
      .map(([key, inner]) => [key, withoutDots(inner)]),
  );
}

describe.for(kindsRendered)('every %s that we render', (kind) => {
  test('has the fields that we computed, and is the same as live', async ({ client, namespaces }) => {
    const { place } = await namespaces('place');
    const objects = manifests.filter(({ resource }) => resource.kind === kind);
    await Promise.all(
      objects.map(async ({ resource, object }, index) => {
        const wanted = moved(object, place, `${kind.toLowerCase()}-${index}`);
        const created = await client.create(wanted, resource, how);
        expect(ownedFields(wanted)).toEqual(withoutDots(entryOf(created)));
        expect(sameAsLive(wanted, created, manager)).toBe('same');
        const listed = await read(client, resource, wanted);
        expect(sameAsLive(wanted, listed, manager)).toBe('same');
        const again = await client.update(wanted, resource, { ...how, ...seen(listed) });
        expect(again.metadata.resourceVersion).toBe(listed.metadata.resourceVersion);
      }),
    );
    expect(objects.length).toBeGreaterThan(0);
  });
});

describe.for(own)('what apply keeps', ([resource, content]) => {
  test(`as a ${resource.kind} has the fields that we computed, and is the same as live`, async ({
    client,
    namespaces,
  }) => {
    const { place } = await namespaces('place');
    const wanted: KubeObject = {
      apiVersion: resource.apiVersion,
      kind: resource.kind,
      metadata: { name: 'shop', namespace: place, labels: { a: 'b' } },
      ...content,
    };
    const live = await client.create(wanted, resource, how);
    expect(ownedFields(wanted)).toEqual(withoutDots(entryOf(live)));
    expect(sameAsLive(wanted, live, manager)).toBe('same');
  });
});

test('a Namespace is the same as live, whoever made it', async ({ client, namespaces }) => {
  const { place } = await namespaces('place');
  const wanted: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: place, labels: { a: 'b' } } };
  expect(sameAsLive(wanted, await read(client, namespaceResource, wanted), manager)).toBe('same');
});

/** What somebody does to our object, and what we say about it. */
interface Act {
  readonly act: (object: KubeObject, cluster: ClusterAccess, client: ClusterClient) => Promise<unknown>;
  readonly changes: readonly (Pick<FieldChange, 'path' | 'kind'> & { readonly managers?: readonly string[] })[];
}

const patch = (type: 'merge' | 'json', change: Json, fieldManager: string): Act['act'] => {
  return async ({ metadata: { namespace, name } }, cluster) => {
    const path = `/apis/networking.istio.io/v1/namespaces/${namespace}/serviceentries/${name}?fieldManager=${fieldManager}`;
    const { status, text } = await cluster.request('PATCH', path, {
      body: change,
      contentType: `application/${type}-patch+json`,
    });
    if (status !== 200) throw new Error(text);
  };
};

const applyAs = (fieldManager: string, change: JsonObject): Act['act'] => {
  return async (object, _, client) => {
    const { spec, ...identity } = object;
    const live = await read(client, serviceEntries, object);
    await client.update({ ...identity, ...change } as KubeObject, serviceEntries, {
      fieldManager,
      force: true,
      ...seen(live),
    });
  };
};

const ports = [
  { name: 'http', number: 80, protocol: 'HTTP' },
  { name: 'grpc', number: 81, protocol: 'GRPC' },
];
const wantedSpec: JsonObject = { ...(backendApi.spec as JsonObject), ports, exportTo: ['.'] };

const acts: readonly (readonly [string, Act])[] = [
  [
    'edits a value',
    {
      act: patch('merge', { spec: { resolution: 'DNS' } }, 'kubectl-edit'),
      changes: [{ path: 'spec.resolution', kind: 'set', managers: ['kubectl-edit'] }],
    },
  ],
  [
    'edits a label and a port',
    {
      act: patch(
        'json',
        [
          { op: 'replace', path: '/metadata/labels/app.kubernetes.io~1managed-by', value: 'helm' },
          { op: 'replace', path: '/spec/ports/0/number', value: 8080 },
        ],
        'kubectl-patch',
      ),
      changes: [
        { path: 'metadata.labels["app.kubernetes.io/managed-by"]', kind: 'set', managers: ['kubectl-patch'] },
        { path: 'spec.ports[name=http].number', kind: 'set', managers: ['kubectl-patch'] },
      ],
    },
  ],
  [
    'edits a value inside a list',
    {
      act: patch('json', [{ op: 'replace', path: '/spec/endpoints/0/address', value: '203.0.113.99' }], 'kubectl-edit'),
      changes: [{ path: 'spec.endpoints', kind: 'set', managers: ['kubectl-edit'] }],
    },
  ],
  [
    'removes a field',
    {
      act: patch('json', [{ op: 'remove', path: '/spec/exportTo' }], 'kubectl-edit'),
      changes: [{ path: 'spec.exportTo', kind: 'set', managers: [] }],
    },
  ],
  [
    'removes a port',
    {
      act: patch('json', [{ op: 'remove', path: '/spec/ports/1' }], 'kubectl-edit'),
      changes: ['name', 'number', 'protocol'].map(
        (field) => ({ path: `spec.ports[name=grpc].${field}`, kind: 'set', managers: [] }) as const,
      ),
    },
  ],
  [
    'reorders the ports',
    {
      act: patch('json', [{ op: 'move', from: '/spec/ports/0', path: '/spec/ports/1' }], 'kubectl-edit'),
      changes: [{ path: 'spec.ports', kind: 'set' }],
    },
  ],
  [
    'adds a port',
    {
      act: patch(
        'json',
        [{ op: 'add', path: '/spec/ports/-', value: { name: 'debug', number: 9, protocol: 'TCP' } }],
        'kubectl-edit',
      ),
      changes: [],
    },
  ],
  ['adds a label', { act: patch('merge', { metadata: { labels: { team: 'shop' } } }, 'kubectl-label'), changes: [] }],
  ['adds a field', { act: patch('merge', { spec: { location: 'MESH_INTERNAL' } }, 'kubectl-edit'), changes: [] }],
  ['writes the same value', { act: patch('merge', { spec: { resolution: 'STATIC' } }, 'kubectl-edit'), changes: [] }],
  ['applies the same value beside us', { act: applyAs('argocd', { spec: { resolution: 'STATIC' } }), changes: [] }],
  [
    'takes a field over by force',
    {
      act: applyAs('argocd', { spec: { resolution: 'DNS' } }),
      changes: [{ path: 'spec.resolution', kind: 'set', managers: ['argocd'] }],
    },
  ],
  [
    'changes a value and changes it back',
    {
      act: async (...args) => {
        await patch('merge', { spec: { resolution: 'DNS' } }, 'kubectl-edit')(...args);
        await patch('merge', { spec: { resolution: 'STATIC' } }, 'kubectl-edit')(...args);
      },
      changes: [{ path: 'spec.resolution', kind: 'own', managers: ['kubectl-edit'] }],
    },
  ],
  [
    'updates the status',
    {
      act: async ({ metadata: { namespace, name } }, cluster) => {
        const path = `/apis/networking.istio.io/v1/namespaces/${namespace}/serviceentries/${name}/status?fieldManager=pilot-discovery`;
        const { status } = await cluster.request('PATCH', path, {
          body: { status: { addresses: [{ value: '240.240.0.1' }] } },
          contentType: 'application/merge-patch+json',
        });
        expect(status).toBe(200);
      },
      changes: [],
    },
  ],
];

describe('when somebody', () => {
  test.for(acts)('%s, we say the same as the server', async ([, { act, changes }], { bench, client, namespaces }) => {
    const { shop } = await namespaces('shop');
    const wanted: KubeObject = { ...moved(backendApi, shop, 'backend-api'), spec: wantedSpec };
    await client.create(wanted, serviceEntries, how);
    await act(wanted, bench.clusters['cluster-a'], client);
    const live = await read(client, serviceEntries, wanted);

    const result = sameAsLive(wanted, live, manager);
    const found = result === 'same' ? [] : result.changed;
    expect(found).toMatchObject(changes);
    expect(found).toHaveLength(changes.length);

    const conflicts = found.filter(({ kind, managers }) => kind === 'set' && managers.length > 0);
    const update = client.update(wanted, serviceEntries, { ...how, ...seen(live) });
    if (conflicts.length > 0) {
      const error = await failureOf(update);
      expect(error.reason).toBe('field-conflict');
      expect(error.conflicts.flatMap((conflict) => conflict.fields)).toHaveLength(conflicts.length);
      expect(error.conflicts.map((conflict) => conflict.manager)).toEqual([
        ...new Set(conflicts.flatMap(({ managers }) => managers)),
      ]);
    } else {
      const after = await update;
      expect(after.metadata.resourceVersion === live.metadata.resourceVersion).toBe(result === 'same');
      expect(sameAsLive(wanted, after, manager)).toBe('same');
    }
  });
});

describe('when we want something else', () => {
  const { exportTo: _, ...withoutExportTo } = wantedSpec;

  test.for<[string, JsonObject, FieldChange['path'][]]>([
    ['another value', { ...wantedSpec, resolution: 'DNS' }, ['spec.resolution']],
    ['one field more', { ...wantedSpec, location: 'MESH_INTERNAL' }, ['spec.location']],
    ['one field less', withoutExportTo, ['spec.exportTo']],
    [
      'one port less',
      { ...wantedSpec, ports: ports.slice(0, 1) },
      ['name', 'number', 'protocol'].map((field) => `spec.ports[name=grpc].${field}`),
    ],
    ['the ports in another order', { ...wantedSpec, ports: ports.toReversed() }, ['spec.ports']],
    ['another list', { ...wantedSpec, exportTo: ['.', 'web'] }, ['spec.exportTo']],
  ])('%s, it is a difference before and none after', async ([, spec, paths], { client, namespaces }) => {
    const { shop } = await namespaces('shop');
    const old: KubeObject = { ...moved(backendApi, shop, 'backend-api'), spec: wantedSpec };
    const live = await client.create(old, serviceEntries, how);
    const wanted: KubeObject = { ...old, spec };
    const result = sameAsLive(wanted, live, manager);
    expect(result === 'same' ? [] : result.changed.map(({ path }) => path)).toEqual(paths);
    const after = await client.update(wanted, serviceEntries, { ...how, ...seen(live) });
    expect(after.metadata.resourceVersion).not.toBe(live.metadata.resourceVersion);
    expect(sameAsLive(wanted, after, manager)).toBe('same');
  });
});
