import { readdirSync, readFileSync } from 'node:fs';
import { dump, load, loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/json.ts';
import { toYaml, toYamlStream } from '../../src/manifests/yaml.ts';

const goldens = readdirSync('test/golden', { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.yaml'),
);

test('every rendered object is written as js-yaml writes it', () => {
  expect(goldens.length).toBeGreaterThan(100);
  for (const path of goldens) {
    // Our own output.
    const object = load(readFileSync(`test/golden/${path}`, 'utf8')) as Json;
    expect(toYaml(object), path).toBe(dump(object, { lineWidth: -1, noRefs: true }));
  }
});

/** Words that mean something else without quotes, or end something. */
const traps: readonly Json[] = [
  ...['', ' ', '~', 'null', 'true', 'no', 'off', 'y', '=', '<<', '-', '- a', '?', ':', 'a: b', 'a:', 'a #b', '#a'],
  ...['0755', '0x1f', '1e3', '1_000', '12:30', '2026-11-23', '.5', '.inf', '+1', '-0', '1.30', 'NaN'],
  ...['---', '...', '%TAG', '@at', '`', '*alias', '&anchor', '!tag', '|', '>', '{a}', '[a]', 'a, b', '"', "'", "it's"],
  ...[
    '\t',
    'a\tb',
    ' a',
    'a ',
    'a\nb',
    '\n',
    'a\n',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\0',
    '\u{1f600}',
    '*.local',
    'spiffe://cluster-a.example/ns/shop/sa/frontend',
  ],
  ...['x'.repeat(2000), null, true, false, 0, -1, 1.5, 1e21],
];

describe.each([
  ['as a value', (value: Json): Json => ({ spec: { value, after: 1 } })],
  ['in a list', (value: Json): Json => ({ spec: { list: [value, [value, [value]], { value }], after: 1 } })],
  ['alone', (value: Json): Json => value],
])('%s', (_, around) => {
  test.each(traps.map((value) => [JSON.stringify(value).slice(0, 40), value] as const))(
    '%s is read back',
    (_, value) => {
      expect(load(toYaml(around(value)))).toStrictEqual(around(value));
    },
  );
});

test.each(traps.filter((value) => typeof value === 'string' && value !== '<<' && value.length < 1000))(
  'the key %j is read back',
  (key) => {
    const object = { spec: { [String(key)]: { [String(key)]: [1] } } };
    expect(load(toYaml(object))).toStrictEqual(object);
  },
);

test('what is empty stays on its line, and what is not there is left out', () => {
  expect(toYaml({ map: {}, list: [], none: null, gone: undefined, lists: [[], {}, [[1]]] })).toBe(
    'map: {}\nlist: []\nnone: null\nlists:\n  - []\n  - {}\n  - - - 1\n',
  );
});

test('a stream has a line before each of its documents', () => {
  const text = toYamlStream([{ kind: 'Service' }, { kind: 'Gateway' }]);
  expect(text).toBe('---\nkind: Service\n---\nkind: Gateway\n');
  expect(loadAll(text)).toHaveLength(2);
});
