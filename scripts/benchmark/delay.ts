import { connect, createServer, type Socket } from 'node:net';

/** A way to a local port on which every round trip takes so many milliseconds more. */
export function delayed(port: number, roundTrip: number): Promise<{ port: number; close: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket
        .setNoDelay(true)
        .on('error', () => {})
        .on('close', () => sockets.delete(socket));
    }
    pipeLate(near, far, roundTrip / 2);
    pipeLate(far, near, roundTrip / 2);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      resolve({
        port: address.port,
        close: () => {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
  });
}

/** Every piece waits; their order stays. */
function pipeLate(from: Socket, to: Socket, milliseconds: number): void {
  from.on('data', (data) => setTimeout(() => to.writable && to.write(data), milliseconds));
  from.on('end', () => setTimeout(() => to.end(), milliseconds));
  from.on('close', () => setTimeout(() => to.destroy(), milliseconds));
}
