import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built program, as a user calls it; `test/support/build.ts` keeps it fresh. */
export const launcher = fileURLToPath(new URL('../../bin/aegis-xc.js', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs it to its end, off a terminal. */
export const aegisXc = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
  runProgram(process.execPath, [launcher, ...args], options);

/** Runs a line of bash in which `aegis-xc` is the program. */
export const bash = (line: string, options: CliOptions = {}): Promise<CliResult> =>
  runProgram('bash', ['-c', `aegis-xc() { '${process.execPath}' '${launcher}' "$@"; }; ${line}`], options);

export const runProgram = (command: string, args: readonly string[], options: CliOptions): Promise<CliResult> =>
  startProgram(command, args, options).ended;

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
}

/** Starts it off a terminal, for somebody who wants to send it a signal on the way. */
export const startAegisXc = (args: readonly string[], options: CliOptions = {}): Running =>
  startProgram(process.execPath, [launcher, ...args], options);

function startProgram(command: string, args: readonly string[], { cwd, stdin = '', env = {} }: CliOptions): Running {
  const child = spawn(command, args, { cwd, env: { ...cleanEnv(), ...env } });
  const ended = new Promise<CliResult>((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    // A program that ends without reading its input closes the pipe: no failure of the test.
    child.stdin.on('error', () => {}).end(stdin);
  });
  return { child, ended };
}

/** What the test runner sets would change what is tested. */
function cleanEnv(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _force, NO_COLOR: _no, NODE_OPTIONS: _options, KUBECONFIG: _config, ...others } = process.env;
  const { GITHUB_ACTIONS: _actions, ...rest } = others;
  return rest;
}
