import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/folder.ts';

test('of a test or hook that fails, evidence is kept while there still is a mesh', async () => {
  const passes = `test('passes', () => {});`;
  const fails = `() => { throw new Error('broken'); }`;
  const kept = await runScenarios({
    'nothing fails': passes,
    'a test fails': `test('of a sum', ${fails}); ${passes}`,
    'a hook fails': `beforeAll(${fails}); ${passes}`,
    'a hook of a group fails': `describe('a group', () => { beforeAll(${fails}); ${passes} });`,
  });
  expect(kept).toEqual([
    ...['end of "nothing fails"'],
    ...['evidence of "of a sum"', 'end of "a test fails"'],
    ...['evidence of "hooks of a hook fails"', 'end of "a hook fails"'],
    ...['evidence of "hooks of a group"', 'end of "a hook of a group fails"'],
  ]);
});

/** Scenarios as in `test/mesh`, on a mesh without clusters: of what evidence is kept, and when each of them is through. */
async function runScenarios(scenarios: Readonly<Record<string, string>>): Promise<string[]> {
  const fixtures = JSON.stringify(join(import.meta.dirname, 'fixtures.ts'));
  const parts = Object.entries(scenarios).map(
    ([title, tests]) => `scenario('${title}', () => {
      ${tests}
      afterAll(() => { process.stderr.write('end of "${title}"\\n'); });
    });`,
  );
  const mesh = { ground: { folder: '', sites: [] }, tools: { istioctl: '', box: '' }, kubeconfig: '', kubectl: '' };
  const cwd = temporaryFolder({
    'mesh.json': JSON.stringify({ ...mesh, clusters: [] }),
    'a.test.mjs': [`import { scenario } from ${fixtures};`, ...parts].join('\n'),
  });
  const test = JSON.stringify({ globals: true, provide: { mesh: { folders: [cwd] } } });
  const config = temporaryFolder({ 'vitest.config.mjs': `export default { test: ${test} };` });
  const line = ['run', '--root', cwd, '--config', join(config, 'vitest.config.mjs')];
  const { stderr } = await runProgram(process.execPath, ['node_modules/vitest/vitest.mjs', ...line], {});
  return [...stderr.matchAll(/^((?:evidence|end) of ".*")(?:: (.*))?$/gm)].map(([, what = '', folder]) => {
    if (folder !== undefined) rmSync(folder, { recursive: true }); // throws where there is none
    return what;
  });
}
