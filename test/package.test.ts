import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installedPackage } from './support/registry.ts';

/** What users get: the tarball of `npm pack`, installed into an empty folder. */
const folder = mkdtempSync(join(tmpdir(), 'aegis-xc-package-'));
const project = join(folder, 'project');
const installed = join(project, 'node_modules/aegis-xc');
const spec = readFileSync('examples/database/federation.yaml', 'utf8');

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}
let packed: Packed;
let seconds: number;

beforeAll(() => {
  const { stdout } = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], process.cwd());
  [packed] = JSON.parse(stdout);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true }');
  writeFileSync(join(project, 'federation.yaml'), spec);
  const start = performance.now();
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, packed.filename)], project);
  seconds = (performance.now() - start) / 1000;
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

function run(program: string, args: readonly string[], cwd: string) {
  const { FORCE_COLOR: _force, NODE_OPTIONS: _options, ...env } = process.env;
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  if (status === null) throw error ?? new Error(`${program} was ended`);
  return { code: status, stdout, stderr };
}

describe('the tarball', () => {
  test('holds what it must, and no more', () => {
    const paths = packed.files.map(({ path }) => path.replace(/^(dist\/chunks\/[a-z-]+)-[A-Z0-9]{8}\.js$/, '$1-*.js'));
    expect([...new Set(paths)].sort()).toEqual([
      'LICENSE',
      'README.md',
      'THIRD-PARTY-LICENSES.txt',
      'bin/aegis-xc.js',
      'bin/kubectl-complete.js',
      ...pieces.map((name) => `dist/chunks/${name}-*.js`),
      'dist/complete.js',
      'dist/main.js',
      'dist/version.js',
      'package.json',
      'sbom.cdx.json',
      'schema.json',
    ]);
  });

  test('is no larger than 600 KB', () => {
    expect(packed.size).toBeLessThan(600_000);
  });

  test('holds no path of the machine that built it', () => {
    for (const { path } of packed.files)
      expect(readFileSync(join(installed, path), 'utf8')).not.toContain(process.cwd());
  });

  test('has programs that can be run', () => {
    const programs = packed.files.filter(({ path }) => path.startsWith('bin/'));
    expect(programs.map(({ mode }) => mode & 0o111)).toEqual([0o111, 0o111]);
  });
});
/** The commands, what they load late, and what they share. */
const pieces = [
  ...readdirSync('src/cli/commands').map((file) => file.replace('.ts', '')),
  ...['ask', 'chunk', 'from-contexts', 'ora', 'source'],
].sort();

describe('an installation', () => {
  test('is one package, without a registry', () => {
    const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
    expect(Object.keys(packages)).toEqual(['', 'node_modules/aegis-xc']);
    const { dependencies, optionalDependencies, peerDependencies, bundleDependencies } =
      packages['node_modules/aegis-xc'];
    expect([dependencies, optionalDependencies, peerDependencies, bundleDependencies]).toEqual(
      Array(4).fill(undefined),
    );
  });

  // About half a second where nothing else runs; the limit leaves room for a machine that does other things, too.
  test('takes seconds', () => {
    expect(seconds).toBeLessThan(20);
    process.stderr.write(`installed in ${seconds.toFixed(2)} s, ${Math.round(packed.size / 1000)} KB\n`);
  });

  test.each(['aegis-xc', 'kubectl-aegis_xc'])('%s is on the path of scripts', (name) => {
    expect(run(join(project, 'node_modules/.bin', name), ['validate'], project)).toMatchObject({ code: 0, stderr: '' });
  });

  test('kubectl finds the completion of its plugin', () => {
    const { stdout } = run(join(project, 'node_modules/.bin/kubectl_complete-aegis_xc'), ['rend'], project);
    expect(stdout).toBe('render\tprint the manifests, or write them to a folder\n:4\n');
  });

  test('has the schema where the modeline of `init` says', () => {
    const { stdout } = run(join(project, 'node_modules/.bin/aegis-xc'), ['init', '-f', '-'], project);
    const path = /^# yaml-language-server: \$schema=(\S+)/.exec(stdout)?.[1] ?? '';
    expect(JSON.parse(readFileSync(join(project, path), 'utf8'))).toMatchObject({ title: 'aegis-xc federation spec' });
  });
});

