import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileName } from '../../src/manifests/files.ts';
import { kinds } from '../../src/manifests/kinds/index.ts';
import { toYamlStream } from '../../src/manifests/yaml.ts';
import { goldenFolder, goldenSpecs, manifestsOf } from '../support/goldens.ts';
import { schemaErrors } from '../support/schema-oracle.ts';

/** `npm run golden` writes the files; read their diff as a reviewer would. */
const write = process.env.GOLDEN === 'write';

describe.each(goldenSpecs)('$name', ({ name, file }) => {
  const manifests = manifestsOf(file);
  const folder = join(goldenFolder, name);
  const wanted = new Map(
    manifests.map((manifest) => [`${manifest.cluster}/${fileName(manifest)}`, toYamlStream([manifest.object])]),
  );
  if (write) writeFolder(folder, wanted);

  test('renders its golden files, and no others', () => {
    expect(new Map(readFolder(folder))).toEqual(wanted);
  });

  test('gives the same bytes again', () => {
    expect(toYamlStream(manifestsOf(file).map(({ object }) => object))).toBe(
      toYamlStream(manifests.map(({ object }) => object)),
    );
  });

  test.each(manifests.map((one) => [one.object.kind, one.object.metadata.name, one.object] as const))(
    '%s %s passes the schema of its kind',
    (_kind, _name, object) => {
      expect(schemaErrors(object)).toEqual([]);
    },
  );

  test('has names of at most 63 characters', () => {
    expect(manifests.filter(({ object }) => object.metadata.name.length > 63)).toEqual([]);
  });
});

test('every kind is in some golden file', () => {
  const seen = new Set(goldenSpecs.flatMap(({ file }) => manifestsOf(file).map(({ resource }) => resource)));
  expect(kinds.filter(({ resource }) => !seen.has(resource)).map(({ summary }) => summary)).toEqual([]);
});

test('no golden folder is without its spec', () => {
  expect(readdirSync(goldenFolder).sort()).toEqual(goldenSpecs.map(({ name }) => name).sort());
});

function readFolder(folder: string): [string, string][] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => [path, readFileSync(join(folder, path), 'utf8')]);
}

function writeFolder(folder: string, files: ReadonlyMap<string, string>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
