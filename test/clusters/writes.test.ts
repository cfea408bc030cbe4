import { describe, expect, test } from 'vitest';
import { type Answer, type SeenRequest, startApiServer, statusBody } from '../support/api-server.ts';
import { failureOf } from '../support/cluster-error.ts';
import { clientOf } from '../support/kubeconfig.ts';
import { asLive, backendApi, serviceEntries } from '../support/objects.ts';

/** What is sent, and what answers of a server that keeps no rules become; `writes.cluster.test.ts` has a real one. */

const how = { fieldManager: 'aegis-xc.shop' };
const seen = { uid: 'c0ffee', resourceVersion: '7' };
const ref = { resource: serviceEntries, namespace: 'shop', name: 'backend-api' };
const path = '/apis/networking.istio.io/v1/namespaces/shop/serviceentries/backend-api';

async function serverWith(answer: Answer) {
  const { url, requests } = await startApiServer(() => answer);
  return { client: clientOf({ server: url }, { requestTimeout: 10_000 }), requests };
}

const parts = ({ method, url, headers, body }: SeenRequest) => {
  const { pathname, searchParams } = new URL(url, 'https://server.example');
  return {
    method,
    pathname,
    query: Object.fromEntries(searchParams),
    type: headers['content-type'],
    body: JSON.parse(body),
  };
};

describe('what is sent', () => {
  test('to create: a version that matches nothing, and no uid', async () => {
    const { client, requests } = await serverWith({ status: 201, body: asLive(backendApi) });
    await client.create(backendApi, serviceEntries, how);
    expect(requests.map(parts)).toEqual([
      {
        method: 'PATCH',
        pathname: path,
        query: { fieldManager: 'aegis-xc.shop', force: 'false', fieldValidation: 'Strict', timeout: '9000ms' },
        type: 'application/apply-patch+yaml',
        body: { ...backendApi, metadata: { ...backendApi.metadata, resourceVersion: '1' } },
      },
    ]);
  });

  test('to update: what was read', async () => {
    const { client, requests } = await serverWith({ body: asLive(backendApi) });
    await client.update(backendApi, serviceEntries, { ...how, ...seen, force: true, dryRun: true });
    expect(requests.map(parts)).toMatchObject([
      {
        method: 'PATCH',
        query: { force: 'true', dryRun: 'All' },
        body: { metadata: { ...backendApi.metadata, ...seen } },
      },
    ]);
  });

  test('to update: nothing that only a server fills in', async () => {
    const { client, requests } = await serverWith({ body: asLive(backendApi) });
    const live = asLive(backendApi, {
      uid: 'other',
      resourceVersion: '3',
      generation: 2,
      creationTimestamp: 'then',
      managedFields: [],
    });
    await client.update(live, serviceEntries, { ...how, ...seen });
    expect(requests.map(parts)[0]?.body.metadata).toEqual({ ...backendApi.metadata, ...seen });
  });

  test('to remove: everything in the body, for with one the query is ignored', async () => {
    const { client, requests } = await serverWith({ body: { kind: 'Status', status: 'Success' } });
    await client.remove(ref, { ...seen, dryRun: true });
    expect(requests.map(parts)).toEqual([
      {
        method: 'DELETE',
        pathname: path,
        query: {},
        type: 'application/json',
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: seen,
          propagationPolicy: 'Background',
          dryRun: ['All'],
        },
      },
    ]);
  });
});

test.each<[string, string, string]>([
  ['no uid', '', '7'],
  ['no version', 'c0ffee', ''],
  ['version 0, which switches the check off', 'c0ffee', '0'],
  ['a version that is no number', 'c0ffee', 'latest'],
])('nothing is sent with %s', async (_, uid, resourceVersion) => {
  const { client, requests } = await serverWith({ body: asLive(backendApi) });
  await expect(client.update(backendApi, serviceEntries, { ...how, uid, resourceVersion })).rejects.toThrow(TypeError);
  await expect(client.remove(ref, { uid, resourceVersion })).rejects.toThrow(TypeError);
  expect(requests).toEqual([]);
});

describe('an answer to a write', () => {
  test('that says "changed" where it should say "created" shows a server without the rule', async () => {
    const { client } = await serverWith({ status: 200, body: asLive(backendApi) });
    const error = await failureOf(client.create(backendApi, serviceEntries, how));
    expect(error.reason).toBe('unexpected-answer');
    expect(error.message).toBe(
      'cluster-b changed ServiceEntry shop/backend-api, which exists, where it should have refused to create it.',
    );
  });

  test.each<[string, object, string]>([
    ['with another uid is not ours', { uid: 'other' }, 'ambiguous'],
    ['with another name is not ours', { name: 'orders-db' }, 'ambiguous'],
    [
      'about an object that is being deleted is no success',
      { deletionTimestamp: '2026-11-23T10:00:00Z' },
      'terminating',
    ],
  ])('%s', async (_, metadata, reason) => {
    const { client } = await serverWith({ body: asLive(backendApi, metadata) });
    expect((await failureOf(client.update(backendApi, serviceEntries, { ...how, ...seen }))).reason).toBe(reason);
  });
});

describe('an answer to a removal', () => {
  test.each<[string, Answer, 'gone' | 'pending']>([
    ['Success: gone', { body: { kind: 'Status', status: 'Success' } }, 'gone'],
    ['the object: it waits', { body: asLive(backendApi, { deletionTimestamp: '2026-11-23T10:00:00Z' }) }, 'pending'],
    [
      'not found: gone',
      { status: 404, body: statusBody(404, 'NotFound', 'not found', { name: 'backend-api', kind: 'serviceentries' }) },
      'gone',
    ],
  ])('%s', async (_, answer, outcome) => {
    const { client } = await serverWith(answer);
    expect(await client.remove(ref, seen)).toBe(outcome);
  });

  test.each<[string, Answer, string]>([
    ['of another object', { body: asLive({ ...backendApi, metadata: { name: 'orders-db' } }) }, 'ambiguous'],
    ['that the kind is not served', { status: 404, body: '404 page not found\n' }, 'not-served'],
  ])('%s is an error', async (_, answer, reason) => {
    const { client } = await serverWith(answer);
    expect((await failureOf(client.remove(ref, seen))).reason).toBe(reason);
  });
});
