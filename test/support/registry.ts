import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where packages live that only a few tests need: outside the checkout, so that a fresh clone finds them. Safe to delete. */
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'aegis-xc', 'packages');

/**
 * The `node_modules` with this package (`node@22`), installed the first time somebody asks for it; undefined when the registry does
 * not answer, and then the tests that need it are skipped.
 */
export function installedPackage(name: string, version: string): string | undefined {
  const folder = join(cache, `${name.replaceAll(/[@/]/g, '_')}-${version}`);
  if (existsSync(folder)) return join(folder, 'node_modules');
  mkdirSync(cache, { recursive: true });
  // Under another name until it is whole: several runs may do this at the same time.
  const draft = mkdtempSync(`${folder}.`);
  const args = ['install', '--prefix', draft, '--no-audit', '--no-fund', '--no-package-lock', `${name}@${version}`];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8', timeout: 180_000 });
  try {
    if (status === 0) renameSync(draft, folder);
    else process.stderr.write(`${name}@${version} could not be installed: ${stderr.trim().split('\n').at(-1)}\n`);
  } catch {
    // Another run was faster.
  }
  rmSync(draft, { recursive: true, force: true });
  return existsSync(folder) ? join(folder, 'node_modules') : undefined;
}
