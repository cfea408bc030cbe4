import { spawn } from 'node:child_process';

/** What a command came to. */
export interface Ran {
  /** 124 when the time was over, 128 and more when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | undefined;
  /** Instead of this process's own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Default 60 s. */
  readonly timeoutMs?: number | undefined;
  /** Ends the command early, as Ctrl-C would. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs a command to its end. Throws only when it can't be started. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { stdin = '', env, cwd, timeoutMs = 60_000, signal } = options;
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    const interrupt = () => child.kill('SIGINT');
    signal?.addEventListener('abort', interrupt, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
      resolve({ code: isLate ? 124 : (code ?? 128), ...output });
    });
    child.stdin.on('error', () => {}); // it may end before it has read everything
    child.stdin.end(stdin);
  });
}

/** Runs a command that has to succeed, and yields what it prints. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(argv, options);
  if (code !== 0) throw new Error(`${argv.join(' ')}: exit ${code}\n${stderr || stdout}`.trim());
  return stdout;
}

/** Several commands in one shell, which stops at the first that fails. */
export const script = (text: string): Promise<string> => must(['sh', '-euc', text]);
