import { describe, expect, test } from 'vitest';
import { keepRecords, type RecordsClient } from '../../src/apply/keep-records.ts';
import { type Inventory, inventoryObjects, parseInventory } from '../../src/plan/inventory.ts';
import type { LiveObject } from '../../src/plan/live.ts';
import { liveInventory } from '../support/observation.ts';
import { asWritten } from '../support/simulate.ts';

/** Items of one length, so many that they take several ConfigMaps. */
const inventory = (first: number, last: number, revision = 3): Inventory => ({
  federation: 'shop',
  revision,
  state: 'applied',
  hash: 'c0ffee',
  participants: [{ name: 'cluster-a', uid: 'uid-of-a' }],
  items: Array.from({ length: last - first }, (_, n) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    namespace: 'aegis-xc',
    name: `shop-service-${String(first + n).padStart(5, '0')}-cluster-b`,
    stage: 'publish',
    uid: `uid-${String(first + n).padStart(5, '0')}`,
    hash: 'c0ffee',
  })),
});

/** The ConfigMaps of one cluster; the program dies when it has written so often. */
function dyingAfter(writes: number, live: readonly LiveObject[]) {
  const there = new Map(live.map((object) => [object.metadata.name, object]));
  let left = writes;
  const mayWrite = (): void => {
    if (left === 0) throw new Error('the program dies here');
    left--;
  };
  const put: RecordsClient['create'] = async (object) => {
    mayWrite();
    const written = asWritten(object, 'shop');
    there.set(object.metadata.name, written);
    return written;
  };
  const client: RecordsClient = {
    list: async () => [...there.values()],
    get: async ({ name }) => there.get(name),
    create: put,
    update: put,
    remove: async ({ name }) => {
      mayWrite();
      there.delete(name);
      return 'gone';
    },
  };
  return { there, records: keepRecords(client, 'shop', live) };
}

const written = (one: Inventory | undefined): LiveObject[] =>
  one ? liveInventory(one).map((object) => asWritten(object, 'shop')) : [];

/** What is there when the program dies at each of its writes, and after the last. */
async function* deaths(before: Inventory | undefined, after: Inventory | undefined): AsyncGenerator<LiveObject[]> {
  for (let writes = 0; ; writes++) {
    const { there, records } = dyingAfter(writes, written(before));
    const ending = after ? records.keepInventory(after) : records.dropInventory();
    const died = await ending.then(
      () => false,
      () => true,
    );
    yield [...there.values()];
    if (!died) return;
  }
}

const several = inventory(0, 6_000);

describe('an inventory, when the program dies at whichever write of it', () => {
  test.each<[string, Inventory | undefined, Inventory | undefined]>([
    ['comes for the first time', undefined, several],
    ['grows', inventory(0, 10, 2), several],
    ['grows in front', inventory(600, 6_000, 2), several],
    ['loses what stands in front, so that others move up', several, inventory(600, 6_000, 4)],
    ['shrinks to one ConfigMap', several, inventory(0, 10, 4)],
    ['goes', several, undefined],
  ])('that %s is the old one or the new one, and is written to its end by the next run', async (_, before, after) => {
    let count = 0;
    for await (const there of deaths(before, after)) {
      count++;
      const read = parseInventory('shop', there);
      expect(read).toEqual(read?.revision === after?.revision ? after : before);

      const next = dyingAfter(-1, there);
      await (after ? next.records.keepInventory(after) : next.records.dropInventory());
      const names = after ? inventoryObjects(after).map(({ metadata }) => metadata.name) : [];
      expect([...next.there.keys()].sort()).toEqual(names.sort());
      expect(parseInventory('shop', [...next.there.values()])).toEqual(after);
    }
    expect(count).toBeGreaterThan(3);
  });
});
