import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';

const module = resolve('scripts/licences.mjs');

/** The licence texts of a bundle that has a byte of one package, or why there are none. */
function textsOf(license: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = 'node_modules/left/node_modules/@scope/right';
  const paths = { 'package.json': JSON.stringify({ name: '@scope/right', version: '1.2.3', license }), ...files };
  const cwd = temporaryFolder(
    Object.fromEntries(Object.entries(paths).map(([path, text]) => [join(folder, path), text])),
  );
  const inputs = { [`${folder}/index.js`]: { bytesInOutput: 1 }, 'node_modules/gone/index.js': { bytesInOutput: 0 } };
  const code = `import { licenceTexts } from '${module}'; process.stdout.write(licenceTexts([{ inputs: ${JSON.stringify(inputs)} }]));`;
  return new Promise((done) => {
    execFile(process.execPath, ['--input-type=module', '--eval', code], { cwd }, (_, stdout, stderr) =>
      done(stdout + stderr),
    );
  });
}

test('has the licence and the notice of what is in the bundle, and nothing of what is not', async () => {
  const text = await textsOf('Apache-2.0', { 'LICENSE.md': 'the licence\n', NOTICE: 'the notice\n' });
  expect(text).toMatch(/@scope\/right 1\.2\.3 \(Apache-2\.0\)\n\nthe licence\n\nthe notice\n$/);
  expect(text).not.toContain('gone');
});

test.each([
  ['a copyleft licence', 'GPL-3.0-only', { LICENSE: 'text' }, 'not known as permissive'],
  ['a package without a licence text', 'MIT', {}, 'has no licence text'],
  ['a notice alone', 'MIT', { NOTICE: 'text' }, 'has no licence text'],
])('refuses %s', async (_, license, files: Record<string, string>, reason) => {
  expect(await textsOf(license, files)).toContain(
    `@scope/right 1.2.3 ${license === 'MIT' ? reason : `is under ${license}: ${reason}`}`,
  );
});
