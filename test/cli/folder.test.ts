import { existsSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listName, listText, parseList } from '../../src/cli/folder/list.ts';
import { replaceFiles } from '../../src/cli/folder/replace.ts';
import { type Folder, writeFolder } from '../../src/cli/folder/write.ts';
import { contentOf, temporaryFolder } from '../support/folder.ts';

const gateway = 'cluster-b/gateway.istio-system.shop-exports.yaml';
const entry = 'cluster-a/serviceentry.aegis-xc.shop-backend-api-cluster-b.yaml';

const write = (folder: string, files: Readonly<Record<string, string>>, rest: Partial<Folder> = {}) =>
  writeFolder({ folder, federation: 'shop', files: new Map(Object.entries(files)), force: false, ...rest });

describe('the folder of `render --out`', () => {
  test('gets the files and the list of them', () => {
    const folder = join(temporaryFolder(), 'made', 'on the way');
    expect(write(folder, { [gateway]: 'kind: Gateway\n', [entry]: 'kind: ServiceEntry\n' })).toEqual({
      written: 2,
      unchanged: 0,
      removed: 0,
    });
    const { [listName]: list, ...files } = contentOf(folder);
    expect(files).toEqual({ [gateway]: 'kind: Gateway\n', [entry]: 'kind: ServiceEntry\n' });
    expect(parseList(list ?? '')).toEqual({ federation: 'shop', paths: [entry, gateway] });
  });

  test('is not touched when nothing changed', () => {
    const folder = temporaryFolder();
    write(folder, { [gateway]: 'kind: Gateway\n' });
    const before = statSync(join(folder, gateway)).ctimeMs;
    expect(write(folder, { [gateway]: 'kind: Gateway\n' })).toEqual({ written: 0, unchanged: 1, removed: 0 });
    expect(statSync(join(folder, gateway)).ctimeMs).toBe(before);
  });

  test('loses what went from the spec, and a cluster folder with it', () => {
    const folder = temporaryFolder();
    write(folder, { [gateway]: 'kind: Gateway\n', [entry]: 'kind: ServiceEntry\n' });
    expect(write(folder, { [gateway]: 'kind: Gateway # new\n' })).toEqual({ written: 1, unchanged: 0, removed: 1 });
    expect(Object.keys(contentOf(folder))).toEqual([listName, gateway]);
    expect(existsSync(join(folder, 'cluster-a'))).toBe(false);
  });

  test.each([
    ['a file beside the clusters', 'README.md'],
    ['a file in the folder of a cluster', 'cluster-b/by-hand.yaml'],
    ['a file under the name of a manifest', gateway],
  ])('is refused because of %s', (_, path) => {
    const folder = temporaryFolder({ [path]: 'mine\n' });
    expect(() => write(folder, { [gateway]: 'kind: Gateway\n' })).toThrow(`did not write: ${path}`);
    expect(contentOf(folder)).toEqual({ [path]: 'mine\n' });
  });

  test('with force, files of others stay', () => {
    const folder = temporaryFolder({ 'README.md': 'mine\n', 'cluster-b/by-hand.yaml': 'mine\n' });
    write(folder, { [gateway]: 'kind: Gateway\n' }, { force: true });
    write(folder, {}, { force: true });
    const { [listName]: _, ...files } = contentOf(folder);
    expect(files).toEqual({ 'README.md': 'mine\n', 'cluster-b/by-hand.yaml': 'mine\n' });
  });

  test('of another federation is refused, and taken over with force', () => {
    const folder = temporaryFolder();
    write(folder, { [gateway]: 'kind: Gateway\n' });
    const other = { [entry]: 'kind: ServiceEntry\n' };
    expect(() => write(folder, other, { federation: 'retail' })).toThrow('files of the federation shop, not of retail');
    expect(write(folder, other, { federation: 'retail', force: true })).toMatchObject({ written: 1, removed: 1 });
  });

  test.each([
    ['the root of the file system', '/'],
    ['a folder above the one you are in', dirname(process.cwd())],
    ['a folder above the one you are in', '..'],
    ['names no folder', ''],
  ])('must not be %s, also with force', (reason, folder) => {
    expect(() => write(folder, {}, { force: true })).toThrow(reason);
  });

  test('may be below a link, but no link may lead out of it', () => {
    const elsewhere = temporaryFolder();
    const folder = temporaryFolder();
    symlinkSync(elsewhere, join(folder, 'cluster-b'));
    expect(() => write(folder, { [gateway]: 'kind: Gateway\n' }, { force: true })).toThrow('is not a folder');
    expect(contentOf(elsewhere)).toEqual({});
  });

  test.each(['../outside.yaml', '/etc/outside.yaml', 'cluster-a/../../outside.yaml', '<<<<<<< HEAD'])(
    'with %s in its list is refused, for the list may be anybody’s',
    (path) => {
      const folder = temporaryFolder({ [listName]: `# comment\nfederation shop\n${path}\n` });
      expect(() => write(folder, { [gateway]: 'kind: Gateway\n' }, { force: true })).toThrow('is damaged');
    },
  );

  test('that is a file is refused', () => {
    const file = join(temporaryFolder({ 'out.yaml': '' }), 'out.yaml');
    expect(() => write(file, {})).toThrow("can't be written");
  });

  test('that a killed run left half-way is brought to its end', () => {
    const folder = temporaryFolder({
      [listName]: listText({ federation: 'shop', paths: [gateway, entry] }),
      [gateway]: 'kind: Gateway # old\n',
      [entry]: 'kind: ServiceEntry # new\n',
      '.aegis-xc-staging-Ab12cd/0.new': 'half\n',
    });
    expect(write(folder, { [entry]: 'kind: ServiceEntry # new\n' })).toEqual({ written: 0, unchanged: 1, removed: 1 });
    expect(Object.keys(contentOf(folder))).toEqual([listName, entry]);
  });
});

describe('replacing several files', () => {
  test('a failure half-way puts everything back', () => {
    const before = { 'a.yaml': 'old a\n', 'b.yaml': 'old b\n', 'c/in-the-way.yaml': 'old c\n' };
    const folder = temporaryFolder(before);
    const files = [
      ['a.yaml', 'new a\n'],
      ['b.yaml', undefined],
      ['new/d.yaml', 'new d\n'],
      // A file can't be made below a file: the last step fails.
      ['a.yaml/e.yaml', 'new e\n'],
    ] as const;
    expect(() => replaceFiles({ folder, files })).toThrow();
    expect(contentOf(folder)).toEqual(before);
  });
});
