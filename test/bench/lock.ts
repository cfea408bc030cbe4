import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while no other process has the lock file, and waits for its turn. Whoever holds it touches the file
 * every few seconds; the lock of a process that died is taken over. Two that take over at the same moment may both
 * go on, so what they make must be put in its place by one rename.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  { onWait = () => {} }: { onWait?: () => void } = {},
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const holder = `${hostname()} ${process.pid} ${randomUUID()}`;
  while (!(await take(file, holder))) {
    onWait();
    await sleep(300);
  }
  const heartbeat = setInterval(() => touch(file), heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await read(file)) === holder) await rm(file, { force: true });
  }
}

/** Whether a living process has the lock. */
export async function isLocked(file: string): Promise<boolean> {
  const holder = await read(file);
  return holder !== undefined && !(await isDead(file, holder));
}

const heartbeatMs = 2_000;
const silenceMs = 30_000;

async function take(file: string, holder: string): Promise<boolean> {
  const other = await read(file);
  if (other !== undefined) {
    if (!(await isDead(file, other))) return false;
    await clear(file, other);
  }
  return writeFile(file, holder, { flag: 'wx' }).then(
    () => true,
    () => false,
  );
}

/** Moved aside before it is looked at again: of two that clear the same dead lock, only one moves it. */
async function clear(file: string, dead: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  if (!(await rename(file, aside).then(...asBoolean))) return;
  const isTheDeadOne = (await read(aside)) === dead;
  if (isTheDeadOne) await rm(aside, { force: true });
  else await rename(aside, file); // somebody was faster, and this is already the new one
}

/** On another machine (a shared home) or in another container a pid says nothing; there only silence does. */
async function isDead(file: string, holder: string): Promise<boolean> {
  const [host, pid] = holder.split(' ');
  if (host === hostname() && pid !== undefined && !isAlive(Number(pid))) return true;
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
  return Date.now() - mtimeMs > silenceMs;
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

const read = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);
const touch = (file: string): Promise<void> => utimes(file, new Date(), new Date()).catch(() => {});
const asBoolean = [() => true, () => false] as const;
