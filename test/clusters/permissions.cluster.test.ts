import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, onTestFinished } from 'vitest';
import * as z from 'zod';
import type { ClusterClient } from '../../src/clusters/client.ts';
import { test } from '../bench/fixtures.ts';
import { benchClient, manager } from '../support/bench-client.ts';
import { failureOf } from '../support/cluster-error.ts';
import { temporaryFolder } from '../support/folder.ts';
import { backendApi, namespaces as namespaceResource, serviceEntries } from '../support/objects.ts';

const users = z.looseObject({ users: z.array(z.looseObject({ user: z.looseObject({}) })) });

/** A client that acts as somebody with few permissions. */
function clientAs(kubeconfig: string, user: object): ClusterClient {
  const config = users.parse(load(readFileSync(kubeconfig, 'utf8')));
  const changed = { ...config, users: config.users.map((entry) => ({ ...entry, user: { ...entry.user, ...user } })) };
  const client = benchClient({ kubeconfig: join(temporaryFolder({ config: JSON.stringify(changed) }), 'config') });
  onTestFinished(() => client.close());
  return client;
}

describe('somebody with few permissions', () => {
  test('is refused with the sentence of the server, and knows before', async ({ bench, namespaces }) => {
    const { shop } = await namespaces('shop');
    const ci = clientAs(bench.kubeconfig, { as: 'ci', 'as-groups': ['system:authenticated'] });
    const about = { resource: serviceEntries, namespace: shop };
    expect(await ci.can({ ...about, verb: 'patch' })).toBe(false);
    expect(await ci.can({ resource: namespaceResource, verb: 'create' })).toBe(false);

    const object = { ...backendApi, metadata: { name: 'backend-api', namespace: shop } };
    const error = await failureOf(ci.create(object, serviceEntries, { fieldManager: manager, dryRun: true }));
    expect(error.reason).toBe('forbidden');
    expect(error.message).toBe(
      `cluster-a does not allow it: User "ci" cannot patch resource "serviceentries" in API group "networking.istio.io" in the namespace "${shop}".`,
    );
    expect((await failureOf(ci.list(serviceEntries))).reason).toBe('forbidden');
  });

  test('may do what a role allows, by group and by name', async ({ bench, namespaces }) => {
    const { shop } = await namespaces('shop');
    const { kubectl } = bench.clusters['cluster-a'];
    await kubectl([
      'create',
      'role',
      'writer',
      '-n',
      shop,
      '--verb=patch',
      '--verb=create',
      '--resource=serviceentries.networking.istio.io',
    ]);
    await kubectl([
      'create',
      'role',
      'remover',
      '-n',
      shop,
      '--verb=delete',
      '--resource=serviceentries.networking.istio.io',
      '--resource-name=backend-api',
    ]);
    await kubectl(['create', 'rolebinding', 'writer', '-n', shop, '--role=writer', '--group=deployers']);
    await kubectl(['create', 'rolebinding', 'remover', '-n', shop, '--role=remover', '--group=deployers']);
    const ci = clientAs(bench.kubeconfig, { as: 'ci', 'as-groups': ['system:authenticated', 'deployers'] });
    const about = { resource: serviceEntries, namespace: shop };
    expect(await ci.can({ ...about, verb: 'patch' })).toBe(true);
    expect(await ci.can({ ...about, verb: 'get' })).toBe(false);
    expect(await ci.can({ ...about, verb: 'delete' })).toBe(false);
    expect(await ci.can({ ...about, verb: 'delete', name: 'backend-api' })).toBe(true);
    expect(await ci.can({ ...about, verb: 'delete', name: 'orders-db' })).toBe(false);
    const object = { ...backendApi, metadata: { name: 'backend-api', namespace: shop } };
    expect((await ci.create(object, serviceEntries, { fieldManager: manager })).metadata.name).toBe('backend-api');
  });

  test('without credentials is nobody', async ({ bench }) => {
    const nobody = clientAs(bench.kubeconfig, { 'client-certificate-data': '', 'client-key-data': '' });
    const error = await failureOf(nobody.identity());
    expect(error.reason).toBe('forbidden');
    expect(error.hint).toBe('The context "cluster-a" has no credentials.');
  });

  test('with a token that is wrong is not signed in', async ({ bench }) => {
    const stranger = clientAs(bench.kubeconfig, {
      'client-certificate-data': '',
      'client-key-data': '',
      token: 'wrong',
    });
    const error = await failureOf(stranger.identity());
    expect(error.reason).toBe('unauthorized');
    expect(error.message).toBe('cluster-a does not accept the credentials of the context "cluster-a".');
  });
});
