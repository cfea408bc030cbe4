import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aegisXc } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';

const entry = (name: string, annotations = '{}') => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: ${name}
  namespace: shop
  annotations: ${annotations}
spec:
  hosts: [${name}.cluster-b.local]
  ports: [{number: 80, name: http, protocol: HTTP}]
  location: MESH_INTERNAL
  resolution: DNS
`;
const twice = `${entry('catalog')}---\n${entry('catalog')}`;

describe('what is read', () => {
  test('a folder: its YAML and JSON, without patches, hidden folders and other files', async () => {
    const cwd = temporaryFolder({
      'entries.yaml': entry('catalog'),
      'more/orders.yml': entry('orders'),
      'more/kustomization.yaml': 'resources: [orders.yml]\npatches: [{path: patch.yaml}]\n',
      'more/patch.yaml': 'apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nspec: {resolution: 5}\n',
      'more/service.json': '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "catalog"}}',
      'README.md': 'kind: [',
      '.git/config.yaml': 'kind: [',
      'crontab.yaml': 'apiVersion: stable.example.com/v1\nkind: CronTab\nmetadata: {name: nightly}\n',
    });
    expect(await aegisXc(['lint', '.'], { cwd })).toEqual({
      code: 0,
      stdout: '✔ 3 objects in 4 files: no findings (1 object of other kinds)\n',
      stderr: '',
    });
    expect(await aegisXc(['lint'], { cwd })).toEqual(await aegisXc(['lint', '-f', '.'], { cwd }));
  });

  test('stdin, and what render prints: each cluster for itself', async () => {
    const rendered = await aegisXc(['render', '-f', 'examples/service-to-service/federation.yaml']);
    const linted = await aegisXc(['lint', '-'], { stdin: rendered.stdout });
    expect(linted).toMatchObject({ code: 0, stderr: '' });
    expect(linted.stdout).toMatch(/^✔ \d+ objects in 1 file: no findings\n$/);
  });

  test('a folder for each cluster', async () => {
    const cwd = temporaryFolder({
      'a/catalog.yaml': entry('catalog'),
      'b/catalog.yaml': entry('catalog', '{team: b}'),
    });
    const apart = await aegisXc(['lint', '--cluster', 'cluster-a=a', '--cluster', 'cluster-b=b'], { cwd });
    expect(apart).toMatchObject({ code: 0 });
    const together = await aegisXc(['lint', '--fail-on', 'warning'], { cwd });
    expect(together.code).toBe(1);
    expect(together.stdout).toContain('warning[AXC2010] b/catalog.yaml:4:9');
    expect(together.stdout).toContain('a/catalog.yaml:4');
  });

  test('a file that is named twice: once', async () => {
    const cwd = temporaryFolder({ 'catalog.yaml': entry('catalog'), 'orders.yaml': entry('orders') });
    symlinkSync('catalog.yaml', join(cwd, 'same.yaml'));
    const linted = await aegisXc(['lint', 'orders.yaml', 'orders.yaml', '.', './catalog.yaml'], { cwd });
    expect(linted).toEqual({ code: 0, stdout: '✔ 2 objects in 2 files: no findings\n', stderr: '' });
  });

  test('the same file for two clusters: for both', async () => {
    const cwd = temporaryFolder({ 'catalog.yaml': entry('catalog') });
    const args = ['--cluster', 'a=catalog.yaml', '--cluster', 'b=catalog.yaml'];
    expect((await aegisXc(['lint', ...args], { cwd })).stdout).toContain('2 objects in 2 files');
  });

  test('a folder with links to nothing, as editors leave them: without those', async () => {
    const cwd = temporaryFolder({ 'catalog.yaml': entry('catalog'), 'more/orders.txt': '' });
    symlinkSync('nobody@host.1:2', join(cwd, '.#catalog.yaml'));
    symlinkSync('more', join(cwd, 'orders.yaml'));
    expect(await aegisXc(['lint', '.'], { cwd })).toEqual({
      code: 0,
      stdout: '✔ 1 object in 1 file: no findings\n',
      stderr:
        '.#catalog.yaml was not looked at: it is a link to nothing.\n' +
        'orders.yaml was not looked at: it is a link to something that is no file.\n',
    });
    expect((await aegisXc(['lint', '.#catalog.yaml'], { cwd })).code).toBe(2);
  });

  test('a folder without YAML: it is said, and refused where there is nothing else', async () => {
    const cwd = temporaryFolder({ 'catalog.yaml': entry('catalog'), 'docs/orders.txt': '' });
    const warning = 'Nothing was looked at in docs: it has no YAML or JSON files.\n';
    expect(await aegisXc(['lint', 'docs', 'catalog.yaml'], { cwd })).toEqual({
      code: 0,
      stdout: '✔ 1 object in 1 file: no findings\n',
      stderr: warning,
    });
    const { code, stdout, stderr } = await aegisXc(['lint', 'docs'], { cwd });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${warning}`);
    expect(stderr).toContain('no YAML or JSON file was found');
  });

  test.each([
    ['a path that is not there', ['missing.yaml'], 'There is no file or folder missing.yaml.'],
    ['some paths with a cluster and some without', ['.', '--cluster', 'cluster-a=.'], 'of others not'],
    ['a suppression of another form', ['--suppress', 'IST0101'], 'AXC2101=Kind/namespace/name'],
  ])('not %s', async (_, args, words) => {
    const { code, stdout, stderr } = await aegisXc(['lint', ...args], { cwd: temporaryFolder() });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  });
});

