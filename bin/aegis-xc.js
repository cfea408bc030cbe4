#!/usr/bin/env node
// No static imports and no recent syntax: an old Node has to get as far as the first sentence, and `--version` no further
// than the second one.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`aegis-xc needs Node.js 20.19 or newer; this is ${process.version} (${process.execPath}).`);
  process.exit(2);
}

if (process.argv.length === 3 && /^(?:-V|--version)$/.test(process.argv[2])) {
  import('../dist/version.js').then(({ version }) => console.log(version), notBuilt);
} else if (process.argv[2] === '__complete') {
  // Somebody waits at every Tab: this loads a list of words, not the program. There is nobody to tell of a failure.
  import('../dist/complete.js').then(
    ({ printCompletions }) => printCompletions(process.argv.slice(3)),
    () => {},
  );
} else {
  // Node 22 and newer keep the compiled program, which makes the next start faster.
  const { enableCompileCache } = process.getBuiltinModule('node:module');
  if (enableCompileCache) enableCompileCache();
  import('../dist/main.js').then(({ main }) => main(process.argv), notBuilt);
}

function notBuilt(error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('aegis-xc is not built in this checkout. Run `npm ci`, or `npm run build` after a change.');
  process.exit(2);
}
