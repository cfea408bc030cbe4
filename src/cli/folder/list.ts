import { UsageError } from '../../errors.ts';

/** No `.yaml` or `.json`, so that no GitOps tool takes it for a manifest. */
export const listName = '.aegis-xc-files';

/** Which files of a folder are ours, and of which federation they are. */
export interface FileList {
  readonly federation: string;
  readonly paths: readonly string[];
}

export const listText = ({ federation, paths }: FileList): string =>
  [
    '# Written by `aegis-xc render --out`: the files here that it may overwrite and remove.',
    `federation ${federation}`,
    ...paths.toSorted(),
    '',
  ].join('\n');

export function parseList(text: string): FileList {
  const [, owner = '', ...paths] = text.split('\n').slice(0, -1);
  const [, federation] = /^federation ([-a-z0-9]+)$/.exec(owner) ?? [];
  if (federation === undefined || !paths.every((path) => ourPath.test(path))) {
    throw new UsageError(
      `The list of files in ${listName} is damaged.`,
      'Restore it from Git, or remove the folder and render again.',
    );
  }
  return { federation, paths };
}

// The list may come out of anybody's Git repository: nothing in it may point out of the folder.
const ourPath = /^[a-z0-9][-a-z0-9]*\/[-a-z0-9.]+\.yaml$/;
