import { describe, expect, test } from 'vitest';
import type { LiveObject } from '../../src/plan/live.ts';
import { isOurs, ownerOf } from '../../src/plan/ownership.ts';

const object = (metadata: Partial<LiveObject['metadata']> = {}): LiveObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name: 'shop-exports', namespace: 'istio-system', uid: 'uid-1', resourceVersion: '7', ...metadata },
});
const applied = (manager: string) => ({ manager, operation: 'Apply', apiVersion: 'networking.istio.io/v1' }) as const;

describe('an object is ours', () => {
  test.each<[string, LiveObject, string | undefined, boolean]>([
    ['when the inventory has its UID', object(), 'uid-1', true],
    [
      'when our manager and our label are on it',
      object({ labels: { 'aegis-xc.dev/federation': 'shop' }, managedFields: [applied('aegis-xc.shop')] }),
      undefined,
      true,
    ],
    ['not when it was made anew by somebody else', object(), 'uid-of-the-old-one', false],
    [
      'not for a label alone, which anybody can write',
      object({ labels: { 'aegis-xc.dev/federation': 'shop' } }),
      undefined,
      false,
    ],
    [
      'not for another federation',
      object({ labels: { 'aegis-xc.dev/federation': 'orders' }, managedFields: [applied('aegis-xc.orders')] }),
      undefined,
      false,
    ],
  ])('%s', (_, live, uid, ours) => {
    expect(isOurs(live, 'shop', uid)).toBe(ours);
  });
});

test.each<[Partial<LiveObject['metadata']>, string]>([
  [
    { labels: { 'aegis-xc.dev/federation': 'orders' }, managedFields: [applied('aegis-xc.orders')] },
    'the federation "orders"',
  ],
  [{ annotations: { 'meta.helm.sh/release-name': 'gateways' } }, 'the Helm release "gateways"'],
  [
    { annotations: { 'argocd.argoproj.io/tracking-id': 'mesh:networking.istio.io/Gateway:x' } },
    'the Argo CD application "mesh"',
  ],
  [{ labels: { 'kustomize.toolkit.fluxcd.io/name': 'mesh' } }, 'Flux ("mesh")'],
  [{ labels: { 'kapp.k14s.io/app': '1700' } }, 'the kapp app "1700"'],
  [{ managedFields: [{ ...applied('kubectl'), operation: 'Update' }] }, 'kubectl'],
  [{}, 'somebody else'],
])('%j belongs to %s', (metadata, owner) => {
  expect(ownerOf(object(metadata))).toBe(owner);
});
