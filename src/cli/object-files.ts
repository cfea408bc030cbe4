import type { Dirent } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { UsageError } from '../errors.ts';
import { patchesOf } from '../objects/kustomization.ts';
import type { ObjectText } from '../objects/read-objects.ts';
import { cannotRead } from './cannot-read.ts';
import type { Session } from './session.ts';

/**
 * The YAML and JSON of files and folders, `-` for stdin. Of a folder everything below it, in the order of the names. A file that
 * is named by several paths is read once: its objects would be held against themselves.
 */
export async function readObjectTexts(
  paths: readonly string[],
  session: Session,
  cluster?: string,
): Promise<ObjectText[]> {
  const texts: ObjectText[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    if (path === '-') {
      texts.push({ file: '<stdin>', text: await fromStdin(session.stdin), cluster });
      continue;
    }
    const files = await filesOf(path, session);
    if (files.length === 0) session.warn(`Nothing was looked at in ${path}: it has no YAML or JSON files.`);
    for (const file of files) {
      const text = await readText(file);
      const place = await realpath(file);
      if (!seen.has(place)) texts.push({ file, text, cluster });
      seen.add(place);
    }
  }
  return texts;
}

function fromStdin(stdin: NodeJS.ReadStream): Promise<string> {
  if (stdin.isTTY) throw new UsageError('- reads objects from stdin, but stdin is the terminal.');
  return text(stdin);
}

async function filesOf(path: string, session: Session): Promise<string[]> {
  try {
    return (await stat(path)).isDirectory() ? await filesIn(path, session) : [path];
  } catch (error) {
    throw cannotRead(path, error, { what: 'file or folder' });
  }
}

/** What Kustomize builds from and what patches are is no object of its own; hidden folders and packages are not the user's. */
async function filesIn(folder: string, session: Session): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const patches = await patchFiles(folder, sorted);
  const files: string[] = [];
  for (const entry of sorted) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !skipped.test(entry.name)) files.push(...(await filesIn(path, session)));
    if (isYaml(entry) && !patches.has(path) && (await leadsToFile(entry, path, session))) files.push(path);
  }
  return files.filter((path) => !patches.has(path));
}

const skipped = /^(?:\..*|node_modules)$/;
const isKustomization = ({ name }: Dirent): boolean => /^(?:kustomization\.ya?ml|Kustomization)$/.test(name);
const isYaml = (entry: Dirent): boolean =>
  (entry.isFile() || entry.isSymbolicLink()) && /\.(?:ya?ml|json)$/i.test(entry.name) && !isKustomization(entry);

/** Editors leave links to nothing beside the files that they have open (`.#orders.yaml`). */
async function leadsToFile(entry: Dirent, path: string, session: Session): Promise<boolean> {
  if (!entry.isSymbolicLink()) return true;
  const target = await stat(path).catch(() => undefined);
  if (target?.isFile()) return true;
  session.warn(`${path} was not looked at: it is a link to ${target ? 'something that is no file' : 'nothing'}.`);
  return false;
}

async function patchFiles(folder: string, entries: readonly Dirent[]): Promise<ReadonlySet<string>> {
  const kustomization = entries.find(isKustomization);
  if (!kustomization) return new Set();
  const patches = patchesOf(await readText(join(folder, kustomization.name)));
  return new Set(patches.map((path) => join(folder, path)));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw cannotRead(file, error);
  }
}
