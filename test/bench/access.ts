import { spawn } from 'node:child_process';
import { Agent, type AgentOptions, request as httpsRequest } from 'node:https';
import { dirname, join } from 'node:path';
import type { Json } from '../../src/json.ts';
import { readKubeconfig } from './kubeconfig.ts';

/** One cluster as its administrator sees it. */
export interface ClusterAccess {
  readonly context: string;
  /** `https://127.0.0.1:24680` */
  readonly server: string;
  readonly kubeconfig: string;
  /** One request to the API server. Yields whatever answer comes; throws when none does within `timeoutMs`. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** Yields what kubectl prints; throws with what it complains about. */
  kubectl(args: readonly string[], stdin?: string): Promise<string>;
}

export interface RequestOptions {
  readonly body?: Json;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Default `application/json`. */
  readonly accept?: string;
  /** Default 30 s. */
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The text, parsed. */
  json(): unknown;
}

/** Everything is read from the kubeconfig, so a process that did not start the bench gets in as well. */
export function accessCluster(door: Door): ClusterAccess {
  const { kubeconfig, context } = door;
  const { server, ...identity } = readKubeconfig(kubeconfig, context);
  const agent = keptAlive(identity);
  return {
    context,
    server,
    kubeconfig,
    request: (method, path, options) => send(agent, method, new URL(path, server), options),
    kubectl: (args, stdin = '') => runKubectl(door, args, stdin),
  };
}

/**
 * Connections that are used again, but not when they have been idle for long: an API server closes them after 90 s, and a
 * request that is sent in that moment ends with "socket hang up".
 */
export const keptAlive = (options: AgentOptions): Agent => new Agent({ keepAlive: true, timeout: 30_000, ...options });

interface Door {
  /** Path of the program. */
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly context: string;
}

function send(agent: Agent, method: string, url: URL, options: RequestOptions = {}): Promise<Answer> {
  const { body, contentType = 'application/json', accept = 'application/json', timeoutMs = 30_000 } = options;
  const text = body === undefined ? undefined : JSON.stringify(body);
  // Node adds no length to a DELETE, and its body would be read as the next request
  const length = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) };
  const headers = { 'content-type': contentType, accept, ...length };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const request = httpsRequest(url, { agent, method, signal, headers });
    request.once('error', reject);
    request.once('response', (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer += chunk;
      });
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, text: answer, json: () => JSON.parse(answer) }),
      );
    });
    request.end(text);
  });
}

function runKubectl(
  { kubectl: program, kubeconfig, context }: Door,
  args: readonly string[],
  stdin: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(dirname(kubeconfig), 'kubectl-cache') };
    const kubectl = spawn(program, ['--context', context, ...args], { env });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      kubectl[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    kubectl.once('error', reject);
    kubectl.once('close', (code) => {
      if (code === 0) resolve(output.stdout);
      else reject(new Error(`kubectl ${args.join(' ')} (${context}): ${output.stderr || output.stdout}`));
    });
    kubectl.stdin.on('error', () => {}); // it may end before it has read everything
    kubectl.stdin.end(stdin);
  });
}
