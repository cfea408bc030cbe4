import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadKubeconfig, resolveContext } from '../../src/clusters/kubeconfig.ts';
import { UsageError } from '../../src/errors.ts';
import { temporaryFolder } from '../support/folder.ts';

/** What kubectl 1.36 does with the same files was looked at for each row. */

const first = `
clusters:
- name: shared
  cluster: {server: https://127.0.0.1:1, certificate-authority: ca.crt}
users:
- name: red
  user: {token: first}
contexts:
- name: a
  context: {cluster: shared, user: red}
`;
const second = `
current-context: b
clusters:
- name: shared
  cluster: {server: https://127.0.0.1:2, tls-server-name: other}
users:
- name: red
  user: {token: second, username: somebody}
- name: blue
  user:
    client-certificate: pki/blue.crt
    client-key: /pki/blue.key
    tokenFile: token
    exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/sign-in}
contexts:
- name: b
  context: {cluster: shared, user: blue}
- name: a
  context: {cluster: shared, user: blue}
`;

describe('files', () => {
  const files = {
    'one/config': first,
    'two/config': second,
    'home/.kube/config': first,
    empty: '',
    comment: '# nothing\n',
  };

  test.each<[string, string, { contexts: string[]; current: string | undefined }]>([
    ['a list', 'one/config:two/config', { contexts: ['a', 'b'], current: 'b' }],
    ['empty names', ':one/config::', { contexts: ['a'], current: undefined }],
    ['a file that is missing', 'missing:two/config', { contexts: ['a', 'b'], current: 'b' }],
    ['the same file twice', 'two/config:two/config', { contexts: ['a', 'b'], current: 'b' }],
    ['an empty file', 'empty:two/config', { contexts: ['a', 'b'], current: 'b' }],
    ['a file of comments', 'comment:two/config', { contexts: ['a', 'b'], current: 'b' }],
  ])('KUBECONFIG with %s', (_, list, { contexts, current }) => {
    const folder = temporaryFolder(files);
    const KUBECONFIG = list.replaceAll(/[^:]+/g, (name) => join(folder, name));
    const kubeconfig = loadKubeconfig({ env: { KUBECONFIG } });
    expect(kubeconfig.contexts).toEqual(contexts);
    expect(kubeconfig.currentContext).toBe(current);
  });

  test('~/.kube/config is read without KUBECONFIG', () => {
    const folder = temporaryFolder(files);
    expect(loadKubeconfig({ env: { HOME: join(folder, 'home') } }).contexts).toEqual(['a']);
  });

  test('--kubeconfig is read alone', () => {
    const folder = temporaryFolder(files);
    const env = { KUBECONFIG: join(folder, 'two/config') };
    expect(loadKubeconfig({ path: join(folder, 'one/config'), env }).contexts).toEqual(['a']);
  });

  test('no file at all is an error that names where was looked', () => {
    const folder = temporaryFolder();
    const load = () => loadKubeconfig({ env: { KUBECONFIG: `${folder}/x:${folder}/y` } });
    expect(load).toThrow(`There is no kubeconfig: looked for ${folder}/x, ${folder}/y.`);
  });
});

