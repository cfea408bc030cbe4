import { spawn } from 'node:child_process';
import pLimit from 'p-limit';
import * as z from 'zod';
import type { JsonObject } from '../json.ts';
import type { ExecEntry } from './kubeconfig-file.ts';
import { SignInError } from './sign-in-error.ts';

/** What a plugin hands out: a token, or a certificate with its key, or both. */
export interface ExecCredential {
  readonly token: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** One user's plugin: run once, and again when what it gave has expired. */
export interface ExecPlugin {
  credential(signal?: AbortSignal): Promise<ExecCredential>;
  /** The server did not take it: the next call runs the plugin. */
  forget(): void;
}

export interface ExecOptions {
  readonly exec: ExecEntry;
  /** What `provideClusterInfo` asks for. */
  readonly cluster: JsonObject | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Somebody is at the terminal. */
  readonly interactive: boolean;
  readonly timeout?: number;
}

/**
 * Runs credential plugins as kubectl does: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 * Parallel callers share one run, and a plugin that waits for input can't hang the tool: its stdin is empty or the
 * terminal, never an open pipe, and its time is limited.
 */
export function execPlugin(options: ExecOptions): ExecPlugin {
  let running: Promise<Issued> | undefined;
  let issued: Issued | undefined;
  const run = async (signal: AbortSignal | undefined): Promise<Issued> => {
    try {
      issued = await issue(options, signal);
      return issued;
    } finally {
      running = undefined;
    }
  };
  return {
    async credential(signal) {
      if (issued !== undefined && issued.expires > Date.now()) return issued;
      running ??= run(signal);
      return running;
    },
    forget() {
      issued = undefined;
    },
  };
}

interface Issued extends ExecCredential {
  /** Milliseconds; infinity when the plugin names no end. */
  readonly expires: number;
}

/** Two plugins can't talk to one terminal at the same time. */
const terminal = pLimit(1);

const apiVersions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

async function issue(options: ExecOptions, signal: AbortSignal | undefined): Promise<Issued> {
  const { exec } = options;
  if (exec.apiVersion === undefined || !apiVersions.includes(exec.apiVersion)) {
    throw new SignInError(
      `The credential plugin ${exec.command} is set up for apiVersion "${exec.apiVersion ?? ''}", which does not exist any more.`,
      { hint: `Update the plugin and its entry in the kubeconfig: ${apiVersions.join(' or ')}.` },
    );
  }
  const usesTerminal = needsTerminal(options);
  const output = await (usesTerminal ? terminal(() => run(options, true, signal)) : run(options, false, signal));
  return read(output, exec);
}

function needsTerminal({ exec, interactive }: ExecOptions): boolean {
  if (exec.interactiveMode === 'Always' && !interactive) {
    throw new SignInError(`The credential plugin ${exec.command} wants to ask something, and this is not a terminal.`, {
      hint: `Run it at a terminal, or use a plugin whose interactiveMode is not "Always".`,
    });
  }
  return interactive && exec.interactiveMode !== 'Never';
}

const largestOutput = 1024 * 1024;

function run(options: ExecOptions, usesTerminal: boolean, signal: AbortSignal | undefined): Promise<string> {
  const { exec, env, timeout = 60_000 } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(exec.command, exec.args, {
      env: { ...env, ...environment(options, usesTerminal) },
      // stderr goes where ours goes, as with kubectl: it is how a plugin says "open this page", and nothing of it is kept
      stdio: [usesTerminal ? 'inherit' : 'ignore', 'pipe', 'inherit'],
    });
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      settle();
      child.kill('SIGKILL');
      // a grandchild may hold the pipe open
      child.stdout.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(tooSlow(exec, timeout)), timeout);
    const onAbort = (): void => fail(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.length > largestOutput) fail(unusable(exec, 'it wrote more than 1 MiB'));
    });
    child.on('error', (cause) => fail(notStarted(exec, cause)));
    child.on('close', (code, killedBy) => {
      if (code !== 0) return fail(failed(exec, code ?? killedBy));
      settle();
      resolve(output);
    });
  });
}

function environment({ exec, cluster }: ExecOptions, interactive: boolean): NodeJS.ProcessEnv {
  const spec = { interactive, ...(exec.provideClusterInfo && cluster ? { cluster } : {}) };
  return {
    ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify({ apiVersion: exec.apiVersion, kind: 'ExecCredential', spec }),
  };
}

const execCredential = z.object({
  apiVersion: z.string(),
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().nullish(),
  }),
});

function read(output: string, exec: ExecEntry): Issued {
  const parsed = execCredential.safeParse(parseJson(output, exec));
  if (!parsed.success) throw unusable(exec, 'it wrote no ExecCredential with a status');
  const { apiVersion, status } = parsed.data;
  const { token, clientCertificateData: certificate, clientKeyData: key, expirationTimestamp } = status;
  if (apiVersion !== exec.apiVersion) throw unusable(exec, `it answers in ${apiVersion}, not in ${exec.apiVersion}`);
  if ((certificate === undefined) !== (key === undefined)) throw unusable(exec, 'certificate and key belong together');
  if (!token && !certificate) throw unusable(exec, 'it wrote neither a token nor a certificate');
  const expires = expirationTimestamp ? Date.parse(expirationTimestamp) : Number.POSITIVE_INFINITY;
  if (Number.isNaN(expires)) throw unusable(exec, 'its expirationTimestamp is not a time');
  return { token: token || undefined, certificate, key, expires };
}

function parseJson(output: string, exec: ExecEntry): unknown {
  try {
    return JSON.parse(output);
  } catch {
    // without the cause: its message quotes the output, which may hold a token
    throw unusable(exec, 'it did not write JSON');
  }
}

const notStarted = (exec: ExecEntry, cause: Error): SignInError =>
  'code' in cause && cause.code === 'ENOENT'
    ? new SignInError(`The credential plugin ${exec.command} is not installed.`, { hint: exec.installHint, cause })
    : new SignInError(`The credential plugin ${exec.command} can't be started: ${cause.message}.`, { cause });

const failed = (exec: ExecEntry, code: number | string | null): SignInError =>
  new SignInError(
    `The credential plugin ${exec.command} failed (${typeof code === 'number' ? `exit code ${code}` : (code ?? 'no exit code')}).`,
    {
      hint: 'What it wrote is above. Often its own sign-in has expired.',
    },
  );

const tooSlow = (exec: ExecEntry, timeout: number): SignInError =>
  new SignInError(`The credential plugin ${exec.command} did not answer within ${timeout / 1000} s.`, {
    hint: 'Run "kubectl get namespaces" once with this context: it may want to ask something.',
  });

const unusable = (exec: ExecEntry, what: string): SignInError =>
  new SignInError(`The credential plugin ${exec.command} gave no usable credentials: ${what}.`);
