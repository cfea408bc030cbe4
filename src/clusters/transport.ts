import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { buildConnector, Pool } from 'undici';
import type { ConnectionTls, SignIn } from './credentials.ts';
import { tunnel } from './tunnel.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the server's URL, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string | undefined;
  /** It may be ended half-way: nothing is lost by not knowing its outcome. */
  readonly interruptible: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Transport {
  /** One request, one answer; whatever its status, and redirects are answers. Throws TransportError. */
  send(request: HttpRequest, signIn: SignIn): Promise<HttpAnswer>;
  /** A connection was had at least once. */
  readonly reached: boolean;
  /** Ends what is under way and may be ended. */
  abort(): void;
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly server: URL;
  readonly proxy: URL | undefined;
  readonly insecure: boolean;
  /** Milliseconds for connecting, sending and the whole answer. */
  readonly requestTimeout: number;
  readonly connections: number;
}

/** There is no answer. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly kind: 'failed' | 'deadline' | 'aborted';
  /** False when the request can't have reached the server. */
  readonly sent: boolean;
  constructor(kind: TransportError['kind'], sent: boolean, cause: unknown) {
    super(`request ${kind}`, { cause });
    this.kind = kind;
    this.sent = sent;
  }
}

/**
 * One pool of kept-alive connections to one server. Each request has a deadline over everything, so that a silent server never
 * hangs the tool.
 */
export function openTransport(options: TransportOptions): Transport {
  const { requestTimeout } = options;
  const underWay = new Set<AbortController>();
  const state: State = { reached: false, pool: undefined, tls: undefined };

  return {
    get reached() {
      return state.reached;
    },
    async send(request, { headers, tls }) {
      const pool = poolFor(tls, state, options);
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort('deadline'), requestTimeout);
      if (request.interruptible) underWay.add(controller);
      try {
        return await exchange(
          pool,
          options.server,
          { ...request, headers: { ...request.headers, ...headers } },
          controller.signal,
        );
      } catch (cause) {
        throw transportError(cause, controller.signal, state);
      } finally {
        clearTimeout(timer);
        underWay.delete(controller);
      }
    },
    abort() {
      for (const controller of underWay) controller.abort('aborted');
    },
    async close() {
      await state.pool?.destroy();
    },
  };
}

interface State {
  reached: boolean;
  pool: Pool | undefined;
  tls: ConnectionTls | undefined;
}

/** Another client certificate needs other connections. */
function poolFor(tls: ConnectionTls, state: State, options: TransportOptions): Pool {
  if (state.pool !== undefined && state.tls === tls) return state.pool;
  void state.pool?.close();
  state.tls = tls;
  state.pool = new Pool(options.server.origin, {
    connections: options.connections,
    connect: connector(tls, state, options),
    // an API server closes after 90 s, load balancers often after 60
    keepAliveTimeout: 30_000,
    // the deadline of the request is the only one
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return state.pool;
}

const longestConnect = 10_000;

function connector(
  tls: ConnectionTls,
  state: State,
  { proxy, insecure, requestTimeout }: TransportOptions,
): buildConnector.connector {
  const timeout = Math.min(requestTimeout, longestConnect);
  // said in full, so that NODE_TLS_REJECT_UNAUTHORIZED changes nothing
  const direct = buildConnector({ ...tls, rejectUnauthorized: !insecure, timeout, keepAliveInitialDelay: 30_000 });
  return (target, callback) => {
    const done: buildConnector.Callback = (error, socket) => {
      if (error !== null) return callback(new ConnectError(error), null);
      state.reached = true;
      callback(null, socket);
    };
    if (proxy === undefined) return direct(target, done);
    const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
    tunnel(proxy, { hostname: target.hostname, port }, AbortSignal.timeout(timeout)).then(
      (socket) => (target.protocol === 'https:' ? direct({ ...target, httpSocket: socket }, done) : done(null, socket)),
      (cause: unknown) => done(new ProxyError(cause), null),
    );
  };
}

/** Never sent: there was no connection to send it on. */
class ConnectError extends Error {
  constructor(cause: unknown) {
    super('no connection', { cause });
  }
}

/** The proxy is what can't be reached, or what says no. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  constructor(cause: unknown) {
    super('no way through the proxy', { cause });
  }
}

async function exchange(
  pool: Pool,
  server: URL,
  { method, path, headers, body }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const answer = await pool.request({
    method,
    path: `${server.pathname.replace(/\/$/, '')}${path}`,
    headers,
    body: body ?? null,
    // else undici gives up the connection after a DELETE with a body
    reset: false,
    signal,
  });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  const plain = answer.headers['content-encoding'] === 'gzip' ? await unzip(bytes) : bytes;
  return { status: answer.statusCode, headers: answer.headers, text: plain.toString('utf8') };
}

const unzip = promisify<Buffer, Buffer>(gunzip);

function transportError(cause: unknown, signal: AbortSignal, { reached }: State): TransportError {
  if (signal.aborted) return new TransportError(signal.reason === 'deadline' ? 'deadline' : 'aborted', reached, cause);
  if (cause instanceof ConnectError) return new TransportError('failed', false, cause.cause);
  return new TransportError('failed', true, cause);
}
