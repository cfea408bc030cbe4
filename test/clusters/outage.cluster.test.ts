import { expect, onTestFinished } from 'vitest';
import { test } from '../bench/fixtures.ts';
import { benchClient, manager, refOf } from '../support/bench-client.ts';
import { failureOf } from '../support/cluster-error.ts';
import { backendApi, serviceEntries } from '../support/objects.ts';

const how = { fieldManager: manager };
const object = { ...backendApi, metadata: { name: 'backend-api', namespace: 'default' } };

test('an API server that is stopped is said to be away; its neighbour goes on', async ({ ownBench }) => {
  const client = benchClient(ownBench);
  const neighbour = benchClient(ownBench, { cluster: 'cluster-b', context: 'cluster-b' });
  onTestFinished(async () => void (await Promise.all([client.close(), neighbour.close()])));
  await client.identity();
  await ownBench.clusters['cluster-a'].stop();
  const error = await failureOf(client.create(object, serviceEntries, how));
  expect(error.reason).toBe('unreachable');
  expect(error.message).toBe(`cluster-a can't be reached at ${client.server}: the connection was refused.`);
  expect(await neighbour.identity()).toMatch(/^[0-9a-f-]{36}$/);

  await ownBench.clusters['cluster-a'].start();
  expect((await client.create(object, serviceEntries, how)).metadata.name).toBe('backend-api');
});

test('an API server that hangs can have written: the object says whether it did', async ({ ownBench }) => {
  const client = benchClient(ownBench, { requestTimeout: 1_000 });
  onTestFinished(() => client.close());
  const wanted = { ...object, metadata: { ...object.metadata, name: 'orders-db' } };
  await client.identity();
  await ownBench.clusters['cluster-a'].freeze();
  const read = await failureOf(client.identity());
  expect(read.message).toBe(`cluster-a can't be reached at ${client.server}: no answer within 1 s.`);
  const write = await failureOf(client.create(wanted, serviceEntries, how));
  expect(write.reason).toBe('ambiguous');

  await ownBench.clusters['cluster-a'].thaw();
  const patient = benchClient(ownBench);
  onTestFinished(() => patient.close());
  const live = await patient.get(refOf(serviceEntries, wanted));
  const again = patient.create(wanted, serviceEntries, how);
  if (live === undefined) expect((await again).metadata.name).toBe('orders-db');
  else expect((await failureOf(again)).reason).toBe('exists');
});
