import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheRoot } from './cache.ts';
import { crdPins } from './crds.ts';
import { findGo, runGo } from './go.ts';
import { withLock } from './lock.ts';
import { type OnProgress, type Report, reporter } from './progress.ts';
import { growSeeds } from './seeds.ts';

/** What a bench is made of: paths in the cache. */
export interface BenchTools {
  /** The binary of `kube/`: API server with etcd, controller manager, … */
  readonly kb: string;
  /** … and kubectl, by another name. */
  readonly kubectl: string;
  /** What a cluster begins with (`seeds.ts`). */
  readonly seeds: string;
}

/**
 * Builds what is not in the cache yet. The first time on a machine it takes about nine minutes on two cores; `onProgress`
 * hears how far it is. Of several processes that want it at once, one builds and the others wait.
 */
export async function buildBench({
  onProgress = () => {},
}: {
  onProgress?: OnProgress | undefined;
} = {}): Promise<BenchTools> {
  const recipe = await readRecipe();
  const home = join(cacheRoot(), recipe.hash);
  const report = reporter(onProgress);
  if (!existsSync(home)) {
    await withLock(
      `${home}.lock`,
      async () => {
        if (!existsSync(home)) await buildInto(home, recipe, report);
      },
      { onWait: () => report('waiting') },
    );
  }
  return { kb: join(home, 'kb'), kubectl: join(home, 'kubectl'), seeds: join(home, 'seeds.json') };
}

interface Recipe {
  readonly hash: string;
  readonly flags: readonly string[];
}

const kube = join(import.meta.dirname, 'kube');

/** To be raised when something else is made of the same sources. */
const format = 1;

/** The hash covers all that decides about the result: the compiler, the flags, the pins and the sources. */
async function readRecipe(): Promise<Recipe> {
  const goMod = await readFile(join(kube, 'go.mod'), 'utf8');
  const go = await findGo(kube, pinned(goMod, /^go (\S+)$/m));
  const flags = buildFlags(pinned(goMod, /^\s*k8s\.io\/kubernetes (v\S+)$/m));
  const hash = createHash('sha256').update(JSON.stringify([format, go, flags]));
  for (const folder of [kube, crdPins]) {
    for (const name of (await readdir(folder)).sort()) {
      const text = await readFile(join(folder, name));
      hash.update(`\n${name} ${text.length}\n`).update(text);
    }
  }
  return { hash: hash.digest('hex').slice(0, 16), flags };
}

function pinned(goMod: string, pattern: RegExp): string {
  const version = pattern.exec(goMod)?.[1];
  if (version === undefined) throw new Error(`test/bench/kube/go.mod has no line like ${pattern}`);
  return version;
}

/** A build from a module knows no version of its own, and clients want to hear one from /version. */
function buildFlags(version: string): string[] {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const stamps = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((place) => [
    `-X ${place}.gitVersion=${version}`,
    `-X ${place}.gitMajor=${major}`,
    `-X ${place}.gitMinor=${minor}`,
    `-X ${place}.gitTreeState=clean`,
  ]);
  return ['-mod=readonly', '-trimpath', '-buildvcs=false', `-ldflags=-s -w ${stamps.join(' ')}`];
}

/** In a folder beside it, then moved into place: whoever sees `home` sees it whole. */
async function buildInto(home: string, { flags }: Recipe, report: Report): Promise<void> {
  await removeUnfinished(home);
  const folder = `${home}.building-${process.pid}`;
  await mkdir(folder);
  try {
    const packages = await download(flags, report);
    await compile(join(folder, 'kb'), flags, packages, report);
    await symlink('kb', join(folder, 'kubectl'));
    report('seed');
    await growSeeds(join(folder, 'seeds.json'), { kb: join(folder, 'kb'), kubectl: join(folder, 'kubectl') });
    await rename(folder, home);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  report('done');
}

/** What builds left behind that were killed. */
async function removeUnfinished(home: string): Promise<void> {
  for (const name of await readdir(dirname(home))) {
    if (name.startsWith(`${basename(home)}.building-`)) {
      await rm(join(dirname(home), name), { recursive: true, force: true });
    }
  }
}

/** Fetches the sources, and yields how many packages are still to be compiled. */
async function download(flags: readonly string[], report: Report): Promise<number> {
  const sums = await readFile(join(kube, 'go.sum'), 'utf8');
  const modules = sums.split('\n').filter((line) => line !== '' && !line.includes('/go.mod ')).length;
  let done = 0;
  report('download');
  const missing = await runGo(['list', ...flags, '-deps', '-f', '{{if .Stale}}{{.ImportPath}}{{end}}', '.'], {
    cwd: kube,
    onLine: (line) => {
      if (line.startsWith('go: downloading ')) report('download', ++done, modules);
    },
  });
  return missing.split('\n').filter((line) => line !== '').length;
}

/** `go build -v` says the name of each package when it is compiled; the last one is the program itself. */
async function compile(kb: string, flags: readonly string[], packages: number, report: Report): Promise<void> {
  let done = 0;
  if (packages > 1) report('compile', done, packages);
  else report('link');
  await runGo(['build', ...flags, '-v', '-o', kb, '.'], {
    cwd: kube,
    onLine: () => {
      done += 1;
      if (done < packages) report('compile', done, packages);
      else report('link');
    },
  });
}
