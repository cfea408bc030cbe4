import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from '../../src/manifests/manifest.ts';
import { compile } from '../../src/pipeline.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const goldenFolder = join(root, 'test/golden');

/** Every spec that has golden files: the examples, and the fixtures for what they leave out. */
export const goldenSpecs: readonly { readonly name: string; readonly file: string }[] = [
  ...readdirSync(join(root, 'examples'))
    .map((name) => ({ name, file: join(root, 'examples', name, 'federation.yaml') }))
    .filter(({ file }) => existsSync(file)),
  ...readdirSync(join(root, 'test/manifests/fixtures')).map((file) => ({
    name: basename(file, '.yaml'),
    file: join(root, 'test/manifests/fixtures', file),
  })),
];

/** What a spec renders; throws when it has a finding that is an error. */
export function manifestsOf(file: string): readonly Manifest[] {
  const { manifests, diagnostics } = compile({ file: basename(file), text: readFileSync(file, 'utf8') });
  if (manifests === undefined) throw new Error(`${file}: ${JSON.stringify(diagnostics)}`);
  return manifests;
}