describe('how findings are told', () => {
  const cwd = () => temporaryFolder({ 'catalog.yaml': twice });

  test('as text, with the line', async () => {
    const { code, stdout } = await aegisXc(['lint', 'catalog.yaml'], { cwd: cwd() });
    expect(code).toBe(1);
    expect(
      stdout,
    ).toBe(`error[AXC2010] catalog.yaml:16:9 ServiceEntry shop/catalog metadata.name:  this object is there already, at catalog.yaml:4: the one that is applied last counts
   16 |   name: catalog
      |         ^^^^^^^ remove one of them, or give it another name
✖ 2 objects in 1 file: 1 error
`);
  });

  test('as JSON, with the same', async () => {
    const { code, stdout } = await aegisXc(['lint', 'catalog.yaml', '-o', 'json'], { cwd: cwd() });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      objects: 2,
      suppressed: 0,
      diagnostics: [
        {
          code: 'AXC2010',
          file: 'catalog.yaml',
          line: 16,
          column: 9,
          object: { kind: 'ServiceEntry', namespace: 'shop', name: 'catalog', field: 'metadata.name' },
        },
      ],
      summary: { errors: 1, warnings: 0, infos: 0 },
    });
  });

  test('as commands of GitHub Actions', async () => {
    const { stdout } = await aegisXc(['lint', '-o', 'github'], { cwd: cwd() });
    expect(stdout).toMatch(/^::error file=catalog\.yaml,line=16,col=9,title=AXC2010::this object is there already/);
  });
});

describe('findings that are meant to be so', () => {
  test.each([
    ['by their code', ['--suppress', 'AXC2010']],
    ['by a part of the code', ['--suppress', 'AXC20*']],
    ['on an object', ['--suppress', 'AXC2010=ServiceEntry/shop/cat*']],
  ])('are left out and counted: %s', async (_, args) => {
    const { code, stdout } = await aegisXc(['lint', '-', ...args], { stdin: twice });
    expect([code, stdout]).toEqual([0, '✔ 2 objects in 1 file: no findings (1 finding suppressed)\n']);
  });

  test.each(['{aegis-xc.dev/suppress: "AXC2101, AXC2010"}', '{galley.istio.io/analyze-suppress: "*"}'])(
    'are left out by an annotation: %s',
    async (annotations) => {
      const stdin = `${entry('catalog')}---\n${entry('catalog', annotations)}`;
      expect(await aegisXc(['lint', '-'], { stdin })).toMatchObject({ code: 0 });
    },
  );

  test('on another object are told', async () => {
    const { code } = await aegisXc(['lint', '-', '--suppress', 'AXC2010=ServiceEntry/web/*'], { stdin: twice });
    expect(code).toBe(1);
  });
});
