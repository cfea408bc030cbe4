import { describe, expect, test } from 'vitest';
import { type Answer, startApiServer, statusBody } from '../support/api-server.ts';
import { failureOf } from '../support/cluster-error.ts';
import { clientOf } from '../support/kubeconfig.ts';
import { asLive, backendApi, configMaps, serviceEntries } from '../support/objects.ts';

const { apiVersion, kind, ...item } = asLive(backendApi);
const page = (names: readonly string[], next?: string): Answer => ({
  body: {
    apiVersion,
    kind: 'ServiceEntryList',
    metadata: { resourceVersion: '9', ...(next ? { continue: next } : {}) },
    items: names.map((name) => ({ ...item, metadata: { ...item.metadata, name } })),
  },
});
const expired: Answer = {
  status: 410,
  body: statusBody(410, 'Expired', 'The provided continue parameter is too old', {}),
};

describe('a list', () => {
  test('is read page by page, and its items get the kind that they lack', async () => {
    const { url, requests } = await startApiServer(({ url }) =>
      url.includes('continue=abc') ? page(['c']) : page(['a', 'b'], 'abc'),
    );
    const objects = await clientOf({ server: url }).list(serviceEntries, {
      labelSelector: 'team=shop',
      namespace: 'shop',
    });
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect(objects[0]).toMatchObject({ apiVersion, kind, metadata: { uid: 'c0ffee', resourceVersion: '7' } });
    expect(requests.map(({ url }) => url)).toEqual([
      '/apis/networking.istio.io/v1/namespaces/shop/serviceentries?limit=500&labelSelector=team%3Dshop',
      '/apis/networking.istio.io/v1/namespaces/shop/serviceentries?limit=500&labelSelector=team%3Dshop&continue=abc',
    ]);
  });

  test('starts again when its snapshot has expired', async () => {
    const { url } = await startApiServer(
      (_, __, count) => [page(['a'], 'old'), expired, page(['b'], 'new'), page(['c'])][count - 1],
    );
    const objects = await clientOf({ server: url }).list(serviceEntries);
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['b', 'c']);
  });

  test('gives up when that happens again and again', async () => {
    const { url, requests } = await startApiServer(({ url }) =>
      url.includes('continue') ? expired : page(['a'], 'old'),
    );
    const error = await failureOf(clientOf({ server: url }).list(serviceEntries));
    expect(error.message).toBe('cluster-b gives up the list of ServiceEntry objects before it is read to the end.');
    expect(requests).toHaveLength(8);
  });

  test('can be of metadata only', async () => {
    const meta = {
      apiVersion: 'meta.k8s.io/v1',
      kind: 'PartialObjectMetadata',
      metadata: { name: 'state', uid: 'c0ffee', resourceVersion: '7' },
    };
    const { url, requests } = await startApiServer(() => ({
      body: { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadataList', metadata: {}, items: [meta] },
    }));
    const objects = await clientOf({ server: url }).list(configMaps, { metadataOnly: true });
    expect(objects).toEqual([{ ...meta, apiVersion: 'v1', kind: 'ConfigMap' }]);
    expect(requests[0]?.headers.accept).toBe('application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1');
  });

  test('without items is empty', async () => {
    const { url } = await startApiServer(() => ({
      body: { kind: 'ServiceEntryList', apiVersion, metadata: {}, items: null },
    }));
    expect(await clientOf({ server: url }).list(serviceEntries)).toEqual([]);
  });

  test.each<[string, Answer]>([
    ['something else', { body: { kind: 'ServiceEntry', apiVersion, items: [] } }],
    [
      'items of another kind',
      { body: { kind: 'ServiceEntryList', apiVersion, items: [{ ...item, kind: 'Gateway' }] } },
    ],
    ['items without a UID', { body: { kind: 'ServiceEntryList', apiVersion, items: [{ metadata: { name: 'a' } }] } }],
    ['items that are no list', { body: { kind: 'ServiceEntryList', apiVersion, items: 'none' } }],
  ])('is not %s', async (_, answer) => {
    const { url } = await startApiServer(() => answer);
    const error = await failureOf(clientOf({ server: url }).list(serviceEntries));
    expect(error.reason).toBe('unexpected-answer');
    expect(error.message).toMatch(
      /was asked for the objects of kind ServiceEntry, and it answered 200 with something else/,
    );
  });
});

describe('an object', () => {
  test('that is not there is undefined', async () => {
    const { url } = await startApiServer(() => ({
      status: 404,
      body: statusBody(404, 'NotFound', 'serviceentries "x" not found', { name: 'x', kind: 'serviceentries' }),
    }));
    expect(
      await clientOf({ server: url }).get({ resource: serviceEntries, namespace: 'shop', name: 'x' }),
    ).toBeUndefined();
  });

  test.each<[string, Answer, string]>([
    ['a kind that is not served', { status: 404, body: '404 page not found\n' }, 'not-served'],
    ['no permission', { status: 403, body: statusBody(403, 'Forbidden', 'no') }, 'forbidden'],
    ['another name', { body: asLive({ ...backendApi, metadata: { name: 'other' } }) }, 'unexpected-answer'],
  ])('with %s is an error', async (_, answer, reason) => {
    const { url } = await startApiServer(() => answer);
    const error = await failureOf(
      clientOf({ server: url }).get({ resource: serviceEntries, namespace: 'shop', name: 'backend-api' }),
    );
    expect(error.reason).toBe(reason);
  });
});
