import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/manifests/manifest.ts';
import { aegisXc, bash } from '../support/cli.ts';
import { contentOf, temporaryFolder } from '../support/folder.ts';

const specOf = (scenario: string): string => `examples/${scenario}/federation.yaml`;
const spec = specOf('service-to-service');

// What the program printed is our own output.
const objectsIn = (text: string): KubeObject[] => loadAll(text) as KubeObject[];
const clusterOf = ({ metadata }: KubeObject): string => metadata.annotations?.['aegis-xc.dev/cluster'] ?? '';

test.each(readdirSync('examples').filter((name) => existsSync(`examples/${name}/federation.yaml`)))(
  '%s: the same bytes each time, the clusters in the order of the spec',
  async (scenario) => {
    const first = await aegisXc(['render', '-f', specOf(scenario)]);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(await aegisXc(['render', '-f', specOf(scenario)])).toEqual(first);

    const clusters = objectsIn(first.stdout).map(clusterOf);
    expect(clusters).toEqual([...clusters].sort());
    expect([...new Set(clusters)]).toEqual(['cluster-a', 'cluster-b']);
  },
);

test('one stream, JSON, a cluster at a time and files have the same objects', async () => {
  const out = temporaryFolder();
  const { stdout } = await aegisXc(['render', '-f', spec]);
  const json = await aegisXc(['render', '-f', spec, '-o', 'json']);
  expect(JSON.parse(json.stdout)).toEqual({ apiVersion: 'v1', kind: 'List', items: objectsIn(stdout) });

  const one = await aegisXc(['render', '-f', spec, '--cluster', 'cluster-a']);
  const other = await aegisXc(['render', '-f', spec, '--cluster', 'cluster-b']);
  expect(one.stdout + other.stdout).toBe(stdout);

  await aegisXc(['render', '-f', spec, '--out', out]);
  const { '.aegis-xc-files': _, ...files } = contentOf(out);
  expect(Object.values(files).sort()).toEqual(stdout.split(/^(?=---\n)/m).sort());
});

describe('--cluster', () => {
  test('with a name that is none: the nearest one', async () => {
    const { code, stdout, stderr } = await aegisXc(['render', '-f', spec, '--cluster', 'clutser-b']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Did you mean "cluster-b"?');
  });

  test('with a name that is far from all: all of them', async () => {
    const { stderr } = await aegisXc(['render', '-f', spec, '--cluster', 'production']);
    expect(stderr).toContain('Its clusters are cluster-a, cluster-b.');
  });
});

describe('--out', () => {
  test('names files by cluster, kind, namespace and name', async () => {
    const out = join(temporaryFolder(), 'manifests');
    const { stderr } = await aegisXc(['render', '-f', spec, '--out', out]);
    const files = Object.keys(contentOf(out));
    expect(stderr).toBe(`${out}: ${files.length - 1} files written, 0 unchanged, 0 removed\n`);
    expect(files.filter((path) => !/^cluster-[ab]\/[a-z]+(?:\.[-a-z0-9]+){1,2}\.yaml$/.test(path))).toEqual([
      '.aegis-xc-files',
    ]);
  });

  test('removes what went from the spec', async () => {
    const out = temporaryFolder();
    await aegisXc(['render', '-f', specOf('events'), '--out', out]);
    const before = Object.keys(contentOf(out));
    const text = readFileSync(specOf('events'), 'utf8').replace('brokers: 3', 'brokers: 2');
    const { stderr } = await aegisXc(['render', '-f', '-', '--out', out], { stdin: text });
    const gone = before.filter((path) => !(path in contentOf(out)));
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.filter((path) => !path.includes('kafka-2'))).toEqual([]);
    expect(stderr).toContain(`${gone.length} removed`);
  });

  test.each([
    ['a folder that is not ours', '.', 'did not write'],
    ['the root', '/', 'the root of the file system'],
    ['a folder above', '..', 'a folder above the one you are in'],
    ['a place where nothing can be made', '/proc/manifests', "can't be written"],
  ])('refuses %s', async (_, out, reason) => {
    const cwd = temporaryFolder({ 'federation.yaml': readFileSync(spec, 'utf8') });
    const { code, stderr } = await aegisXc(['render', '--out', out], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(reason);
    expect(Object.keys(contentOf(cwd))).toEqual(['federation.yaml']);
  });

  test('with --force-out goes into a folder with files of others', async () => {
    const cwd = temporaryFolder({ 'federation.yaml': readFileSync(spec, 'utf8') });
    const { code } = await bash('aegis-xc render --out . --force-out', { cwd });
    expect(code).toBe(0);
    expect(Object.keys(contentOf(cwd))).toContain('cluster-a/namespace.aegis-xc.yaml');
  });
});

test('a spec with errors is not rendered: its findings are on stderr, the exit code is 2', async () => {
  const text = readFileSync(spec, 'utf8').replace('consumers:', 'consumer:');
  const { code, stdout, stderr } = await aegisXc(['render', '-f', '-'], { stdin: text });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error\[AXC1102\] <stdin>:\d+:\d+ /m);
  expect(stderr).toContain('did you mean "consumers"?');
});
