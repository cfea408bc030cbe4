import { describe, expect } from 'vitest';
import { objectPath } from '../../src/clusters/wire.ts';
import type { ClusterError } from '../../src/errors.ts';
import type { Json } from '../../src/json.ts';
import type { KubeObject, Resource } from '../../src/manifests/manifest.ts';
import { knownResources } from '../../src/plan/resources.ts';
import { how, read, refOf, seen, test } from '../support/bench-client.ts';
import { failureOf } from '../support/cluster-error.ts';
import { goldenSpecs, manifestsOf } from '../support/goldens.ts';
import { backendApi, configMaps, inNamespace, leases, lock, serviceEntries, state } from '../support/objects.ts';

/**
 * What a real API server does with our writes: the rules that plan and apply stand on, for the records and for one object of every
 * kind that we render. A version of Kubernetes that does it differently is noticed here.
 */

/** Of each kind the first that some golden spec renders. */
const samples = new Map(
  goldenSpecs
    .flatMap(({ file }) => manifestsOf(file))
    .filter(({ resource }) => resource.namespaced)
    .reverse()
    .map(({ resource, object }): [string, [string, KubeObject, Resource]] => [
      resource.kind,
      [resource.kind, object, resource],
    ]),
);

const written: [string, KubeObject, Resource][] = [
  ...[...samples.values()].sort(([a], [b]) => (a < b ? -1 : 1)),
  ['ConfigMap', state, configMaps],
  ['Lease', lock, leases],
];

test('one object of every kind that we render is looked at', () => {
  const kinds = knownResources.filter(({ namespaced }) => namespaced).map(({ kind }) => kind);
  expect([...samples.keys()].sort()).toEqual(kinds.sort());
});

const relabelled = (object: KubeObject, tier: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, tier } },
});

describe.for(written)('creating a %s', ([, object, resource]) => {
  test('makes it, and is refused from then on, for ourselves too', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const live = await client.create(wanted, resource, how);
    expect(live).toMatchObject(wanted);
    expect(live.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    const errors = [
      await failureOf(client.create(wanted, resource, how)),
      await failureOf(client.create(wanted, resource, { fieldManager: 'other' })),
    ];
    expect(errors.map(({ reason }) => reason)).toEqual(['exists', 'exists']);
    expect(seen(await read(client, resource, wanted))).toEqual(seen(live));
  });

  test('is refused even where fields are taken by force', async ({ client, bench, shop }) => {
    const wanted = inNamespace(object, shop);
    await client.create(wanted, resource, how);
    const path = `${objectPath(refOf(resource, wanted))}?fieldManager=${how.fieldManager}&force=true`;
    // the form in which a server answers a body is the form in which it takes it
    const body = { ...wanted, metadata: { ...wanted.metadata, resourceVersion: '1' } } as unknown as Json;
    const contentType = 'application/apply-patch+yaml';
    const { status, json } = await bench.clusters['cluster-a'].request('PATCH', path, { body, contentType });
    expect(status).toBe(409);
    expect(json()).toMatchObject({
      reason: 'Conflict',
      details: expect.not.objectContaining({ causes: expect.anything() }),
    });
  });

  test('with a field that the kind does not have is final: it is asked once', async ({ client, shop }) => {
    const before = client.requests.writes;
    const error = await failureOf(client.create({ ...inNamespace(object, shop), nonsense: 1 }, resource, how));
    expect(error.reason).toBe('invalid');
    expect(error.object?.field).toBe('nonsense');
    expect(client.requests.writes - before).toBe(1);
  });

  test('succeeds for exactly one of eight who try at once', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => client.create(wanted, resource, { fieldManager: `writer-${index}` })),
    );
    const lost = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as ClusterError).reason] : [],
    );
    expect(lost).toEqual(Array(7).fill('exists'));
    expect((await read(client, resource, wanted)).metadata.managedFields).toHaveLength(1);
  });

  test('as a dry-run stores nothing and has no version', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const live = await client.create(wanted, resource, { ...how, dryRun: true });
    expect(live.metadata.resourceVersion).toBe('');
    expect(await client.get(refOf(resource, wanted))).toBeUndefined();
  });
});

