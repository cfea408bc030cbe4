import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { loginOf, TunnelError, type TunnelTarget, unbracketed } from './proxy-login.ts';

const version = 5;
const methods = { none: 0, password: 2 };
const addressTypes = { ipv4: 1, name: 3, ipv6: 4 };

/** RFC 1928, section 6. */
const refusals: Readonly<Record<number, string>> = {
  1: 'general failure',
  2: 'not allowed by its rules',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'connection refused',
  6: 'time to live expired',
};

/**
 * A connection through a SOCKS5 proxy (RFC 1928, passwords RFC 1929). The proxy gets the name and looks it up, for socks5 as for
 * socks5h, as kubectl has it.
 */
export async function throughSocks(proxy: URL, target: TunnelTarget, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: unbracketed(proxy.hostname), port: Number(proxy.port || 1080), signal });
  try {
    await once(socket, 'connect', { signal });
    const talk: Talk = { socket, read: readerOf(socket, signal) };
    await signIn(talk, proxy);
    await askFor(talk, target);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

interface Talk {
  readonly socket: Socket;
  read(length: number): Promise<Buffer>;
}

async function signIn({ socket, read }: Talk, proxy: URL): Promise<void> {
  const hasPassword = proxy.username !== '';
  const offered = hasPassword ? [methods.none, methods.password] : [methods.none];
  socket.write(Buffer.from([version, offered.length, ...offered]));
  const [, method] = await read(2);
  if (method === methods.none) return;
  if (method !== methods.password || !hasPassword) throw new TunnelError('it wants a name and a password');
  const { user, password } = loginOf(proxy);
  socket.write(Buffer.concat([Buffer.from([1]), lengthFirst(user), lengthFirst(password)]));
  const [, refused] = await read(2);
  if (refused !== 0) throw new TunnelError('it refused name and password');
}

async function askFor({ socket, read }: Talk, { hostname, port }: TunnelTarget): Promise<void> {
  const connectTo = Buffer.from([version, 1, 0, addressTypes.name]);
  socket.write(Buffer.concat([connectTo, lengthFirst(hostname), Buffer.from([port >> 8, port & 0xff])]));
  const [, reply = 1, , addressType = addressTypes.ipv4] = await read(4);
  if (reply !== 0) throw new TunnelError(refusals[reply] ?? `it answered ${reply}`);
  // the address and port that it bound are of no use, but they are in the way
  const lengths = { [addressTypes.ipv4]: 4, [addressTypes.ipv6]: 16 };
  await read((lengths[addressType] ?? (await read(1)).readUInt8()) + 2);
}

function lengthFirst(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new TunnelError('a name is too long for it');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** Reads exactly so many bytes. Nothing comes after the last answer of a proxy until we speak. */
function readerOf(socket: Socket, signal: AbortSignal): (length: number) => Promise<Buffer> {
  socket.pause();
  let bytes = Buffer.alloc(0);
  return async (length) => {
    while (bytes.length < length) {
      const chunk: Buffer | null = socket.read();
      if (chunk !== null) bytes = Buffer.concat([bytes, chunk]);
      else if (socket.readableEnded || socket.destroyed) throw new TunnelError('it closed the connection');
      else await Promise.race([once(socket, 'readable', { signal }), once(socket, 'end', { signal })]);
    }
    const wanted = bytes.subarray(0, length);
    bytes = bytes.subarray(length);
    return wanted;
  };
}
