import { UsageError } from '../errors.ts';

export interface Reading {
  /** What is looked for: `file`, or `file or folder`. */
  readonly what?: string;
  /** What to do when it is not there. */
  readonly missing?: string;
  /** What to do when it is a folder. */
  readonly folder?: string;
}

/** What node:fs rejects with, in the user's words. */
export function cannotRead(path: string, error: unknown, { what = 'file', missing, folder }: Reading = {}): UsageError {
  const { code, message } = error as NodeJS.ErrnoException; // What node:fs rejects with.
  if (path === '') return new UsageError(`An empty name is no ${what}.`, missing);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new UsageError(`There is no ${what} ${path}.`, missing);
  if (code === 'EISDIR') return new UsageError(`${path} is a folder.`, folder);
  if (code === 'EACCES' || code === 'EPERM') return new UsageError(`${path} can't be read: access is denied.`);
  return new UsageError(`${path} can't be read: ${message}`);
}
