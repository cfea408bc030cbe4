import { Agent, get } from 'node:https';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { readKubeconfig } from '../../kubeconfig.ts';

export interface Watch {
  stop(): void;
}

export interface Watched<T> {
  readonly kubeconfig: string;
  readonly context: string;
  /** `/api/v1/pods` */
  readonly path: string;
  readonly schema: z.ZodType<T>;
  /** What an object is known by; by default its UID. */
  onChange(object: T): void;
  onGone(object: T): void;
}

/**
 * Keeps up with the objects of one kind, through restarts of the API server as well: what went while nobody was
 * connected is noticed when the list is read again.
 */
export function watchObjects<T extends Watchable>(watched: Watched<T>): Watch {
  const { server, ...identity } = readKubeconfig(watched.kubeconfig, watched.context);
  const agent = new Agent({ keepAlive: true, ...identity });
  const stopping = new AbortController();
  const known = new Map<string, T>();
  const connection = { agent, url: new URL(watched.path, server), signal: stopping.signal };

  const put = (object: T) => {
    known.set(object.metadata.uid, object);
    watched.onChange(object);
  };
  const remove = (object: T) => {
    known.delete(object.metadata.uid);
    watched.onGone(object);
  };
  const relist = async (): Promise<string> => {
    const list = listSchema(watched.schema).parse(JSON.parse(await read(connection)));
    const uids = new Set(list.items.map(({ metadata }) => metadata.uid));
    for (const object of [...known.values()]) if (!uids.has(object.metadata.uid)) remove(object);
    for (const object of list.items) put(object);
    return list.metadata.resourceVersion;
  };
  const follow = async (resourceVersion: string): Promise<void> => {
    for await (const line of lines(connection, resourceVersion)) {
      const { type, object } = eventSchema.parse(JSON.parse(line));
      if (type === 'ERROR') return; // the version is too old
      if (type === 'DELETED') remove(watched.schema.parse(object));
      else put(watched.schema.parse(object));
    }
  };
  void (async () => {
    while (!stopping.signal.aborted) {
      await relist()
        .then(follow)
        .catch(() => {}); // the API server is away, or a test has frozen it
      await sleep(200);
    }
  })();
  return {
    stop: () => {
      stopping.abort();
      agent.destroy();
    },
  };
}

interface Watchable {
  readonly metadata: { readonly uid: string };
}

interface Connection {
  readonly agent: Agent;
  readonly url: URL;
  readonly signal: AbortSignal;
}

const listSchema = <T>(item: z.ZodType<T>) =>
  z.object({ metadata: z.object({ resourceVersion: z.string() }), items: z.array(item) });
const eventSchema = z.object({ type: z.string(), object: z.unknown() });

function read({ agent, url, signal }: Connection): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, signal, timeout: 10_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    });
    request.once('timeout', () => request.destroy(new Error(`${url} is silent`)));
    request.once('error', reject);
  });
}

async function* lines({ agent, url, signal }: Connection, resourceVersion: string): AsyncGenerator<string> {
  const address = new URL(url);
  address.search = new URLSearchParams({ watch: '1', resourceVersion, timeoutSeconds: '300' }).toString();
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    get(address, { agent, signal }, resolve).once('error', reject);
  });
  response.on('error', () => {}); // `for await` ends then
  yield* createInterface(response);
}
