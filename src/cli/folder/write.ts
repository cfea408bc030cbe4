import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, parse, relative, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import { type FileList, listName, listText, parseList } from './list.ts';
import { isStaging, replaceFiles } from './replace.ts';

export interface Folder {
  readonly folder: string;
  /** The federation whose files these are. */
  readonly federation: string;
  /** All the files that the folder is to have, by their path in it: `<cluster>/<file>`. */
  readonly files: ReadonlyMap<string, string>;
  /** Files that are not ours are left alone, instead of refused. */
  readonly force: boolean;
}

export interface Written {
  readonly written: number;
  readonly unchanged: number;
  readonly removed: number;
}

/**
 * Makes a folder hold these files: writes what is new or differs, and removes what an earlier run wrote and is no longer there. Files
 * that no run wrote are refused or left alone. When something fails, everything is as it was.
 */
export function writeFolder({ folder, federation, files, force }: Folder): Written {
  if (folder === '') throw new UsageError('--out names no folder.');
  try {
    makeFolder(resolve(folder));
    refusePlace(folder);
    const present = filesIn(folder);
    const list = present.has(listName) ? parseList(readFileSync(join(folder, listName), 'utf8')) : undefined;
    if (!force) refuseForeign({ folder, federation, list, present });
    refuseDetours(folder, files);

    const before = list?.paths ?? [];
    const changed = [...files].filter(([path, text]) => !present.has(path) || textOf(folder, path) !== text);
    const gone = before.filter((path) => present.has(path) && !files.has(path));
    const lists = {
      // Whatever ends the program half-way: the next run knows all the files as its own.
      during: listText({ federation, paths: [...new Set([...before, ...files.keys()])] }),
      after: listText({ federation, paths: [...files.keys()] }),
    };
    if (changed.length + gone.length > 0 || textOf(folder, listName) !== lists.after) {
      const removals = gone.map((path) => [path, undefined] as const);
      replaceFiles({ folder, files: [[listName, lists.during], ...changed, ...removals, [listName, lists.after]] });
    }
    return { written: changed.length, unchanged: files.size - changed.length, removed: gone.length };
  } catch (error) {
    throw isFileError(error) ? cannotWrite(folder, error) : error;
  }
}

/** Node's own `recursive` never returns where the parent is there and nothing can be made in it, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** Folders that nobody means, also when they happen to be empty or when `force` is set. */
function refusePlace(folder: string): void {
  const real = realpathSync(folder);
  const inside = relative(real, realpathSync('.'));
  const reason =
    real === parse(real).root
      ? 'the root of the file system'
      : real === homedir()
        ? 'your home folder'
        : inside !== '' && !inside.startsWith('..')
          ? 'a folder above the one you are in'
          : undefined;
  if (reason !== undefined) throw new UsageError(`--out ${folder} is ${reason}.`, 'Name a folder of its own.');
}

/** Every file below the folder, and of links only the link. What a killed run left behind is cleared away. */
function filesIn(folder: string): ReadonlySet<string> {
  for (const name of readdirSync(folder)) if (isStaging(name)) rmSync(join(folder, name), { recursive: true });
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return new Set(files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll('\\', '/')));
}

interface Inspection {
  readonly folder: string;
  readonly federation: string;
  readonly list: FileList | undefined;
  readonly present: ReadonlySet<string>;
}

function refuseForeign({ folder, federation, list, present }: Inspection): void {
  if (list !== undefined && list.federation !== federation) {
    throw new UsageError(
      `${folder} holds the files of the federation ${list.federation}, not of ${federation}.`,
      'Take a folder for each federation; after a change of the name, --force-out goes on.',
    );
  }
  const ours = new Set([listName, ...(list?.paths ?? [])]);
  const foreign = [...present].filter((path) => !ours.has(path)).sort();
  if (foreign.length === 0) return;
  const some = foreign.slice(0, 5).join(', ');
  throw new UsageError(
    `${folder} holds files that aegis-xc did not write: ${some}${foreign.length > 5 ? ', …' : ''}`,
    'Take an empty folder. With --force-out they are left alone, unless they have the name of a manifest.',
  );
}

/** A link in the place of a cluster's folder would lead our files elsewhere. */
function refuseDetours(folder: string, files: ReadonlyMap<string, string>): void {
  for (const name of new Set([...files.keys()].map(dirname))) {
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (stats && !stats.isDirectory()) throw new UsageError(`${join(folder, name)} is not a folder.`);
  }
}

const textOf = (folder: string, path: string): string | undefined => {
  const file = join(folder, path);
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : undefined;
};

const isFileError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;

const cannotWrite = (folder: string, { message }: NodeJS.ErrnoException): UsageError =>
  new UsageError(`${folder} can't be written: ${message}`, 'Nothing in it was changed.');
