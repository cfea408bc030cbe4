import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { ca, server, type TestCertificate } from './certificates.ts';

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Common name of the client certificate. */
  readonly client: string | undefined;
}

/** Says what to answer, or answers by itself and returns nothing. */
export type Handler = (
  request: SeenRequest,
  response: ServerResponse,
  count: number,
) => Answer | undefined | Promise<Answer | undefined>;

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** An object is sent as JSON, a text as it is. */
  readonly body?: unknown;
}

export interface ApiServer {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly SeenRequest[];
  readonly connections: { readonly now: number; readonly ever: number };
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Default: `server`; `http` for none. */
  readonly certificate?: TestCertificate | 'http';
}

/**
 * A server on loopback for what a real API server can't be made to do: silence, resets, cut bodies, status codes. It goes away with
 * the test.
 */
export async function startApiServer(
  handler: Handler,
  { certificate = server }: ServerOptions = {},
): Promise<ApiServer> {
  const requests: SeenRequest[] = [];
  const connections = { now: 0, ever: 0 };
  const listener = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await seen(message);
    requests.push(request);
    const answer = await handler(request, response, requests.length);
    if (answer !== undefined) send(response, answer);
  };
  const http =
    certificate === 'http'
      ? createHttpServer(listener)
      : createHttpsServer({ ...certificate, ca: ca.cert, requestCert: true, rejectUnauthorized: false }, listener);
  const sockets = new Set<Socket>();
  http.on('connection', (socket: Socket) => {
    sockets.add(socket);
    connections.now++;
    connections.ever++;
    socket.on('close', () => {
      connections.now--;
      sockets.delete(socket);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  // a server that listens on a port has an address with one
  const { port } = http.address() as AddressInfo;
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => http.close(resolve));
  };
  onTestFinished(close);
  return {
    url: `${certificate === 'http' ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    requests,
    connections,
    close,
  };
}

/** A Status as an API server sends it with an error. */
export const statusBody = (code: number, reason: string, message: string, details: object = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  ...(reason ? { reason } : {}),
  message,
  details,
  code,
});

async function seen(message: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const { socket } = message;
  const subject = socket instanceof TLSSocket ? socket.getPeerCertificate().subject : undefined;
  return {
    method: message.method ?? '',
    url: message.url ?? '',
    headers: message.headers,
    body: Buffer.concat(chunks).toString(),
    client: [subject?.CN].flat()[0],
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = {} }: Answer): void {
  const isText = typeof body === 'string' || Buffer.isBuffer(body);
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}
