import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { must, run } from './shell.ts';

/**
 * Sees that this machine can carry a mesh, and installs the Debian packages that are missing. Throws `CannotRun` with
 * the reason when it can't.
 */
export async function prepareMachine(say: (text: string) => void = () => {}): Promise<void> {
  if (process.platform !== 'linux') throw new CannotRun('network namespaces exist on Linux only');
  if (process.getuid?.() !== 0) throw new CannotRun('network namespaces need root');
  await installMissing(say);
  await tryNetworkNamespace();
  await allowWatchers(say);
}

/** The machine lacks something that we can't bring. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

/** Programs, and the Debian package that brings each. */
const packages: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  iptables: 'iptables',
  setpriv: 'util-linux',
  sysctl: 'procps',
  curl: 'curl',
  openssl: 'openssl',
  psql: 'postgresql-client',
  'nats-server': 'nats-server',
};

async function installMissing(say: (text: string) => void): Promise<void> {
  const missing = Object.keys(packages).filter((program) => findProgram(program) === undefined);
  const wanted = new Set(missing.map((program) => packages[program] ?? program));
  if (findPostgres() === undefined) wanted.add('postgresql');
  if (wanted.size === 0) return;
  const names = [...wanted].sort();
  if (findProgram('apt-get') === undefined)
    throw new CannotRun(`missing: ${names.join(', ')}, and there is no apt-get`);
  say(`installing ${names.join(', ')}`);
  const env = { PATH: searchPath, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () =>
    run(['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...names], { env, timeoutMs });
  if ((await install()).code === 0) return;
  await run(['apt-get', 'update', '-q'], { env, timeoutMs }); // an image has no package lists, or old ones
  const { code, stderr } = await install();
  if (code !== 0)
    throw new CannotRun(`apt-get could not install ${names.join(', ')}: ${stderr.trim().split('\n').at(-1)}`);
}

const timeoutMs = 600_000;

/** A container may be root and still not be allowed to. */
async function tryNetworkNamespace(): Promise<void> {
  const name = `axc-try-${randomUUID().slice(0, 8)}`;
  try {
    await must(['ip', 'netns', 'add', name]);
    await must(['ip', 'netns', 'exec', name, 'iptables', '-w', '-t', 'nat', '-L', '-n']);
  } catch (error) {
    throw new CannotRun(`this machine makes no network namespaces: ${String(error)}`);
  } finally {
    await run(['ip', 'netns', 'del', name]);
  }
}

/**
 * Each API server watches three files, each istiod and each pilot-agent two, and Linux lets one user have 128 such watches. An
 * agent that gets none ends with `couldn't initialize inotify: too many open files`: two pairs of meshes with their
 * workloads and a third one are enough.
 */
async function allowWatchers(say: (text: string) => void): Promise<void> {
  const setting = 'fs.inotify.max_user_instances';
  if (Number(await must(['sysctl', '-n', setting])) >= watchers) return;
  const { code } = await run(['sysctl', '-qw', `${setting}=${watchers}`]);
  say(code === 0 ? `${setting} is ${watchers} now` : `${setting} can't be raised: many meshes at once may not start`);
}

const watchers = 1024;

/** The folders of root's programs are not always on the PATH. */
export const searchPath = [...new Set(`${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`.split(':'))].join(':');

export function findProgram(name: string): string | undefined {
  return searchPath
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** The folder with `postgres` and `initdb`, which Debian keeps off the PATH. */
export function findPostgres(): string | undefined {
  return ['18', '17', '16', '15', '14', '13'].map((version) => `/usr/lib/postgresql/${version}/bin`).find(existsSync);
}
