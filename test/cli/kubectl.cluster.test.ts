import { symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../bench/fixtures.ts';
import { launcher, runProgram } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';

/** A real kubectl, and our programs on the PATH under the names that npm gives them. */
function withPlugin(kubectl: string) {
  const bin = temporaryFolder();
  symlinkSync(launcher, join(bin, 'kubectl-aegis_xc'));
  symlinkSync(join(dirname(launcher), 'kubectl-complete.js'), join(bin, 'kubectl_complete-aegis_xc'));
  const cwd = temporaryFolder({ 'federation.yaml': 'clusters: { east: {}, west: {} }\n' });
  const env = { PATH: `${bin}:${process.env.PATH}` };
  return (...args: string[]) => runProgram(kubectl, args, { cwd, env });
}

test('kubectl aegis-xc is the program', async ({ bench }) => {
  const kubectl = withPlugin(bench.kubectl);
  expect(await kubectl('aegis-xc', '--version')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  const { code, stderr } = await kubectl('aegis-xc', 'validate', '-f', 'missing.yaml');
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no file missing.yaml') });
});

test('kubectl completes its words', async ({ bench }) => {
  const kubectl = withPlugin(bench.kubectl);
  const { stdout } = await kubectl('__complete', 'aegis-xc', 'render', '--cluster', '');
  expect(stdout).toBe('east\nwest\n:4\n');
});
