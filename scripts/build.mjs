// Builds what users install: `dist/`, an ESM bundle in pieces, so that a command loads only its own; the JSON Schema; and the
// licences of the packages in the bundle, and a list of them. `--if-stale` does nothing when `dist/` is newer than everything it is made from.

import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { tsImport } from 'tsx/esm/api';
import { licenceTexts } from './licences.mjs';
import { bomText } from './sbom.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

/** Modules that read files of the repository: the build puts what they export in their place. */
const computed = [
  'src/cli/version.ts',
  'src/cli/starter/scenarios.ts',
  'src/cli/pages.ts',
  'src/cli/completion/scripts.ts',
  'src/cli/completion/tree.ts',
  'src/manifests/templates.ts',
  'src/objects/schema/kinds.ts',
];
const sources = ['src', 'templates', 'examples', 'docs/checks.md', 'scripts', 'package.json', 'package-lock.json'];

if (process.argv.includes('--if-stale') && !isStale()) process.exit();

const resolving = Symbol('once is enough');
const options = {
  entryPoints: ['src/cli/main.ts', 'src/cli/version.ts', 'src/cli/complete.ts'],
  outdir: 'dist',
  outbase: 'src/cli',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  legalComments: 'none',
  metafile: true,
  write: false,
  logLevel: 'warning',
  plugins: [
    { name: 'computed', setup: ({ onLoad }) => onLoad({ filter: /\.ts$/ }, load) },
    { name: 'only-what-is-used', setup: dropUnused },
    {
      name: 'undici',
      setup: ({ onResolve }) => onResolve({ filter: /^undici$/ }, () => ({ path: resolve('scripts/undici.mjs') })),
    },
  ],
};
// esbuild has printed what is wrong.
const { metafile, outputFiles } = await build(options).catch(() => process.exit(1));

for (const file of outputFiles) writePiece(file);
writeFileSync('THIRD-PARTY-LICENSES.txt', licenceTexts(Object.values(metafile.outputs)));
writeFileSync('sbom.cdx.json', bomText(Object.values(metafile.outputs)));
await writeSchema();
removeAllBut(Object.keys(metafile.outputs));

/** CommonJS packages call a `require` that ES modules don't have. Making one takes 0.5 ms, so a piece gets it only when it has such a call. */
function writePiece({ path, text }) {
  const head = "import{createRequire as __require}from'node:module';const require=__require(import.meta.url);\n";
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, /\brequire\b/.test(text) ? head + text : text);
}

async function load({ path }) {
  if (!computed.includes(relative(root, path).replaceAll('\\', '/'))) return undefined;
  const exported = Object.entries(await tsImport(pathToFileURL(path).href, import.meta.url));
  return { contents: exported.map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`).join('\n') };
}

/**
 * client-node does not say that its modules do nothing by being loaded, so all of its hundreds of models would come along: a third of the
 * program, and of the time that a command takes to start.
 */
function dropUnused({ onResolve, resolve }) {
  onResolve({ filter: /client-node|^\.\.?\// }, async ({ path, pluginData, ...rest }) => {
    if (pluginData === resolving) return undefined;
    const found = await resolve(path, { ...rest, pluginData: resolving });
    return found.path.includes('@kubernetes/client-node') ? { ...found, sideEffects: false } : found;
  });
}

async function writeSchema() {
  const { specJsonSchema } = await tsImport('../src/spec/json-schema.ts', import.meta.url);
  writeFileSync('schema.json', `${JSON.stringify(specJsonSchema(), null, 2)}\n`);
}

/** Pieces of earlier builds go last, so that a program that runs meanwhile still finds its own. */
function removeAllBut(written) {
  const keep = new Set(written.map((path) => resolve(path)));
  for (const path of filesIn('dist')) if (!keep.has(resolve(path))) rmSync(path);
}

function isStale() {
  const built = statSync('dist/main.js', { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return sources.flatMap(filesIn).some((path) => statSync(path).mtimeMs > built);
}

function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
}
