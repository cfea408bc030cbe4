import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { identityOf } from './guard.ts';
import { must } from './shell.ts';
import { folderPrefix } from './topology.ts';

/** What this machine has of one mesh bench. */
export interface Remains {
  /** Those that name its folder or are in it, and those in its network namespaces. */
  readonly processes: readonly Found[];
  readonly namespaces: readonly string[];
  readonly folders: readonly string[];
}

export interface Found {
  readonly identity: string;
  readonly command: string;
}

export const isStillThere = ({ identity }: Found): boolean => identityOf(Number(identity.split(' ')[0])) === identity;

export async function remainsOf(folder: string): Promise<Remains> {
  const id = basename(folder).slice(folderPrefix.length);
  const isOwn = (name: string) => name.startsWith(`axc-${id}-`);
  const namespaces = (await must(['ip', 'netns', 'list'])).split(/\s+/).filter(isOwn);
  const within = await Promise.all(namespaces.map((name) => must(['ip', 'netns', 'pids', name]).catch(() => '')));
  const outside = list('/proc').filter((pid) => /^\d+$/.test(pid) && mentions(pid, folder));
  const pids = new Set([...within.join('\n').split('\n').filter(Boolean), ...outside]);
  return {
    processes: [...pids].flatMap(describe),
    namespaces,
    folders: [...list(tmpdir()).filter((name) => name.includes(basename(folder))), ...list('/etc/netns').filter(isOwn)],
  };
}

/** The network of the machine itself, which is nothing to any bench. */
export async function ownNetwork(): Promise<{ links: string[]; rules: string[] }> {
  const links = (await must(['ip', '-o', 'link'])).split('\n').map((line) => line.split(': ')[1] ?? '');
  const rules = (await must(['iptables-save'])).split('\n').filter((line) => line.startsWith('-A'));
  return { links, rules };
}

function describe(pid: string): Found[] {
  const identity = identityOf(Number(pid));
  const command = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '').replaceAll('\0', ' ');
  return identity === undefined ? [] : [{ identity, command }];
}

function mentions(pid: string, folder: string): boolean {
  const reads = [
    () => readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
    () => readFileSync(`/proc/${pid}/environ`, 'utf8'),
    () => readlinkSync(`/proc/${pid}/cwd`),
  ];
  return reads.some((read) => attempt(read, '').includes(folder));
}

const list = (folder: string): string[] => attempt(() => readdirSync(folder), []);

/** A process may end, and a folder go, while it is looked at. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