describe('merging', () => {
  const load = () => {
    const folder = temporaryFolder({ 'one/config': first, 'two/config': second });
    const kubeconfig = loadKubeconfig({ env: { KUBECONFIG: `${folder}/one/config:${folder}/two/config` } });
    return { folder, kubeconfig };
  };

  test('the first file wins, whole entry by whole entry', () => {
    const { folder, kubeconfig } = load();
    const { cluster, user, userName } = resolveContext(kubeconfig, 'a');
    expect(cluster.server).toBe('https://127.0.0.1:1');
    expect(cluster['tls-server-name']).toBeUndefined();
    expect(cluster['certificate-authority']).toBe(join(folder, 'one/ca.crt'));
    expect([userName, user.token, user.username]).toEqual(['red', 'first', undefined]);
  });

  test('a relative path is relative to its file, and a command with a slash is a path', () => {
    const { folder, kubeconfig } = load();
    const { user } = resolveContext(kubeconfig, 'b');
    expect(user['client-certificate']).toBe(join(folder, 'two/pki/blue.crt'));
    expect(user['client-key']).toBe('/pki/blue.key');
    expect(user.tokenFile).toBe(join(folder, 'two/token'));
    expect(user.exec?.command).toBe(join(folder, 'two/bin/sign-in'));
  });

  test('a context is a copy that nobody can change', () => {
    const { kubeconfig } = load();
    const context = resolveContext(kubeconfig, 'a');
    expect(() => Object.assign(context.cluster, { server: 'https://elsewhere.example' })).toThrow(TypeError);
    expect(context.cluster).not.toBe(kubeconfig.merged.clusters.get('shared'));
  });
});

describe('a kubeconfig that is wrong', () => {
  test.each<[string, string, RegExp]>([
    ['a name twice', `${first}- name: a\n  context: {cluster: shared}\n`, /has the context "a" twice/],
    ['a wrong type', 'clusters:\n- name: 12\n', /clusters\.0\.name: .*expected string/],
    ['broken YAML', `users:\n- name: red\n  user: {token: my-secret\n`, /is not valid: .* \(line \d+\)/],
    ['a list for a file', '- 1\n', /it: .*expected object/],
  ])('%s', (_, content, message) => {
    const path = join(temporaryFolder({ config: content }), 'config');
    expect(() => loadKubeconfig({ path })).toThrow(UsageError);
    expect(() => loadKubeconfig({ path })).toThrow(message);
    expect(() => loadKubeconfig({ path })).not.toThrow(/my-secret/);
  });

  test('a file that is missing', () => {
    const path = join(temporaryFolder(), 'nowhere');
    expect(() => loadKubeconfig({ path })).toThrow(`The kubeconfig ${path} can't be read: there is no such file.`);
  });

  test('keys that nobody knows are left alone', () => {
    const path = join(temporaryFolder({ config: `${first}preferences: {colors: true}\nx: 1\n` }), 'config');
    expect(loadKubeconfig({ path }).contexts).toEqual(['a']);
  });
});

describe('a context that leads nowhere', () => {
  const dangling = `
contexts:
- {name: prod-a, context: {cluster: gone, user: red}}
- {name: prod-b, context: {cluster: here, user: gone}}
- {name: staging, context: {}}
clusters: [{name: here, cluster: {server: "https://127.0.0.1:1"}}]
`;
  test.each<[string, string, string, RegExp]>([
    [
      'is not there',
      'prod-c',
      'The kubeconfig has no context "prod-c".',
      /Did you mean "prod-a"\? The contexts are: prod-a, prod-b, staging\./,
    ],
    [
      'is not there, nor one like it',
      'frankfurt',
      'The kubeconfig has no context "frankfurt".',
      /^The contexts are: prod-a/,
    ],
    [
      'names a cluster that is not there',
      'prod-a',
      'The context "prod-a" of the kubeconfig names the cluster "gone", which is not there.',
      /kubectl config view/,
    ],
    [
      'names a user that is not there',
      'prod-b',
      'The context "prod-b" of the kubeconfig names the user "gone", which is not there.',
      /kubectl config view/,
    ],
    ['names no cluster', 'staging', 'The context "staging" of the kubeconfig names no cluster.', /kubectl config view/],
  ])('%s', (_, name, message, hint) => {
    const kubeconfig = loadKubeconfig({ path: join(temporaryFolder({ config: dangling }), 'config') });
    const error = caught(() => resolveContext(kubeconfig, name));
    expect(error.message).toBe(message);
    expect(error.hint).toMatch(hint);
  });
});

function caught(act: () => unknown): UsageError {
  try {
    act();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
