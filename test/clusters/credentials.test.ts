import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type SeenRequest, startApiServer, statusBody } from '../support/api-server.ts';
import { client as clientCertificate, expiredClient, otherCa } from '../support/certificates.ts';
import { failureOf } from '../support/cluster-error.ts';
import { temporaryFolder } from '../support/folder.ts';
import { base64, clientOf } from '../support/kubeconfig.ts';
import { asLive } from '../support/objects.ts';

const kubeSystem = { body: asLive({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } }) };
const goodToken = jwt(3600);
const unauthorized = { status: 401, body: statusBody(401, 'Unauthorized', 'Unauthorized') };

/** What a server sees of the first request of a user. */
async function seenOf(user: object): Promise<SeenRequest> {
  const { url, requests } = await startApiServer(() => kubeSystem);
  await clientOf({ server: url, user }).identity();
  const [request] = requests;
  if (request === undefined) throw new Error('nothing was sent');
  return request;
}

const certificateData = {
  'client-certificate-data': base64(clientCertificate.cert),
  'client-key-data': base64(clientCertificate.key),
};

describe('a user signs in', () => {
  test.each<[string, object, string | undefined]>([
    ['with a token', { token: 'abc' }, 'Bearer abc'],
    ['with name and password', { username: 'ann', password: 'p:w' }, `Basic ${base64('ann:p:w')}`],
    [
      'with OpenID Connect, as long as the token is good',
      { 'auth-provider': { name: 'oidc', config: { 'id-token': goodToken } } },
      `Bearer ${goodToken}`,
    ],
    ['with nothing', {}, undefined],
  ])('%s', async (_, user, authorization) => {
    const { headers, client } = await seenOf(user);
    expect(headers.authorization).toBe(authorization);
    expect(client).toBeUndefined();
  });

  test('with a certificate', async () => {
    expect((await seenOf(certificateData)).client).toBe('ci');
  });

  test('with a certificate in files', async () => {
    const folder = temporaryFolder({ 'tls.crt': clientCertificate.cert, 'tls.key': clientCertificate.key });
    const user = { 'client-certificate': join(folder, 'tls.crt'), 'client-key': join(folder, 'tls.key') };
    expect((await seenOf(user)).client).toBe('ci');
  });

  test('with the certificate of the data where there is a file, too', async () => {
    expect(
      (await seenOf({ ...certificateData, 'client-certificate': '/nowhere', 'client-key': '/nowhere' })).client,
    ).toBe('ci');
  });

  test('with the token in a file, without its line break, before the token beside it', async () => {
    const folder = temporaryFolder({ token: 'from-file\n' });
    expect((await seenOf({ tokenFile: join(folder, 'token'), token: 'other' })).headers.authorization).toBe(
      'Bearer from-file',
    );
  });

  test('with the token beside a file that is missing', async () => {
    expect((await seenOf({ tokenFile: '/nowhere', token: 'other' })).headers.authorization).toBe('Bearer other');
  });

  test('as somebody else', async () => {
    const { headers } = await seenOf({
      token: 'abc',
      as: 'ann',
      'as-uid': 'u-1',
      'as-groups': ['dev', 'ops'],
      'as-user-extra': { 'example.com/team': ['a', 'b'] },
    });
    expect(headers).toMatchObject({
      authorization: 'Bearer abc',
      'impersonate-user': 'ann',
      'impersonate-uid': 'u-1',
      'impersonate-group': 'dev, ops',
      'impersonate-extra-example.com%2fteam': 'a, b',
    });
  });
});

describe('a user who can not sign in', () => {
  test.each<[string, object, RegExp]>([
    [
      'has an expired certificate',
      { 'client-certificate-data': base64(expiredClient.cert), 'client-key-data': base64(expiredClient.key) },
      /The client certificate of the user "ci" expired on Feb {2}1 00:00:00 2020 GMT\.$/,
    ],
    [
      'has a key of another certificate',
      { ...certificateData, 'client-key-data': base64(otherCa.key) },
      /The certificates of the kubeconfig \(user "ci"\) can't be used: .*key values mismatch\.$/,
    ],
    [
      'has a certificate that is none',
      { ...certificateData, 'client-certificate-data': base64('nonsense') },
      /can't be used: /,
    ],
    [
      'has a file that is missing',
      { 'client-certificate': '/nowhere/tls.crt', 'client-key': '/nowhere/tls.key' },
      /The client-certificate of the kubeconfig, \/nowhere\/tls\.crt, can't be read: there is no such file\.$/,
    ],
    ['has groups of nobody', { 'as-groups': ['dev'] }, /"as-groups", "as-uid" or "as-user-extra" without "as"/],
    [
      'has an OpenID Connect token that has expired',
      { 'auth-provider': { name: 'oidc', config: { 'id-token': jwt(-60) } } },
      /The sign-in of the user "ci" with OpenID Connect has expired\.$/,
    ],
  ])('%s', async (_, user, message) => {
    const { url, requests } = await startApiServer(() => kubeSystem);
    const error = await failureOf(clientOf({ server: url, user }).identity());
    expect(error.reason).toBe('unauthorized');
    expect(error.message).toMatch(/^No sign-in to cluster-b: /);
    expect(error.message).toMatch(message);
    expect(requests).toEqual([]);
  });

  test('uses a provider that kubectl has taken out', () => {
    const user = { 'auth-provider': { name: 'gcp', config: { 'cmd-path': '/bin/true' } } };
    expect(() => clientOf({ user })).toThrow(
      'The user "ci" signs in with the auth-provider "gcp", which kubectl no longer knows.',
    );
  });
});

describe('after a 401', () => {
  test('the token is read again, once', async () => {
    const folder = temporaryFolder({ token: 'old' });
    const { url, requests } = await startApiServer(({ headers }) => {
      if (headers.authorization === 'Bearer new') return kubeSystem;
      writeFileSync(join(folder, 'token'), 'new');
      return unauthorized;
    });
    expect(await clientOf({ server: url, user: { tokenFile: join(folder, 'token') } }).identity()).toBe('c0ffee');
    expect(requests).toHaveLength(2);
  });

  test('a renewed certificate gets a connection of its own', async () => {
    const folder = temporaryFolder({ 'tls.crt': otherCa.cert, 'tls.key': otherCa.key });
    const { url, connections } = await startApiServer(({ client }) => {
      if (client === 'ci') return kubeSystem;
      writeFileSync(join(folder, 'tls.crt'), clientCertificate.cert);
      writeFileSync(join(folder, 'tls.key'), clientCertificate.key);
      return unauthorized;
    });
    const user = { 'client-certificate': join(folder, 'tls.crt'), 'client-key': join(folder, 'tls.key') };
    expect(await clientOf({ server: url, user }).identity()).toBe('c0ffee');
    expect(connections.ever).toBe(2);
  });

  test.each<[string, object, number]>([
    ['a token that nobody can renew', { token: 'abc' }, 1],
    ['a token file that stays as it is', { tokenFile: '/nowhere', token: 'abc' }, 2],
  ])('the second one is final: %s', async (_, user, tries) => {
    const { url, requests } = await startApiServer(() => unauthorized);
    const error = await failureOf(clientOf({ server: url, user }).identity());
    expect(error.message).toBe('cluster-b does not accept the credentials of the context "prod-b".');
    expect(error.hint).toContain('kubectl --context prod-b auth whoami');
    expect(requests).toHaveLength(tries);
  });
});

/** Unsigned: only its expiry is looked at on this side. */
function jwt(seconds: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp: Math.floor(Date.now() / 1000) + seconds })}.x`;
}
