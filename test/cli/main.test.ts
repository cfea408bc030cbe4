import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aegisXc, bash, launcher } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';

const spec = 'examples/service-to-service/federation.yaml';
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const commands = [
  'init',
  'validate',
  'lint',
  'can',
  'render',
  'rbac',
  'preflight',
  'doctor',
  'plan',
  'apply',
  'status',
  'resume',
  'rollback',
  'history',
  'delete',
  'explain',
  'completion',
  'schema',
];

const hasJq = (await bash('command -v jq')).code === 0;
const hasScript = (await bash('script --version')).stdout.includes('util-linux');

describe('help', () => {
  test('without arguments is the help, and no failure', async () => {
    const ended = await aegisXc([]);
    expect(ended).toEqual(await aegisXc(['--help']));
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    await expect(ended.stdout).toMatchFileSnapshot('help/aegis-xc.txt');
  });

  test.each(commands)('of %s', async (name) => {
    const ended = await aegisXc(['help', name]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    await expect(ended.stdout).toMatchFileSnapshot(`help/${name}.txt`);
  });

  test('and the README list every command', async () => {
    const { stdout } = await aegisXc(['--help']);
    const readme = readFileSync('README.md', 'utf8');
    const table = readme.slice(readme.indexOf('## Commands'), readme.indexOf('## Reference'));
    expect([...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name)).toEqual(expect.arrayContaining(commands));
    expect(commands.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
  });

  test('can be asked for at the command, too', async () => {
    expect(await aegisXc(['render', '--help'])).toEqual(await aegisXc(['help', 'render']));
  });

  test('lists every command', async () => {
    const { stdout } = await aegisXc([]);
    const listed = [...stdout.matchAll(/^ {2}([a-z]+) {3,}\S/gm)].map(([, name]) => name);
    expect(listed).toEqual(commands);
  });
});

describe('a command line that is wrong ends with 2, a hint and no stack', () => {
  test.each([
    ['a command', ['rendr'], "unknown command 'rendr'", 'Did you mean render?'],
    ['a command to explain', ['help', 'valdate'], "unknown command 'valdate'", 'Did you mean validate?'],
    ['an option', ['render', '--clutser', 'a'], "unknown option '--clutser'", 'Did you mean --cluster?'],
    ['a global option', ['render', '--quite'], "unknown option '--quite'", 'Did you mean --quiet?'],
    ['a format', ['validate', '-o', 'xml'], "'xml' is invalid", 'Allowed choices are text, json.'],
    [
      'the spec as an argument',
      ['validate', 'shop.yaml'],
      'too many arguments',
      'aegis-xc validate -f federation.yaml',
    ],
    ['two specs', ['validate', '-f', 'a.yaml', '-f', 'b.yaml'], 'A run has one spec.', 'aegis-xc --help'],
    [
      'two values where one counts',
      ['render', '--cluster', 'a', '--cluster', 'b'],
      'It is there twice',
      'render --help',
    ],
    ['two contexts by one flag', ['plan', '--cluster-a', 'x', '--cluster-a', 'y'], 'It is there twice', 'plan --help'],
    [
      'two contexts by two flags',
      ['plan', '-f', spec, '--cluster-a', 'x', '--cluster-b', 'y', '--context', 'cluster-a=z'],
      'cluster-a has two contexts: x by --cluster-a, and z by --context.',
      'Name the one that is meant.',
    ],
    ['a code that nothing has', ['lint', '--suppress', 'AXC9999'], 'No finding has that code.', 'aegis-xc explain'],
    ['a folder option without a folder', ['render', '--force-out'], '--force-out is for --out.', '--out'],
    ['a kubeconfig that nothing reads', ['init', '--kubeconfig', 'x'], '--kubeconfig is for --from-contexts.', 'leave'],
    [
      'a folder to write to',
      ['init', '-f', 'examples', '--force'],
      'examples is a folder.',
      'examples/federation.yaml',
    ],
    ['a plan that is not there', ['apply', 'nope.plan'], 'There is no file nope.plan.', 'plan --out'],
    ['a spec without a name', ['validate', '-f', ''], 'An empty name is no file.', '--help'],
    ['a path without a name', ['lint', ''], 'An empty name is no file or folder.', ''],
    ['options without a command', ['--quiet'], 'Usage: aegis-xc', 'validate'],
    ['options that exclude each other', ['render', '--out', 'x', '--cluster', 'y'], 'cannot be used with', '--cluster'],
  ])('%s', async (_, args, message, hint) => {
    const { code, stdout, stderr } = await aegisXc(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

test('only a file that could be a spec is taken for one', async () => {
  const { code, stderr } = await aegisXc(['explain', 'a', 'b']);
  expect(code).toBe(2);
  expect(stderr).toContain('too many arguments');
  expect(stderr).not.toContain('-f');
});

describe('the spec', () => {
  test('that is not there: what to do', async () => {
    const { code, stdout, stderr } = await aegisXc(['render'], { cwd: temporaryFolder() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'error: There is no file federation.yaml.\n  Name the spec with -f, or write one with `aegis-xc init`.\n',
    );
  });

  test('that is a folder: which file', async () => {
    const { code, stderr } = await aegisXc(['validate', '-f', 'examples/events']);
    expect(code).toBe(2);
    expect(stderr).toContain('-f examples/events/federation.yaml');
  });

  test('comes from stdin with -f -', async () => {
    const { code, stdout } = await aegisXc(['validate', '-f', '-'], { stdin: readFileSync(spec, 'utf8') });
    expect(code).toBe(0);
    expect(stdout).toContain('<stdin> is valid');
  });

  test('is federation.yaml of the folder when nothing is said', async () => {
    const cwd = temporaryFolder({ 'federation.yaml': readFileSync(spec, 'utf8') });
    expect(await aegisXc(['validate'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('output', () => {
  test('the result is on stdout, the talk is not', async () => {
    const out = join(temporaryFolder(), 'out');
    expect(await aegisXc(['render', '-f', spec, '--out', out])).toMatchObject({ code: 0, stdout: '' });
    expect(await aegisXc(['render', '-f', spec])).toMatchObject({ code: 0, stderr: '' });
  });

  test('--quiet leaves the talk out, anywhere on the line', async () => {
    const out = join(temporaryFolder(), 'out');
    expect(await aegisXc(['-q', 'render', '-f', spec, '--out', out])).toMatchObject({ code: 0, stderr: '' });
    expect(await aegisXc(['render', '-f', spec, '--out', out, '--quiet'])).toMatchObject({ code: 0, stderr: '' });
  });

  test.each([
    ['a pipe has no colour', [], {}, false],
    ['FORCE_COLOR has', [], { FORCE_COLOR: '1' }, true],
    ['--no-color has not, whatever is forced', ['--no-color'], { FORCE_COLOR: '1' }, false],
    ['NO_COLOR has not', [], { NO_COLOR: '1' }, false],
  ])('%s', async (_, flags, env: Record<string, string>, coloured) => {
    const result = await aegisXc(['validate', '-f', spec, ...flags], { env });
    const failure = await aegisXc(['validate', '-f', 'missing.yaml', ...flags], { env });
    expect(result.stdout.includes('\u001B[')).toBe(coloured);
    expect(failure.stderr.includes('\u001B[')).toBe(coloured);
  });

  test('a reader that stops reading is no failure', async () => {
    const { stdout, stderr } = await bash(`aegis-xc render -f ${spec} | head -n 1; echo "\${PIPESTATUS[0]}"`);
    expect({ stdout, stderr }).toEqual({ stdout: '---\n0\n', stderr: '' });
  });

  test.runIf(hasJq)('JSON is for programs: jq reads it, whatever the talk (skipped without jq)', async () => {
    const line = `aegis-xc validate -f test/manifests/fixtures/edges.yaml -o json --verbose 2> /dev/null`;
    const { stdout } = await bash(`${line} | jq -r '.schemaVersion, .summary.errors'`);
    expect(stdout).toBe('1\n0\n');
  });

  test.runIf(hasScript)('the lists of the help fit into a narrow terminal (skipped without script)', async () => {
    const { stdout } = await bash(
      `script --quiet --return --command "stty cols 60; '${process.execPath}' '${launcher}' help validate --no-color" /dev/null`,
    );
    const long = stdout.split('\r\n').filter((text) => text.length > 60);
    // Sentences are left to the terminal, which breaks them by itself.
    expect(long.filter((text) => /^ {2}(?!aegis-xc )/.test(text))).toEqual([]);
  });

  test.runIf(process.platform === 'linux')('a result that could not be written is one', async () => {
    const { code, stderr } = await bash(`aegis-xc render -f ${spec} > /dev/full`);
    expect(code).toBe(2);
    expect(stderr).toContain('could not be written to stdout');
  });
});

describe('failures', () => {
  test('have a stack only with AEGIS_XC_DEBUG', async () => {
    const line = ['validate', '-f', 'missing.yaml'];
    const plain = await aegisXc(line);
    const debug = await aegisXc(line, { env: { AEGIS_XC_DEBUG: '1' } });
    expect(plain.stderr).not.toMatch(/^\s+at /m);
    expect(debug.stderr).toMatch(/^\s+at /m);
    expect(debug.code).toBe(2);
  });
});

describe('with -o json a failure is a document on stdout, too', () => {
  const misspelt = readFileSync(spec, 'utf8').replace('providers:', 'provders:');
  const kubeconfig = [
    'apiVersion: v1',
    'kind: Config',
    'clusters: [{ name: x, cluster: { server: "https://127.0.0.1:9" } }]',
    'users: [{ name: u, user: { token: t } }]',
    'contexts: [{ name: x, context: { cluster: x, user: u } }, { name: y, context: { cluster: x, user: u } }]',
  ].join('\n');
  const files = { 'misspelt.yaml': misspelt, kubeconfig };
  const clusters = ['--kubeconfig', 'kubeconfig', '--cluster-a', 'x', '--cluster-b', 'y'];

  test.each(['render', 'can', 'plan'])('%s: the findings of a spec', async (name) => {
    const { code, stdout, stderr } = await aegisXc([name, '-f', 'misspelt.yaml', '-o', 'json'], {
      cwd: temporaryFolder(files),
    });
    expect(code).toBe(2);
    expect(stderr).toContain('error[AXC1102]');
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      diagnostics: [{ code: 'AXC1102', message: 'unknown key "provders"', hint: 'did you mean "providers"?' }],
      summary: { errors: 1, warnings: 0, infos: 0 },
    });
    expect(JSON.parse(stdout)).not.toHaveProperty('error');
  });

  test.each(['plan', 'apply'])('%s: clusters that do not answer', async (name) => {
    const { code, stdout, stderr } = await aegisXc([name, '-f', resolve(spec), '--output=json', ...clusters], {
      cwd: temporaryFolder(files),
    });
    expect(code).toBe(2);
    expect(stderr).toContain("error: cluster-a can't be reached");
    const { error, diagnostics } = JSON.parse(stdout);
    expect(diagnostics).toEqual([]);
    expect(error.message).toContain("cluster-a can't be reached");
    expect(error.causes).toMatchObject([
      { cluster: 'cluster-a', reason: 'unreachable' },
      { cluster: 'cluster-b', reason: 'unreachable' },
    ]);
  });

  test.each([
    ['a file that is not there', ['lint', '-o', 'json', 'nope'], 'There is no file or folder nope.', undefined],
    [
      'an unknown option',
      ['render', '-ojson', '--clutser', 'a'],
      "unknown option '--clutser'",
      'Did you mean --cluster?',
    ],
    ['a plan that is not there', ['apply', '-o', 'json', 'nope.plan'], 'There is no file nope.plan.', /plan --out/],
  ])('%s', async (_, args, message, hint) => {
    const { code, stdout, stderr } = await aegisXc(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    const { error } = JSON.parse(stdout);
    expect(error.message).toBe(message);
    if (hint) expect(error.hint).toMatch(hint);
  });

  test('history: a cluster that does not answer', async () => {
    const args = ['history', '-f', resolve(spec), '-o', 'json', ...clusters];
    const { code, stdout } = await aegisXc(args, { cwd: temporaryFolder(files) });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { reason: 'unreachable' }, diagnostics: [] });
  });

  test('SARIF is for findings alone', async () => {
    expect(await aegisXc(['lint', '-o', 'sarif', 'nope'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('the launcher', () => {
  test.each(['--version', '-V'])('%s prints the version of the package', async (flag) => {
    expect(await aegisXc([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('prints the version among other options too', async () => {
    expect(await aegisXc(['-q', '--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('works through a link, as npm makes one', async () => {
    const link = join(temporaryFolder(), 'aegis-xc');
    symlinkSync(launcher, link);
    expect(await bash(`'${process.execPath}' '${link}' --version`)).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test.each([['--version'], ['render', '-f', resolve(spec)], ['init', '-f', '-'], ['explain', 'AXC1102'], ['schema']])(
    'needs nothing but bin/ and dist/: %s',
    async (...args) => {
      const folder = temporaryFolder({ 'package.json': '{ "type": "module" }' });
      for (const part of ['bin', 'dist']) cpSync(part, join(folder, part), { recursive: true });
      const moved = join(folder, 'bin', 'aegis-xc.js');
      expect((await bash(`'${process.execPath}' '${moved}' ${args.join(' ')}`)).code).toBe(0);
    },
  );

  test.each([['--version'], ['validate']])('says what to run when nothing is built: %s', async (arg) => {
    const folder = temporaryFolder({ 'package.json': '{ "type": "module" }' });
    mkdirSync(join(folder, 'bin'));
    copyFileSync(launcher, join(folder, 'bin', 'aegis-xc.js'));
    const { code, stderr } = await bash(`'${process.execPath}' bin/aegis-xc.js ${arg}`, { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^aegis-xc is not built in this checkout.*npm ci/);
  });

  test.each(['18.20.8', '20.18.3'])('refuses Node %s before anything else', async (old) => {
    const folder = temporaryFolder();
    const disguise = join(folder, 'disguise.mjs');
    writeFileSync(disguise, `Object.defineProperty(process, 'versions', { value: { node: '${old}' } });\n`);
    const { code, stderr } = await bash(`'${process.execPath}' --import '${disguise}' '${launcher}' --version`);
    expect(code).toBe(2);
    expect(stderr).toContain('aegis-xc needs Node.js 20.19 or newer');
  });

  test('has no import and no recent syntax before the check of the version', () => {
    const text = readFileSync(launcher, 'utf8');
    expect(text).not.toMatch(/^import |\?\.|\?\?|import\.meta|^export /m);
  });
});
