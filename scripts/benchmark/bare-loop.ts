import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher, request } from 'undici';
import { readKubeconfig } from '../../test/bench/kubeconfig.ts';
import type { BareRequests } from './bare-requests.ts';

/**
 * What the API servers alone cost: requests over one pool per cluster, made ready before, without looking at any answer.
 *
 *     bare-loop.ts apply|list KUBECONFIG CLUSTER=REQUESTS...
 *
 * `apply`: a dry-run of every object of every cluster, then a PATCH of each. `list`: one list per kind.
 */
const [verb, kubeconfig = '', ...inputs] = process.argv.slice(2);

await Promise.all(
  inputs.map(async (input) => {
    const [context = '', file = ''] = input.split('=');
    const { server, ca, cert, key } = readKubeconfig(kubeconfig, context);
    const dispatcher = new Agent({ connections: 16, pipelining: 1, connect: { ca, cert, key } });
    const { patches, lists }: BareRequests = JSON.parse(readFileSync(file, 'utf8'));
    const patch = (query: string) =>
      sixteenAtOnce(patches, ({ path, body }) => send('PATCH', `${server}${path}?${query}`, dispatcher, body));
    if (verb === 'list') await sixteenAtOnce(lists, (path) => send('GET', `${server}${path}?limit=500`, dispatcher));
    else {
      const query = 'fieldManager=bare&force=true&fieldValidation=Strict';
      await patch(`${query}&dryRun=All`);
      await patch(query);
    }
    await dispatcher.close();
  }),
);

async function sixteenAtOnce<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  const take = async (): Promise<void> => {
    for (const one of rest) await work(one);
  };
  await Promise.all(Array.from({ length: 16 }, take));
}

async function send(method: 'GET' | 'PATCH', url: string, dispatcher: Dispatcher, sent?: string): Promise<void> {
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const { statusCode, body } = await request(url, { method, dispatcher, ...(sent && { headers, body: sent }) });
  const text = await body.text();
  if (statusCode > 201) throw new Error(`${url}: ${statusCode} ${text}`);
}
