import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TestProxy {
  readonly port: number;
  /** Where it was asked to go to, and what it was told about who asks. */
  readonly asked: readonly { readonly target: string; readonly authorization: string | undefined }[];
}

/** An HTTP proxy that tunnels, or answers with a status. */
export async function startHttpProxy({ status }: { status?: number } = {}): Promise<TestProxy> {
  const asked: { target: string; authorization: string | undefined }[] = [];
  const server = createHttpServer();
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    asked.push({ target: url, authorization: headers['proxy-authorization'] });
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    relay(socket, portOf(url));
  });
  return { port: await listen(server), asked };
}

/** A SOCKS5 proxy; it wants a password where one is given, and answers with a reply other than 0 where one is given. */
export async function startSocksProxy({
  password,
  reply = 0,
}: {
  password?: string;
  reply?: number;
} = {}): Promise<TestProxy> {
  const asked: { target: string; authorization: string | undefined }[] = [];
  const server = createServer(async (socket) => {
    socket.on('error', () => {});
    const next = async (): Promise<Buffer> => new Promise((resolve) => socket.once('data', resolve));
    const greeting = await next();
    const method = password === undefined ? 0 : 2;
    socket.write(Buffer.from([5, greeting.subarray(2).includes(method) ? method : 0xff]));
    let authorization: string | undefined;
    if (password !== undefined) {
      const login = await next();
      const user = login.subarray(2, 2 + login.readUInt8(1));
      authorization = `${user}:${login.subarray(3 + user.length)}`;
      socket.write(Buffer.from([1, authorization === password ? 0 : 1]));
    }
    const request = await next();
    const type = request.readUInt8(3);
    const host = type === 1 ? [...request.subarray(4, 8)].join('.') : `${request.subarray(5, -2)}`;
    const port = request.readUInt16BE(request.length - 2);
    asked.push({ target: `${host}:${port}`, authorization });
    // in two pieces, as a network may deliver it
    socket.write(Buffer.from([5, reply]));
    await new Promise((resolve) => setTimeout(resolve, 10));
    socket.write(Buffer.from([0, 3, 9, ...Buffer.from('localhost'), 0, 0]));
    if (reply === 0) relay(socket, port);
  });
  return { port: await listen(server), asked };
}

const portOf = (target: string): number => Number(target.slice(target.lastIndexOf(':') + 1));

/** Whatever the name: only loopback is contacted. */
function relay(socket: Socket, port: number): void {
  const server = connect(port, '127.0.0.1');
  socket.pipe(server).pipe(socket);
  for (const end of [socket, server])
    end.on('error', () => {}).on('close', () => (end === socket ? server : socket).destroy());
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // a server that listens on a port has an address with one
  return (server.address() as AddressInfo).port;
}
