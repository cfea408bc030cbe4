import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { keptAlive } from '../bench/access.ts';
import { readKubeconfig } from '../bench/kubeconfig.ts';
import { server as certificate } from './certificates.ts';

/** A request as it comes by. */
export interface Passing {
  readonly cluster: string;
  readonly method: string;
  readonly path: string;
  /** Something would change: no read, no dry-run, no review. */
  readonly isWrite: boolean;
}

/**
 * What happens to a request. `before`: the server never sees it; `after`: it has done it, and the answer is lost or another
 * one.
 */
export type Fault =
  | { readonly kind: 'cut' | 'hang' | 'truncate'; readonly when: 'before' | 'after' }
  /** Somebody else does something before the client hears the answer. */
  | { readonly kind: 'meanwhile'; readonly when: 'after'; readonly act: () => Promise<void> }
  | {
      readonly kind: 'answer';
      readonly when: 'before' | 'after';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
    };

export const writeOf =
  (method: string, plural: string) =>
  (request: Passing): boolean =>
    request.isWrite && request.method === method && request.path.includes(`/${plural}/`);

/** The fault for the first request that fits. */
export function once(fits: (request: Passing) => boolean, fault: Fault): (request: Passing) => Fault | undefined {
  let seen = false;
  return (request) => {
    if (seen || !fits(request)) return undefined;
    seen = true;
    return fault;
  };
}

export interface FaultProxy {
  readonly url: string;
  /** Decides what happens to each request; may do something else first. */
  plan: (request: Passing) => Fault | undefined | Promise<Fault | undefined>;
  /** What the server gets instead of the body that was sent. */
  rewrite: (request: Passing, body: string) => string;
  /** Requests that were passed on and would change something. */
  readonly writes: readonly Passing[];
  close(): Promise<void>;
}

/** Stands before an API server of the bench as its administrator: ends TLS, looks at each request, passes it on or not. */
export async function startFaultProxy(kubeconfig: string, context: string): Promise<FaultProxy> {
  const { server, ...identity } = readKubeconfig(kubeconfig, context);
  const agent = keptAlive({ maxSockets: 64, ...identity });
  const writes: Passing[] = [];
  const proxy: FaultProxy = {
    url: '',
    plan: () => undefined,
    rewrite: (_, body) => body,
    writes,
    close: async () => {},
  };

  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(message);
    const { method = 'GET', url: path = '/' } = message;
    const isWrite = ['PATCH', 'DELETE', 'PUT'].includes(method) && !isDryRun(path, body);
    const passing = { cluster: context, method, path, isWrite };
    const fault = await proxy.plan(passing);
    if (fault?.when === 'before') return spoil(fault, response);
    if (isWrite) writes.push(passing);
    const sent = Buffer.from(proxy.rewrite(passing, body));
    const upstream = httpsRequest(
      new URL(path, server),
      { method, agent, headers: headersFor(message, sent) },
      (answer) => {
        const pass = (): void => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        };
        if (fault === undefined) pass();
        else if (fault.kind === 'meanwhile') fault.act().then(pass, () => response.destroy());
        else {
          answer.resume();
          answer.once('end', () => spoil(fault, response));
        }
      },
    );
    upstream.once('error', () => response.destroy());
    upstream.end(sent);
  };

  const http = createServer(certificate, (message, response) => {
    handle(message, response).catch(() => response.destroy());
  });
  const sockets = new Set<Socket>();
  http.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  // a server that listens on a port has an address with one
  const { port } = http.address() as AddressInfo;
  return Object.assign(proxy, {
    url: `https://127.0.0.1:${port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await new Promise((resolve) => http.close(resolve));
    },
  });
}

function spoil(fault: Exclude<Fault, { kind: 'meanwhile' }>, response: ServerResponse): void {
  switch (fault.kind) {
    case 'hang':
      return;
    case 'cut':
      response.destroy();
      return;
    case 'truncate':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '4000' });
      response.write('{"kind":"Stat', () => response.destroy());
      return;
    case 'answer':
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      response.end(fault.body);
  }
}

/** A DELETE says it in its body. */
const isDryRun = (path: string, body: string): boolean =>
  path.includes('dryRun=All') || body.includes('"dryRun":["All"]');

function headersFor({ headers }: IncomingMessage, body: Buffer): OutgoingHttpHeaders {
  const { authorization: _none, host: _host, connection: _connection, 'content-length': length, ...others } = headers;
  return { ...others, ...(length !== undefined && { 'content-length': body.length }) };
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
