import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { loginOf, TunnelError, type TunnelTarget, unbracketed } from './proxy-login.ts';
import { throughSocks } from './socks.ts';

/** A connection to the target through a proxy (http and https: CONNECT; socks5), over which TLS is still to come. */
export const tunnel = (proxy: URL, target: TunnelTarget, signal: AbortSignal): Promise<Socket> =>
  proxy.protocol.startsWith('socks5') ? throughSocks(proxy, target, signal) : throughHttp(proxy, target, signal);

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
  const { user, password } = loginOf(proxy);
  return { 'proxy-authorization': `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
