import type { AccessLogEntry } from '../test/bench/mesh/access-log.ts';
import { eventually } from '../test/bench/mesh/eventually.ts';
import type { Mesh } from '../test/bench/mesh/mesh.ts';

const url = 'http://backend-api.cluster-b.local/api/health';
const frontend = { namespace: 'shop', app: 'frontend' };
const reporting = { namespace: 'shop', app: 'reporting' };
const backend = { namespace: 'backend', app: 'backend-api' };

type Say = (text: string) => void;

/** The two calls of `examples/service-to-service`, and what the proxies at both ends say of them. */
export async function showCalls(mesh: Mesh, say: Say): Promise<void> {
  say(heading('A call that is allowed'));
  await showCall(mesh, frontend, 200, say);
  say(heading('A call that is refused: another service account of the same namespace'));
  await showCall(mesh, reporting, 403, say);
}

/** Makes the call until it has the status that the README of the example promises. */
async function showCall(mesh: Mesh, from: typeof frontend, wanted: number, say: Say): Promise<void> {
  say(`$ kubectl --context cluster-a -n ${from.namespace} exec deploy/${from.app} -- curl -si ${url}`);
  const answer = await eventually(async () => {
    const since = new Date();
    const { status, body } = await mesh.request('cluster-a', from, url);
    if (status !== wanted) throw new Error(`${from.app} got ${status}, not ${wanted}`);
    return { since, status, body };
  });
  say(`HTTP ${answer.status}   ${answer.body.trim().split('\n')[0]?.slice(0, 140)}`);
  await eventually(() => {
    const near = last(mesh.accessLog('cluster-a', from, { since: answer.since }));
    const far = last(mesh.accessLog('cluster-b', backend, { since: answer.since }));
    say(`\n  sidecar of ${from.app}: ${near.status} ${near.upstream}, the server is ${near.server}`);
    say(
      `  sidecar of backend-api: ${far.status} ${far.method} ${far.path}, the caller is ${far.peer} ${far.details ?? ''}`,
    );
  });
}

function last(entries: readonly AccessLogEntry[]): AccessLogEntry {
  const entry = entries.at(-1);
  if (entry === undefined) throw new Error('not logged yet');
  return entry;
}

export const heading = (text: string): string => `\n── ${text} ${'─'.repeat(Math.max(0, 90 - text.length))}`;
