import { describe, expect, test } from 'vitest';
import { importName, objectName, workloadName } from '../../src/model/names.ts';

describe('the name of an object', () => {
  test.each<[readonly (string | number)[], string]>([
    [['shop', 'backend-api', 'cluster-b'], 'shop-backend-api-cluster-b'],
    [['events', 'kafka', 0, 'cluster-b'], 'events-kafka-0-cluster-b'],
  ])('%j is %s', (parts, name) => {
    expect(objectName(...parts)).toBe(name);
  });

  test('is cut at 63 characters, stays the same, and differs from its neighbours', () => {
    const long = 'payments-authorization-and-settlement-service-for-all-regions';
    const east = objectName('shop', long, 'east');
    const west = objectName('shop', long, 'west');
    expect(east).toHaveLength(63);
    expect(east).toBe(objectName('shop', long, 'east'));
    expect(east).not.toBe(west);
  });

  test('is a DNS label also where the cut falls on a "-"', () => {
    expect(objectName(`${'a'.repeat(53)}-`, 'catalog-service')).toMatch(/^a+-[0-9a-f]{8}$/);
  });
});

describe('the name of the objects of a host', () => {
  test.each([
    ['catalog.cluster-b.local', 'shop-catalog-cluster-b'],
    ['catalog.xc.global', 'shop-catalog'],
    ['catalog.cluster-b.example.local', 'shop-catalog'],
    ['products.cluster-b.local', 'shop-catalog'],
  ])('%s is %s', (host, name) => {
    expect(importName('shop', 'catalog', host)).toBe(name);
  });
});

describe('the name of a workload', () => {
  test('is the value of its label `app`', () => {
    expect(workloadName({ app: 'postgres' })).toBe('postgres');
  });

  test('keeps two keys apart that have one value', () => {
    const other = workloadName({ 'app.kubernetes.io/name': 'postgres' });
    expect(other).toMatch(/^postgres-[0-9a-f]{8}$/);
    expect(other).not.toBe(workloadName({ name: 'postgres' }));
  });

  test.each([
    ['several labels', { app: 'catalog', version: 'v2' }, /^catalog-v2-[0-9a-f]{8}$/],
    ['a value that is no name', { 'app.kubernetes.io/name': 'Payments.API' }, /^payments-api-[0-9a-f]{8}$/],
  ])('has a hash for %s', (_, labels, name) => {
    expect(workloadName(labels)).toMatch(name);
  });

  test('does not depend on the order of the labels', () => {
    expect(workloadName({ app: 'catalog', tier: 'web' })).toBe(workloadName({ tier: 'web', app: 'catalog' }));
  });

  test('keeps two values apart that look alike as names', () => {
    expect(workloadName({ app: 'orders_db' })).not.toBe(workloadName({ app: 'orders.db' }));
  });
});
