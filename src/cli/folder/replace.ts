import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Replacement {
  readonly folder: string;
  /** Paths in the folder; `undefined` removes the file. In this order they come into their place. */
  readonly files: readonly (readonly [path: string, text: string | undefined])[];
}

const stagingPrefix = '.aegis-xc-staging-';

/** What an earlier run left that was killed. */
export const isStaging = (name: string): boolean => name.startsWith(stagingPrefix);

/**
 * Writes and removes several files, or none: everything is written beside the folder's files first, where a full disk does no harm,
 * and then moved into its place, the old files out of it. A failure moves back what was moved.
 */
export function replaceFiles({ folder, files }: Replacement): void {
  const staging = mkdtempSync(join(folder, stagingPrefix));
  const undo: (() => void)[] = [];
  const move = (from: string, to: string): void => {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
    undo.push(() => renameSync(to, from));
  };
  try {
    for (const [index, [, text]] of files.entries()) {
      if (text !== undefined) writeFileSync(join(staging, `${index}.new`), text);
    }
    for (const [index, [path, text]] of files.entries()) {
      const place = join(folder, path);
      if (existsSync(place)) move(place, join(staging, `${index}.old`));
      if (text !== undefined) move(join(staging, `${index}.new`), place);
    }
  } catch (error) {
    for (const back of undo.reverse()) back();
    throw error;
  } finally {
    rmSync(staging, { recursive: true });
    removeEmptyFolders(
      folder,
      files.map(([path]) => dirname(path)),
    );
  }
}

function removeEmptyFolders(folder: string, names: readonly string[]): void {
  for (const name of new Set(names)) {
    const path = join(folder, name);
    if (name !== '.' && existsSync(path) && readdirSync(path).length === 0) rmdirSync(path);
  }
}
