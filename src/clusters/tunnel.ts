import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';

export interface TunnelTarget {
  readonly hostname: string;
  readonly port: number;
}

/** A connection to the target through a proxy (http, https: CONNECT; socks5: RFC 1928), over which TLS is still to come. */
export function tunnel(proxy: URL, target: TunnelTarget, signal: AbortSignal): Promise<Socket> {
  return proxy.protocol.startsWith('socks5') ? throughSocks(proxy, target, signal) : throughHttp(proxy, target, signal);
}

/** The proxy said no. */
export class TunnelError extends Error {
  override readonly name = 'TunnelError';
}

function throughHttp(proxy: URL, { hostname, port }: TunnelTarget, signal: AbortSignal): Promise<Socket> {
  const path = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
  const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
    method: 'CONNECT',
    host: unbracketed(proxy.hostname),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    path,
    headers: { host: path, ...authorization(proxy) },
    agent: false,
    signal,
  });
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(
        new TunnelError(statusCode === 407 ? 'it wants a name and a password (407)' : `it answered ${statusCode}`),
      );
    });
    // an answer without a tunnel comes as an ordinary response
    request.once('response', ({ statusCode }) => {
      request.destroy();
      reject(new TunnelError(`it answered ${statusCode}`));
    });
    request.end();
  });
}

function authorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const { user, password } = credentials(proxy);
  return { 'proxy-authorization': `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

const credentials = ({ username, password }: URL) => ({
  user: decodeURIComponent(username),
  password: decodeURIComponent(password),
});

const unbracketed = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

const version = 5;
const methods = { none: 0, password: 2 };
const replies = [
  '',
  'general failure',
  'not allowed by its rules',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'time to live expired',
];

/** The name goes to the proxy, which resolves it, as kubectl has it for socks5 and socks5h. */
async function throughSocks(proxy: URL, { hostname, port }: TunnelTarget, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: unbracketed(proxy.hostname), port: Number(proxy.port || 1080), signal });
  try {
    await once(socket, 'connect', { signal });
    const read = readerOf(socket, signal);
    const wantsPassword = proxy.username !== '';
    socket.write(
      Buffer.from(wantsPassword ? [version, 2, methods.none, methods.password] : [version, 1, methods.none]),
    );
    const [, method] = await read(2);
    if (method === methods.password && wantsPassword) {
      const { user, password } = credentials(proxy);
      socket.write(Buffer.concat([Buffer.from([1]), lengthFirst(user), lengthFirst(password)]));
      const [, refused] = await read(2);
      if (refused !== 0) throw new TunnelError('it refused name and password');
    } else if (method !== methods.none) {
      throw new TunnelError('it wants a name and a password');
    }
    const portBytes = Buffer.from([port >> 8, port & 0xff]);
    socket.write(Buffer.concat([Buffer.from([version, 1, 0, 3]), lengthFirst(hostname), portBytes]));
    const [, reply = 1, , addressType = 1] = await read(4);
    if (reply !== 0) throw new TunnelError(replies[reply] ?? `it answered ${reply}`);
    // the address that the proxy bound is of no use, but it is in the way
    const length = addressType === 3 ? (await read(1)).readUInt8() : addressType === 4 ? 16 : 4;
    await read(length + 2);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function lengthFirst(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new TunnelError('a name is too long for it');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** Reads exactly so many bytes; what comes after them stays in the socket. */
function readerOf(socket: Socket, signal: AbortSignal): (length: number) => Promise<Buffer> {
  socket.pause();
  return async (length) => {
    for (;;) {
      const bytes: Buffer | null = socket.read(length);
      if (bytes !== null) return bytes;
      if (socket.readableEnded || socket.destroyed) throw new TunnelError('it closed the connection');
      await Promise.race([once(socket, 'readable', { signal }), once(socket, 'end', { signal })]);
    }
  };
}
