import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from '../bench/mesh/shell.ts';

/** The folders of root's programs are not always on the PATH. */
export const searchPath = [...new Set(`${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`.split(':'))].join(':');

export function findProgram(name: string): string | undefined {
  return searchPath
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** The packages of those programs that are missing; `programs` says which package brings each. */
export const packagesFor = (programs: Readonly<Record<string, string>>): string[] => {
  const missing = Object.entries(programs).filter(([program]) => findProgram(program) === undefined);
  return [...new Set(missing.map(([, name]) => name))].sort();
};

/** Installs Debian packages. Yields the reason when that can't be done. */
export async function installPackages(names: readonly string[]): Promise<string | undefined> {
  if (findProgram('apt-get') === undefined) return 'there is no apt-get';
  if (process.getuid?.() !== 0) return 'apt-get needs root';
  const env = { PATH: searchPath, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) => run(['apt-get', ...args], { env, timeoutMs: 600_000 });
  const install = () => apt('install', '-y', '-q', '--no-install-recommends', ...names);
  if ((await install()).code === 0) return undefined;
  await apt('update', '-q'); // an image has no package lists, or old ones
  const { code, stderr } = await install();
  return code === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? '');
}
