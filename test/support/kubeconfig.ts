import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ClusterClient, type ConnectOptions, connectCluster } from '../../src/clusters/client.ts';
import { type Kubeconfig, loadKubeconfig } from '../../src/clusters/kubeconfig.ts';
import { ca } from './certificates.ts';
import { temporaryFolder } from './folder.ts';

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

export interface Entries {
  readonly server?: string;
  /** Of the cluster; the CA of the test certificates stands there already. */
  readonly cluster?: object;
  readonly user?: object;
}

/** A kubeconfig with the one context `prod-b`, cluster `prod`, user `ci`. */
export const kubeconfigText = ({ server = 'https://127.0.0.1:1', cluster = {}, user = {} }: Entries): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'prod-b',
    clusters: [{ name: 'prod', cluster: { server, 'certificate-authority-data': base64(ca.cert), ...cluster } }],
    users: [{ name: 'ci', user }],
    contexts: [{ name: 'prod-b', context: { cluster: 'prod', user: 'ci' } }],
  });

export const kubeconfigWith = (entries: Entries): Kubeconfig =>
  loadKubeconfig({ path: join(temporaryFolder({ config: kubeconfigText(entries) }), 'config') });

/** A client of the server as cluster-b, over the context `prod-b`; nothing of this machine's environment gets in. */
export function clientOf(entries: Entries, options: Partial<ConnectOptions> = {}): ClusterClient {
  const client = connectCluster({
    cluster: 'cluster-b',
    context: 'prod-b',
    kubeconfig: kubeconfigWith(entries),
    env: { PATH: process.env.PATH },
    interactive: false,
    requestTimeout: 5_000,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}
