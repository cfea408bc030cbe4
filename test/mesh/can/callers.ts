import type { Caller, Question } from '../../../src/access/question.ts';
import { mesh } from '../../bench/mesh/fixtures.ts';
import { home } from './random-policies.ts';

interface TestCaller {
  readonly who: Caller;
  readonly app: string;
}

const caller = (cluster: string, namespace: string, serviceAccount: string, sidecar = true): TestCaller => ({
  who: { cluster, namespace, serviceAccount, sidecar },
  app: serviceAccount,
});

/** From the other cluster, from beside the targets, and without a sidecar. */
export const callers: readonly TestCaller[] = [
  caller('cluster-a', 'shop', 'frontend'),
  caller('cluster-a', 'shop', 'reporting'),
  caller('cluster-a', 'web', 'web'),
  caller('cluster-b', home, 'batch'),
  caller('cluster-b', 'other', 'curious'),
  caller('cluster-b', 'plain', 'plain', false),
];

export interface CallResult {
  readonly allowed: boolean;
  readonly status: number;
  /** curl's exit code. */
  readonly exit: number;
}

/** Makes the calls, those of one caller by one curl, one after the other. */
export async function send(questions: readonly Question[]): Promise<ReadonlyMap<Question, CallResult>> {
  const results = new Map<Question, CallResult>();
  await Promise.all(
    callers.map(async ({ who, app }) => {
      const own = questions.filter((question) => question.caller === who);
      if (own.length === 0) return;
      const target = { namespace: who.namespace, app };
      const ran = await mesh.exec(who.cluster, target, ['curl', '-sS', '-K', '-'], {
        stdin: own.map(curlEntry).join('next\n'),
        timeoutMs: 60_000,
      });
      const lines = ran.stdout.trim().split('\n');
      for (const [n, question] of own.entries()) {
        const [status = 0, exit = -1] = (lines[n] ?? '').split(' ').map(Number);
        results.set(question, { status, exit, allowed: exit === 0 && ![0, 400, 403, 503].includes(status) });
      }
    }),
  );
  return results;
}

const curlEntry = (question: Question): string =>
  [
    `url = "${urlOf(question).replaceAll('\\', '\\\\')}"`,
    `request = "${question.method ?? 'GET'}"`,
    'path-as-is',
    'output = "/dev/null"',
    'max-time = 4',
    'write-out = "%{http_code} %{exitcode}\\n"',
    '',
  ].join('\n');

function urlOf({ caller: who, service: { name }, host, port, path = '/' }: Question): string {
  if (!who.sidecar) {
    const [pod] = mesh.pods('cluster-b', { namespace: home, app: name });
    return `http://${pod?.address}:${port.targetPort}${path}`;
  }
  const dialled = who.cluster === 'cluster-b' ? `${name}.${home}` : host;
  return `http://${dialled}${port.number === 80 ? '' : `:${port.number}`}${path}`;
}
