import { describe, expect, test } from 'vitest';
import { proxyFor } from '../../src/clusters/proxy.ts';
import { UsageError } from '../../src/errors.ts';

const proxy = 'http://proxy.example:3128';
const through = (server: string, env: NodeJS.ProcessEnv, proxyUrl?: string) =>
  proxyFor(new URL(server), { proxyUrl, env })?.href;

describe('the proxy of the environment', () => {
  test.each<[string, string, NodeJS.ProcessEnv, string | undefined]>([
    ['HTTPS_PROXY is for https', 'https://api.example', { HTTPS_PROXY: proxy }, `${proxy}/`],
    ['https_proxy, too', 'https://api.example', { https_proxy: proxy }, `${proxy}/`],
    [
      'the capital one counts first',
      'https://api.example',
      { HTTPS_PROXY: proxy, https_proxy: 'http://other' },
      `${proxy}/`,
    ],
    ['HTTP_PROXY is not for https', 'https://api.example', { HTTP_PROXY: proxy }, undefined],
    ['HTTP_PROXY is for http', 'http://api.example', { HTTP_PROXY: proxy }, `${proxy}/`],
    ['without a scheme it is http', 'https://api.example', { HTTPS_PROXY: 'proxy.example:3128' }, `${proxy}/`],
    ['ALL_PROXY is nothing that kubectl knows', 'https://api.example', { ALL_PROXY: proxy }, undefined],
    ['never for localhost', 'https://localhost:6443', { HTTPS_PROXY: proxy }, undefined],
    ['never for 127.0.0.0/8', 'https://127.1.2.3:6443', { HTTPS_PROXY: proxy }, undefined],
    ['never for ::1', 'https://[::1]:6443', { HTTPS_PROXY: proxy }, undefined],
    ['an empty value is none', 'https://api.example', { HTTPS_PROXY: '' }, undefined],
  ])('%s', (_, server, env, expected) => {
    expect(through(server, env)).toBe(expected);
  });
});

describe('NO_PROXY', () => {
  test.each<[string, string, string, boolean]>([
    ['*', '*', 'https://api.example', true],
    ['the name', 'api.example', 'https://api.example:6443', true],
    ['a name above it', 'example', 'https://api.example', true],
    ['another name with the same end', 'i.example', 'https://api.example', false],
    ['a leading dot means names below', '.example', 'https://api.example', true],
    ['and not the name itself', '.api.example', 'https://api.example', false],
    ['*. is the same as a dot', '*.example', 'https://api.example', true],
    ['capitals do not count', 'API.Example', 'https://api.example', true],
    ['the port fits', 'api.example:6443', 'https://api.example:6443', true],
    ['the port does not fit', 'api.example:443', 'https://api.example:6443', false],
    ['443 is the port of https', 'api.example:443', 'https://api.example', true],
    ['an address', '203.0.113.20', 'https://203.0.113.20:6443', true],
    ['another address', '203.0.113.2', 'https://203.0.113.20:6443', false],
    ['a range', '203.0.113.0/24', 'https://203.0.113.20:6443', true],
    ['another range', '198.51.100.0/24', 'https://203.0.113.20:6443', false],
    ['an IPv6 range', '2001:db8::/32', 'https://[2001:db8::20]:6443', true],
    ['a range is not for names', '203.0.113.0/24', 'https://api.example', false],
    ['an IPv6 address', '2001:db8::20', 'https://[2001:db8::20]:6443', true],
    ['the second of a list', 'other.example, api.example', 'https://api.example', true],
    ['nonsense', '/,::/999,', 'https://api.example', false],
  ])('%s (%s)', (_, noProxy, server, isExempt) => {
    expect(through(server, { HTTPS_PROXY: proxy, NO_PROXY: noProxy })).toBe(isExempt ? undefined : `${proxy}/`);
    expect(through(server, { https_proxy: proxy, no_proxy: noProxy })).toBe(isExempt ? undefined : `${proxy}/`);
  });
});

describe('proxy-url of the kubeconfig', () => {
  test('comes before the environment, and NO_PROXY does not touch it', () => {
    const env = { HTTPS_PROXY: proxy, NO_PROXY: '*' };
    expect(through('https://127.0.0.1:6443', env, 'socks5://jump.example:1080')).toBe('socks5://jump.example:1080');
  });

  test.each(['ftp://proxy.example', 'http://', 'user:my-secret@'])('%s is refused', (proxyUrl) => {
    const make = () => through('https://api.example', {}, proxyUrl);
    expect(make).toThrow(UsageError);
    expect(make).toThrow('The proxy-url of the kubeconfig is not the URL of a proxy.');
  });
});
