import { expect, test } from 'vitest';
import { addressPlus, virtualAddress } from '../../src/model/addresses.ts';

test('a host keeps its address', () => {
  expect(virtualAddress('orders-db.cluster-b.local', '241.0.0.0/8')).toBe('241.198.73.254');
});

test.each(['241.0.0.0/8', '240.200.0.0/16', '10.1.2.0/29', '192.0.2.4/30'])('addresses stay inside %s', (range) => {
  const [base = '', prefix = ''] = range.split('/');
  const size = 2 ** (32 - Number(prefix));
  for (let n = 0; n < 500; n++) {
    const offset = toNumber(virtualAddress(`broker-${n}.cluster-b.local`, range)) - toNumber(base);
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThan(size - 1);
  }
});

test('a range is taken from its first address on', () => {
  expect(virtualAddress('a.example', '240.200.7.7/16')).toBe(virtualAddress('a.example', '240.200.0.0/16'));
});

test('brokers count on from a pinned address', () => {
  expect(addressPlus('240.0.0.254', 3)).toBe('240.0.1.1');
});

const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
