import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheRoot } from '../cache.ts';
import { runGo } from '../go.ts';
import { withLock } from '../lock.ts';
import type { Report } from '../progress.ts';

/**
 * The folder of that name in the cache, made if it is not there. Of several processes that want it at once, one makes it
 * and the others wait; whoever sees it sees it whole. Where nothing is ever moved (a Python environment knows its own
 * path), `inPlace` makes it under its name and marks it when it is complete.
 */
export async function cached(
  name: string,
  make: (folder: string) => Promise<void>,
  { report, inPlace = false }: { report: Report; inPlace?: boolean },
): Promise<string> {
  const home = join(cacheRoot(), name);
  const mark = inPlace ? join(home, 'complete') : home;
  if (existsSync(mark)) return home;
  const makeIt = async () => {
    if (existsSync(mark)) return;
    await removeUnfinished(home);
    const folder = inPlace ? home : `${home}.building-${process.pid}`;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    try {
      await make(folder);
      if (inPlace) await mkdir(mark);
      else await rename(folder, home);
    } finally {
      if (!inPlace) await rm(folder, { recursive: true, force: true });
    }
  };
  await withLock(`${home}.lock`, makeIt, { onWait: () => report('waiting') });
  return home;
}

/** The hash of values and of the files in folders: all that decides about the result of a build. */
export async function fingerprint(values: unknown, folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(values));
  for (const folder of folders) {
    for (const name of (await readdir(folder)).sort()) {
      const text = await readFile(join(folder, name));
      hash.update(`\n${name} ${text.length}\n`).update(text);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Builds programs of a Go module into a folder, with the counts that tell how far it is. */
export async function buildPrograms(
  {
    cwd,
    packages,
    flags,
    folder,
  }: { cwd: string; packages: readonly string[]; flags: readonly string[]; folder: string },
  report: Report,
): Promise<void> {
  report('download');
  const stale = await runGo(['list', ...flags, '-deps', '-f', '{{if .Stale}}{{.ImportPath}}{{end}}', ...packages], {
    cwd,
  });
  const total = stale.split('\n').filter((line) => line !== '').length;
  let done = 0;
  const onLine = () => {
    done += 1;
    if (done < total) report('compile', done, total);
    else report('link');
  };
  await runGo(['build', ...flags, '-v', '-o', `${folder}/`, ...packages], { cwd, onLine });
}

/** What builds left behind that were killed. */
async function removeUnfinished(home: string): Promise<void> {
  await mkdir(dirname(home), { recursive: true });
  for (const name of await readdir(dirname(home))) {
    if (name.startsWith(`${basename(home)}.building-`)) {
      await rm(join(dirname(home), name), { recursive: true, force: true });
    }
  }
}
