import { describe, expect, test } from 'vitest';
import {
  hashOf,
  type Inventory,
  type InventoryItem,
  inventoryObjects,
  parseInventory,
} from '../../src/plan/inventory.ts';
import type { LiveObject } from '../../src/plan/live.ts';
import { liveInventory } from '../support/observation.ts';

const inventory = (items: readonly InventoryItem[] = []): Inventory => ({
  federation: 'shop',
  revision: 3,
  state: 'applied',
  hash: 'c0ffee',
  participants: [{ name: 'cluster-a', uid: 'uid-of-a' }],
  items,
});

const dataIn = (object: LiveObject | undefined): Record<string, string> =>
  (object?.data ?? {}) as Record<string, string>;

const item = (n: number): InventoryItem => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'ServiceEntry',
  namespace: 'aegis-xc',
  name: `shop-service-${String(n).padStart(5, '0')}-cluster-b`,
  stage: 'publish',
  uid: `uid-${n}`,
  hash: 'c0ffee',
});

describe('an inventory', () => {
  test.each([0, 1, 300])('of %d objects is read back as it was written', (count) => {
    const written = inventory(Array.from({ length: count }, (_, n) => item(n)));
    expect(parseInventory('shop', liveInventory(written))).toEqual(written);
  });

  test('of 10,000 objects is spread over ConfigMaps that a server takes', () => {
    const written = inventory(Array.from({ length: 10_000 }, (_, n) => item(n)));
    const objects = inventoryObjects(written);
    expect(objects.length).toBeGreaterThan(1);
    for (const object of objects) expect(JSON.stringify(object).length).toBeLessThan(1_000_000);
    expect(parseInventory('shop', liveInventory(written))?.items).toHaveLength(10_000);
  });

  test('has the same bytes whatever the order of its objects', () => {
    expect(inventoryObjects(inventory([item(1), item(2)]))).toEqual(inventoryObjects(inventory([item(2), item(1)])));
  });

  test('that is not there is none', () => {
    expect(parseInventory('shop', [])).toBeUndefined();
  });

  test.each([1, 2])('that lost the ConfigMap of its shard %d is an error that names it', (lost) => {
    const written = liveInventory(inventory(Array.from({ length: 10_000 }, (_, n) => item(n))));
    const name = written[lost]?.metadata.name ?? '';
    const rest = written.filter(({ metadata }) => metadata.name !== name);
    expect(() => parseInventory('shop', rest)).toThrow(`aegis-xc-system/${name}, a part of it, is missing`);
  });

  test.each([1, 10_000])('of %d objects whose parts have numbers, as the first versions wrote it, is read', (count) => {
    const written = inventory(Array.from({ length: count }, (_, n) => item(n)));
    const [head, ...parts] = liveInventory(written);
    const { shards, ...rest } = JSON.parse(dataIn(head)['inventory.json'] ?? '');
    expect(shards).toHaveLength(parts.length);
    const old = [
      { ...head, data: { ...dataIn(head), 'inventory.json': JSON.stringify({ ...rest, shards: parts.length }) } },
      ...parts.map((part, n) => ({ ...part, metadata: { ...part.metadata, name: `shop.items.${n + 1}` } })),
    ] as LiveObject[];
    expect(parseInventory('shop', old)?.items).toHaveLength(count);
  });

  test('that lost its head is none: parts without it count for nothing', () => {
    const [, ...parts] = liveInventory(inventory(Array.from({ length: 10_000 }, (_, n) => item(n))));
    expect(parts.length).toBeGreaterThan(1);
    expect(parseInventory('shop', parts)).toBeUndefined();
  });

  test('of a newer version is refused, not misread', () => {
    const [head] = liveInventory(inventory());
    if (head === undefined) throw new Error('an inventory has a head');
    const newer = { ...head, data: { 'inventory.json': '{"schemaVersion":2}', items: '' } };
    expect(() => parseInventory('shop', [newer])).toThrow(/not written by this version/);
  });
});

test('a hash does not depend on the order of keys, and does on that of lists', () => {
  expect(hashOf({ a: 1, b: { c: 2, d: 3 } })).toBe(hashOf({ b: { d: 3, c: 2 }, a: 1 }));
  expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
});
