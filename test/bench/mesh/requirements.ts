import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { installPackages, packagesFor } from '../../support/debian.ts';
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
  const names = packagesFor(packages);
  if (findPostgres() === undefined) names.push('postgresql');
  if (names.length === 0) return;
  say(`installing ${names.join(', ')}`);
  const reason = await installPackages(names);
  if (reason !== undefined) throw new CannotRun(`${names.join(', ')} could not be installed: ${reason}`);
}

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

/** The folder with `postgres` and `initdb`, which Debian keeps off the PATH. */
export function findPostgres(): string | undefined {
  return ['18', '17', '16', '15', '14', '13'].map((version) => `/usr/lib/postgresql/${version}/bin`).find(existsSync);
}