describe('what is bundled', () => {
  const licences = () => readFileSync(join(installed, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  const bom = () => JSON.parse(readFileSync(join(installed, 'sbom.cdx.json'), 'utf8'));
  const named = (components: readonly { name: string; version: string }[]) =>
    components.map(({ name, version }) => `${name} ${version}`).sort();

  test('is listed as CycloneDX, with the version and the licence that the lock file has', () => {
    const { bomFormat, specVersion, components, dependencies, metadata } = bom();
    expect({ bomFormat, specVersion, name: metadata.component.name }).toEqual({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      name: 'aegis-xc',
    });
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    const locked = Object.entries<{ version: string; license?: string }>(packages).map(
      ([path, { version, license }]) => `${path.replace(/^.*node_modules\//, '')} ${version} ${license}`,
    );
    for (const { name, version, licenses } of components) {
      expect(locked).toContain(`${name} ${version} ${licenses[0].license.id}`);
    }
    expect(dependencies[0].dependsOn).toEqual(components.map((one: { 'bom-ref': string }) => one['bom-ref']));
    expect(named(components).map((text) => text.replace(/ .*/, ''))).toEqual(
      expect.arrayContaining([
        '@kubernetes/client-node',
        'chalk',
        'commander',
        'diff',
        'js-yaml',
        'ora',
        'undici',
        'zod',
      ]),
    );
  });

  test('has its licences in the package: one text for each, and no others', () => {
    const titles = [...licences().matchAll(/^={80}\n(\S+ \S+) \((.+)\)$/gm)].map(([, title]) => title ?? '');
    expect(titles.sort()).toEqual(named(bom().components));
    expect(licences()).toMatch(/Apache License[\s\S]*Version 2\.0/);
  });
});

describe.each(['20', '22', '24', '26'])('on Node %s', (major) => {
  const modules = installedPackage('node', major);
  const node = join(modules ?? '', 'node/bin/node');
  const bin = join(installed, 'bin/aegis-xc.js');

  test.runIf(modules)(
    'every road without a cluster, and no warning (skipped when npm could not bring this Node)',
    () => {
      expect(run(node, ['--version'], project).stdout).toMatch(new RegExp(`^v${major}\\.`));
      const validated = run(node, [bin, 'validate'], project);
      expect(validated).toMatchObject({ code: 0, stderr: '' });
      const rendered = run(node, [bin, 'render'], project);
      expect(rendered).toEqual(run(process.execPath, [bin, 'render'], project));
      expect(run(node, [bin, '__complete', 'rend'], project)).toMatchObject({ code: 0, stderr: '' });
    },
  );

  test.runIf(modules)('the client is loaded, asks, and says that nobody answers', () => {
    const context = { name: 'nowhere', context: { cluster: 'nowhere', user: 'nobody' } };
    const cluster = { name: 'nowhere', cluster: { server: 'https://127.0.0.1:1' } };
    const file = join(project, 'kubeconfig.json');
    const users = [{ name: 'nobody', user: { token: 'none' } }];
    writeFileSync(
      file,
      JSON.stringify({ contexts: [context, { ...context, name: 'nowhere-else' }], clusters: [cluster], users }),
    );
    const line = ['status', '--kubeconfig', file, '--cluster-a', 'nowhere', '--cluster-b', 'nowhere-else'];
    const { code, stdout, stderr } = run(node, [bin, ...line], project);
    expect(code).toBe(2);
    expect(stdout).toContain('not reached');
    expect(stderr).not.toMatch(/Warning|^\s+at /m);
  });
});