describe.for(written)('updating a %s', ([, object, resource]) => {
  test('changes what was read', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const before = await client.create(wanted, resource, how);
    const after = await client.update(relabelled(wanted, 'gold'), resource, { ...how, ...seen(before) });
    expect(after.metadata.labels).toMatchObject({ tier: 'gold' });
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.resourceVersion).not.toBe(before.metadata.resourceVersion);
  });

  test('without a change leaves even the version as it is', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const before = await client.create(wanted, resource, how);
    const after = await client.update(wanted, resource, { ...how, ...seen(before) });
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  test('is refused when somebody was faster', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const before = await client.create(wanted, resource, how);
    await client.update(relabelled(wanted, 'gold'), resource, { ...how, ...seen(before) });
    const late = client.update(relabelled(wanted, 'silver'), resource, { ...how, ...seen(before) });
    expect((await failureOf(late)).reason).toBe('changed');
    expect((await read(client, resource, wanted)).metadata.labels).toMatchObject({ tier: 'gold' });
  });

  test('never brings back what was deleted', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const before = await client.create(wanted, resource, how);
    await client.remove(refOf(resource, wanted), seen(before));
    const late = client.update(relabelled(wanted, 'gold'), resource, { ...how, ...seen(before) });
    expect((await failureOf(late)).reason).toBe('replaced');
    expect(await client.get(refOf(resource, wanted))).toBeUndefined();
  });

  test('leaves alone what was deleted and made again', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const before = await client.create(wanted, resource, how);
    await client.remove(refOf(resource, wanted), seen(before));
    const again = await client.create(wanted, resource, how);
    const late = client.update(relabelled(wanted, 'gold'), resource, { ...how, ...seen(before) });
    expect((await failureOf(late)).reason).toBe('changed');
    const wrongUid = { uid: before.metadata.uid, resourceVersion: again.metadata.resourceVersion };
    const wrong = client.update(relabelled(wanted, 'gold'), resource, { ...how, ...wrongUid });
    expect((await failureOf(wrong)).reason).toBe('replaced');
    expect(seen(await read(client, resource, wanted))).toEqual(seen(again));
  });

  test('as a dry-run stores nothing, and is refused for the same reasons', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const before = await client.create(wanted, resource, how);
    const dry = { ...how, dryRun: true };
    const answer = await client.update(relabelled(wanted, 'gold'), resource, { ...dry, ...seen(before) });
    expect(answer.metadata.labels).toMatchObject({ tier: 'gold' });
    const stale = client.update(relabelled(wanted, 'gold'), resource, {
      ...dry,
      ...seen(before),
      resourceVersion: '1',
    });
    expect((await failureOf(stale)).reason).toBe('changed');
    expect(seen(await read(client, resource, wanted))).toEqual(seen(before));
  });
});

describe.for(written)('removing a %s', ([, object, resource]) => {
  // A Service is answered with itself, gone as it is: whoever hears `pending` looks.
  const gone = resource.kind === 'Service' ? 'pending' : 'gone';

  test('removes what was read', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const live = await client.create(wanted, resource, how);
    expect(await client.remove(refOf(resource, wanted), seen(live))).toBe(gone);
    expect(await client.get(refOf(resource, wanted))).toBeUndefined();
    expect(await client.remove(refOf(resource, wanted), seen(live))).toBe('gone');
  });

  test('is refused for another object of that name, and for another version', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const live = await client.create(wanted, resource, how);
    const other = { uid: '00000000-0000-4000-8000-000000000000', resourceVersion: live.metadata.resourceVersion };
    expect((await failureOf(client.remove(refOf(resource, wanted), other))).reason).toBe('replaced');
    const old = { uid: live.metadata.uid, resourceVersion: '1' };
    expect((await failureOf(client.remove(refOf(resource, wanted), old))).reason).toBe('changed');
    expect(seen(await read(client, resource, wanted))).toEqual(seen(live));
  });

  test('obeys what its body says, not its query', async ({ client, bench, shop }) => {
    const wanted = inNamespace(object, shop);
    const live = await client.create(wanted, resource, how);
    const { uid } = live.metadata;
    const path = objectPath(refOf(resource, wanted));
    const { request } = bench.clusters['cluster-a'];
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: '00000000-0000-4000-8000-000000000000' },
    };
    expect((await request('DELETE', `${path}?preconditions.uid=${uid}`, { body })).status).toBe(409);
    expect((await request('DELETE', path, { body: { ...body, preconditions: { uid }, dryRun: ['All'] } })).status).toBe(
      200,
    );
    expect(seen(await read(client, resource, wanted))).toEqual(seen(live));
    // The reason why ours is in the body: beside one, the query counts for nothing.
    expect((await request('DELETE', `${path}?dryRun=All`, { body: { ...body, preconditions: { uid } } })).status).toBe(
      200,
    );
    expect(await client.get(refOf(resource, wanted))).toBeUndefined();
  });

  test('as a dry-run removes nothing', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const live = await client.create(wanted, resource, how);
    expect(await client.remove(refOf(resource, wanted), { ...seen(live), dryRun: true })).toBe(gone);
    expect(seen(await read(client, resource, wanted))).toEqual(seen(live));
  });

  test('waits for a finalizer, and says so to who would change it', async ({ client, shop }) => {
    const wanted = inNamespace({ ...object, metadata: { ...object.metadata, finalizers: ['example.com/wait'] } }, shop);
    const live = await client.create(wanted, resource, how);
    expect(await client.remove(refOf(resource, wanted), seen(live))).toBe('pending');
    const going = await read(client, resource, wanted);
    expect(going.metadata.deletionTimestamp).toBeDefined();
    const error = await failureOf(client.update(relabelled(wanted, 'gold'), resource, { ...how, ...seen(going) }));
    expect(error.reason).toBe('terminating');
    const last = await read(client, resource, wanted);
    await client.update(inNamespace(object, shop), resource, { ...how, ...seen(last) }).catch(() => {});
    expect(await client.get(refOf(resource, wanted))).toBeUndefined();
  });
});

