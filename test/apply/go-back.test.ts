import { describe, expect, test } from 'vitest';
import { itemsAfter } from '../../src/apply/go-back.ts';
import type { InventoryItem } from '../../src/plan/inventory.ts';

const item = (name: string, uid: string): InventoryItem => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  name,
  stage: 'listen',
  uid,
  hash: 'c0ffee',
});
const [old, anew] = [item('exports', 'old'), item('exports', 'anew')];
const other = item('other', 'other');

describe('after a way back, an inventory lists', () => {
  test.each<[string, Parameters<typeof itemsAfter>[0], readonly InventoryItem[]]>([
    ['what it did before', { old: [old], now: [old], staying: [] }, [old]],
    ['what was made anew, with its UID', { old: [old], now: [anew], staying: [] }, [anew]],
    ['what would have gone and stays', { old: [old], now: [old], staying: [other] }, [old, other]],
    ['what the plan leaves there', { old: [old], now: [old, other], staying: [] }, [old, other]],
    ['each object once', { old: [old, other], now: [old], staying: [other] }, [old, other]],
  ])('%s', (_, items, listed) => {
    expect(itemsAfter(items)).toEqual(listed);
  });
});
