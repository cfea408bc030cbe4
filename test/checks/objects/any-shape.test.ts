import { describe, expect, test } from 'vitest';
import { objectChecks } from '../../../src/checks/objects/index.ts';
import { checkObjects } from '../../../src/checks/objects/run.ts';
import type { Path } from '../../../src/diagnostics.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../src/json.ts';
import type { ObjectSet, SourcedObject } from '../../../src/objects/object-set.ts';
import { objectSet } from '../../support/object-set.ts';
import { seeded } from '../../support/random.ts';
import { pageExamples } from './pages.ts';

/** Objects are judged before anybody has validated them: each field may be anything, or missing. */

const odd: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  '',
  'x',
  '*',
  '/',
  [],
  [null],
  ['*'],
  {},
  { x: null },
  [[{}]],
  { '': {} },
];

const sets = objectChecks
  .flatMap(({ codes }) => codes.map(pageExamples))
  .flatMap((page) => (page ? [objectSet(page.wrong), objectSet(page.right)] : []));

/** Those that lean on other objects; the ones about an object alone have a test of their own. */
const checks = objectChecks.filter(({ codes }) => !codes[0]?.startsWith('AXC20'));
const judge = (set: ObjectSet) => checkObjects(set, [], checks).diagnostics;

test('no field of another type makes a check throw', () => {
  let changed = 0;
  for (const set of sets) {
    for (const { cluster, index, path } of fieldsOf(set).filter((_, place) => place % 2 === 0)) {
      judge(replaced(set, cluster, index, path, odd[changed % odd.length] ?? null));
      changed++;
    }
  }
  expect(changed).toBeGreaterThan(2000);
}, 120_000);

test('several fields of other types, and objects of several pages together, neither', () => {
  const random = seeded(20261123);
  const unreadable = new Set<string>();
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  for (let round = 0; round < 60; round++) {
    let set: ObjectSet = {
      clusters: ['cluster-a', 'cluster-b'].map((cluster) => ({
        cluster,
        objects: Array.from({ length: 6 }, () => pick(sets)?.clusters.flatMap(({ objects }) => objects) ?? []).flat(),
      })),
    };
    for (let change = 0; change < 8; change++) {
      const place = pick(fieldsOf(set));
      if (place) set = replaced(set, place.cluster, place.index, place.path, pick(odd) ?? null);
    }
    for (const { message } of judge(set)) if (/undefined|\[object|NaN/.test(message)) unreadable.add(message);
  }
  expect([...unreadable]).toEqual([]);
}, 120_000);

describe('many objects', () => {
  const timeOf = (count: number): number => {
    const set = crowd(count);
    const start = performance.now();
    expect(judge(set).length).toBeGreaterThan(count / 10);
    return performance.now() - start;
  };

  test('are judged in a time that grows with their number, and not with its square', () => {
    timeOf(500);
    const [some, many] = [Math.max(timeOf(1000), 20), timeOf(10_000)];
    expect(many / some).toBeLessThan(40);
    expect(many).toBeLessThan(20_000);
  }, 60_000);
});

/** All pages again and again, each time about other services in other namespaces. */
function crowd(count: number): ObjectSet {
  const all = sets.flatMap(({ clusters }) => clusters.flatMap(({ objects }) => objects));
  const objects = Array.from({ length: count }, (_, index): SourcedObject => {
    const source = all[index % all.length];
    if (!source) throw new Error('there are no pages');
    const round = Math.floor(index / all.length);
    const renamed = (text: string) => text.replace(words, `$1-${round}`);
    const object: JsonObject = JSON.parse(renamed(JSON.stringify(source.object)));
    const namespace = source.namespace === undefined ? undefined : renamed(source.namespace);
    return { ...source, name: renamed(source.name), namespace, cluster: undefined, object };
  });
  const half = Math.floor(count / 2);
  return {
    clusters: [
      { cluster: 'cluster-a', objects: objects.slice(0, half) },
      { cluster: 'cluster-b', objects: objects.slice(half) },
    ],
  };
}

const words = /\b(shop|backend|imports|prod|catalog|orders|reviews|payments|frontend|legacy|batch|data)\b/g;

function fieldsOf({ clusters }: ObjectSet): { cluster: number; index: number; path: Path }[] {
  return clusters.flatMap(({ objects }, cluster) =>
    objects.flatMap(({ object }, index) => pathsIn(object).map((path) => ({ cluster, index, path }))),
  );
}

function pathsIn(value: Json | undefined, path: Path = []): Path[] {
  const inside = Array.isArray(value)
    ? value.flatMap((item, index) => pathsIn(item, [...path, index]))
    : isJsonObject(value)
      ? Object.entries(value).flatMap(([key, item]) => pathsIn(item, [...path, key]))
      : [];
  return path.length === 0 ? inside : [path, ...inside];
}

function replaced(set: ObjectSet, cluster: number, index: number, path: Path, value: Json): ObjectSet {
  const clusters = set.clusters.map((one, place) => {
    if (place !== cluster) return one;
    return {
      ...one,
      objects: one.objects.map((on, at) => (at === index ? { ...on, object: withField(on.object, path, value) } : on)),
    };
  });
  return { clusters };
}

function withField(object: JsonObject, path: Path, value: Json): JsonObject {
  const changed = set(object, path, value);
  return isJsonObject(changed) ? changed : object;
}

function set(target: Json | undefined, [key, ...rest]: Path, value: Json): Json {
  if (key === undefined) return value;
  if (Array.isArray(target)) return target.map((item, index) => (index === key ? set(item, rest, value) : item));
  if (!isJsonObject(target)) return target ?? null;
  return { ...target, [key]: set(target[String(key)], rest, value) };
}