describe.for(written)('fields of others in a %s', ([, object, resource]) => {
  test('are a conflict with causes, another than that of versions', async ({ client, shop }) => {
    const wanted = relabelled(inNamespace(object, shop), 'gold');
    const first = await client.create(wanted, resource, how);
    const silver = { fieldManager: 'somebody', force: true, ...seen(first) };
    const now = await client.update(relabelled(inNamespace(object, shop), 'silver'), resource, silver);
    const error = await failureOf(client.update(wanted, resource, { ...how, ...seen(now) }));
    expect(error.reason).toBe('field-conflict');
    expect(error.conflicts).toEqual([{ manager: 'somebody', fields: ['metadata.labels.tier'] }]);
    expect(seen(await read(client, resource, wanted))).toEqual(seen(now));
    const forced = await client.update(wanted, resource, { ...how, ...seen(now), force: true });
    expect(forced.metadata.labels).toMatchObject({ tier: 'gold' });
  });

  test('do not make another generation of it, nor do labels', async ({ client, shop }) => {
    const wanted = inNamespace(object, shop);
    const before = await client.create(wanted, resource, how);
    const after = await client.update(relabelled(wanted, 'gold'), resource, { ...how, ...seen(before) });
    expect(after.metadata.generation).toBe(before.metadata.generation);
  });
});

describe('fields of others', () => {
  const edited = (object: KubeObject): KubeObject => ({
    ...object,
    spec: { ...(object.spec as object), resolution: 'DNS' },
  });

  test('are a conflict that names them, and nothing is written', async ({ client, bench, shop }) => {
    const wanted = inNamespace(backendApi, shop);
    await client.create(wanted, serviceEntries, how);
    await bench.clusters['cluster-a'].kubectl([
      'patch',
      'serviceentry',
      'backend-api',
      '-n',
      shop,
      '--type=merge',
      '--field-manager=kubectl-edit',
      '-p',
      '{"spec":{"resolution":"DNS"}}',
    ]);
    const now = await read(client, serviceEntries, wanted);
    const error = await failureOf(client.update(wanted, serviceEntries, { ...how, ...seen(now) }));
    expect(error.reason).toBe('field-conflict');
    expect(error.conflicts).toEqual([{ manager: 'kubectl-edit', fields: ['spec.resolution'] }]);
    expect(seen(await read(client, serviceEntries, wanted))).toEqual(seen(now));
  });

  test('are taken over by force', async ({ client, shop }) => {
    const wanted = inNamespace(backendApi, shop);
    const other = await client.create(edited(wanted), serviceEntries, { fieldManager: 'other' });
    const forced = await client.update(wanted, serviceEntries, { ...how, ...seen(other), force: true });
    expect(forced.spec).toMatchObject({ resolution: 'STATIC' });
  });
});
