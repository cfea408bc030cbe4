import { expect } from 'vitest';
import { kindSchemas } from '../../src/objects/schema/kinds.ts';
import { test } from '../bench/fixtures.ts';
import { readCrds } from '../bench/install-crds.ts';
import { compactKind } from '../support/compact-schema.ts';
import { objectSet } from '../support/object-set.ts';

const written = [
  ...[
    'on',
    'No',
    'y',
    '"on"',
    '~',
    '',
    '0755',
    '0o17',
    '0x1F',
    '0b11',
    '1_000',
    '-5',
    '1e3',
    '.5',
    '1.',
    '1.2.3',
    '10s',
  ],
  ...[
    '2024-01-31',
    '!!str 5',
    '!!int "5"',
    '!secret name',
    '!!binary aGVsbG8=',
    'nobody',
    "'0755'",
    '|-\n      two\n      lines',
    '+7',
  ],
];

test('values are read as kubectl reads them', async ({ bench }) => {
  const values = written.map((value, index) => `    v${index}: ${value}\n`).join('');
  const text = `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: values, namespace: default}
spec:
  configPatches:
  - applyTo: CLUSTER
    patch: {operation: MERGE, value: &values {8080: a, 0x10: b, on: c, 1.5: d}}
  - applyTo: CLUSTER
    patch:
      operation: MERGE
      value: {<<: *values, on: e}
  - applyTo: CLUSTER
    patch:
      operation: MERGE
      value:
${values.replaceAll(/^ {4}/gm, '        ')}`;
  const argv = ['create', '--dry-run=client', '--validate=false', '-o', 'json', '-f', '-'];
  const sent: unknown = JSON.parse(await bench.clusters['cluster-a'].kubectl(argv, text));
  const [read] = objectSet(text).clusters.flatMap(({ objects }) => objects);
  expect(sent).toMatchObject({ spec: read?.object.spec });
});

test('the schemas are those of the definitions that the bench installs', async ({ bench }) => {
  const crds = await readCrds(bench.clusters['cluster-a']);
  const live = crds.map(compactKind).filter(({ group }) => kindSchemas.some((one) => one.group === group));
  expect(live.length).toBeGreaterThan(15);
  for (const kind of live) {
    const own = kindSchemas.find((one) => one.group === kind.group && one.kind === kind.kind);
    expect(own, `${kind.kind}: npm run schemas`).toEqual(kind);
  }
});
