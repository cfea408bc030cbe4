import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from '../guard.ts';

export interface Process {
  readonly pid: number;
  /** 128 and more when a signal ended it. */
  readonly exit: Promise<number>;
  isRunning(): boolean;
  /** Of it and of all that it has started. */
  signal(signal: NodeJS.Signals): void;
  /** Asks, waits, and makes sure. */
  end(graceMs: number): Promise<void>;
  /** At once. Its children first, so that it sees them end: in a container there may be nobody else to bury them. */
  kill(): Promise<void>;
}

export interface ProcessOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly log: string;
  /** The network namespace to run in. */
  readonly netns?: string | undefined;
  /** Where to keep its pid, for those that run outside of network namespaces. */
  readonly pidFile?: string | undefined;
  /** Gets the lines of stdout instead of the log. */
  readonly onLine?: (line: string) => void;
}

/** In a session of its own, so that it can be ended with all its children, and Ctrl-C in a terminal does not reach it. */
export function start(argv: readonly string[], options: ProcessOptions): Process {
  const { env, cwd, log, netns, pidFile, onLine } = options;
  const [program = '', ...args] = netns === undefined ? argv : ['ip', 'netns', 'exec', netns, ...argv];
  const file = openSync(log, 'a', 0o666);
  const stdout = onLine ? 'pipe' : file;
  const child = spawn(program, args, { env, cwd, stdio: ['ignore', stdout, file], detached: true });
  closeSync(file);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} could not be started`);
  child.unref();
  if (onLine) listen(child, onLine);
  const exit = once(child, 'exit').then(async ([code]) => {
    if (pidFile !== undefined) await rm(pidFile, { force: true });
    return typeof code === 'number' ? code : 128;
  });
  if (pidFile !== undefined) void writeFile(pidFile, `${identityOf(pid) ?? ''}\n`);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals) => signalOne(-pid, name);
  return {
    pid,
    exit,
    isRunning,
    signal,
    end: async (graceMs) => {
      if (!isRunning()) return;
      child.ref();
      signal('SIGTERM');
      await Promise.race([exit, sleep(graceMs, undefined, { ref: false })]);
      if (isRunning()) signal('SIGKILL');
      await exit;
    },
    kill: async () => {
      if (!isRunning()) return;
      child.ref();
      const children = await childrenOf(pid);
      for (const one of children) signalOne(one, 'SIGKILL');
      if (children.length > 0) await Promise.race([exit, sleep(500, undefined, { ref: false })]);
      if (isRunning()) signal('SIGKILL');
      await exit;
    },
  };
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has just ended
  }
}

function listen(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

export const pidFileIn = (folder: string, name: string): string => join(folder, 'pids', name);
