import { BlockList, isIP } from 'node:net';
import { UsageError } from '../errors.ts';

/**
 * The proxy on the way to a server: `proxy-url` of the kubeconfig, else HTTPS_PROXY (HTTP_PROXY for http) unless NO_PROXY names
 * the server. The rules are Go's, so kubectl's: https://pkg.go.dev/golang.org/x/net/http/httpproxy
 */
export function proxyFor(
  server: URL,
  { proxyUrl, env }: { proxyUrl: string | undefined; env: NodeJS.ProcessEnv },
): URL | undefined {
  if (proxyUrl !== undefined) return parseProxy(proxyUrl, 'The proxy-url of the kubeconfig');
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = variable(env, name);
  if (value === undefined || isLocal(server) || isExempt(server, variable(env, 'NO_PROXY') ?? '')) return undefined;
  return parseProxy(value, `The environment variable ${name}`);
}

const schemes = ['http:', 'https:', 'socks5:', 'socks5h:'];

/** Its value is never shown: it may hold a password. */
function parseProxy(value: string, what: string): URL {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.hostname && schemes.includes(url.protocol)) return url;
  throw new UsageError(
    `${what} is not the URL of a proxy.`,
    'It looks like http://proxy.example.com:3128; https, socks5 and socks5h work too.',
  );
}

const variable = (env: NodeJS.ProcessEnv, name: string): string | undefined =>
  env[name] || env[name.toLowerCase()] || undefined;

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').toLowerCase();

/** Never through a proxy of the environment. */
const isLocal = (server: URL): boolean =>
  hostOf(server) === 'localhost' || matchesRange(hostOf(server), '127.0.0.0/8') || hostOf(server) === '::1';

const isExempt = (server: URL, noProxy: string): boolean =>
  noProxy
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim())
    .some((entry) => entry !== '' && matches(server, entry));

function matches(server: URL, entry: string): boolean {
  if (entry === '*') return true;
  const host = hostOf(server);
  if (entry.includes('/')) return matchesRange(host, entry);
  const { name, port } = withPort(entry);
  if (port !== undefined && port !== (server.port || (server.protocol === 'https:' ? '443' : '80'))) return false;
  if (isIP(host) || isIP(name)) return host === name;
  const suffix = name.replace(/^\*(?=\.)/, '');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function withPort(entry: string): { name: string; port: string | undefined } {
  const [, name = entry, port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  return { name: name.replace(/^\[|\]$/g, ''), port };
}

function matchesRange(host: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const list = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}
