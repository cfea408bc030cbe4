import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { totalmem } from 'node:os';

/** A process that runs until it is killed, or until this process ends. */
export interface Daemon {
  readonly pid: number;
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** At once: what it wrote is in the kernel, and nothing here has to survive a power cut. */
  kill(): Promise<void>;
  /** The end of its log, errors only, for a message. */
  complaints(): Promise<string>;
}

/**
 * For the Go programs of a bench: a third of an API server's processor time until it is ready goes into collecting garbage. Where
 * there is memory enough it is left. The limit has to be far: with one of 1 GiB, servers that had seen 20,000 writes did little but collect.
 */
export const collectRarely: Readonly<Record<string, string>> =
  totalmem() > 15e9 ? { GOGC: '400', GOMEMLIMIT: '2GiB' } : {};

/**
 * Starts `kb` with a pipe for stdin that is never written to: it ends with this process, even if that one is killed,
 * and `kb` ends with it. In a session of its own, so that Ctrl-C in a terminal reaches the tests but not the servers
 * under them.
 */
export function startDaemon(
  kb: string,
  args: readonly string[],
  { log, env }: { log: string; env: Readonly<Record<string, string>> },
): Daemon {
  const logFile = openSync(log, 'a');
  const child = spawn(kb, args, {
    stdio: ['pipe', logFile, logFile],
    detached: true,
    env: { ...collectRarely, ...process.env, ...env },
  });
  closeSync(logFile);
  const { pid } = child;
  child.on('error', () => {}); // a process that could not be started has no pid; a signal to a dead one is nothing
  if (pid === undefined) throw new Error(`${kb} could not be started`);
  letGo(child);
  const exit = once(child, 'exit');
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    pid,
    isRunning,
    signal: (signal) => child.kill(signal),
    kill: async () => {
      child.ref(); // or this process could end while it waits
      if (isRunning()) child.kill('SIGKILL');
      await exit;
    },
    complaints: () => complaintsIn(log),
  };
}

/** A bench that nobody stops must not keep its process from ending. */
function letGo(child: ChildProcess): void {
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
}

/** Kubernetes logs begin with the level: `E1123 14:29:24.113833 …`; what has no level at all is an early failure. */
async function complaintsIn(log: string): Promise<string> {
  const lines = (await readFile(log, 'utf8').catch(() => '')).trimEnd().split('\n');
  return lines
    .filter((line) => !/^[IW]\d{4} /.test(line))
    .slice(-15)
    .join('\n');
}
