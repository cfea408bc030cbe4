import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** Who connects, and whom it trusts: PEM texts. */
export interface Identity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A cluster as a kubeconfig needs it: `pki` is the folder that `kb pki` wrote, `user` the name of a certificate in it. */
export interface KubeconfigEntry {
  readonly name: string;
  readonly server: string;
  readonly pki: string;
  readonly user: 'admin' | 'controller-manager';
}

/** Context, cluster and user of an entry have the same name. JSON, which is YAML too; only the owner can read it. */
export async function writeKubeconfig(file: string, entries: readonly KubeconfigEntry[]): Promise<void> {
  const parts = await Promise.all(entries.map(toParts));
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': entries[0]?.name ?? '',
    clusters: parts.map(({ name, cluster }) => ({ name, cluster })),
    users: parts.map(({ name, user }) => ({ name, user })),
    contexts: parts.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  };
  await writeFile(file, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
}

/** Reads back what `writeKubeconfig` wrote; other files have more forms than this knows. */
export function readKubeconfig(file: string, context: string): Identity & { readonly server: string } {
  const { clusters, users } = ownKubeconfig.parse(JSON.parse(readFileSync(file, 'utf8')));
  const cluster = clusters.find(({ name }) => name === context)?.cluster;
  const user = users.find(({ name }) => name === context)?.user;
  if (cluster === undefined || user === undefined) throw new Error(`${file} has no context ${context}`);
  return {
    server: cluster.server,
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  };
}

const ownKubeconfig = z.object({
  clusters: z.array(
    z.object({ name: z.string(), cluster: z.object({ server: z.url(), 'certificate-authority-data': z.base64() }) }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      user: z.object({ 'client-certificate-data': z.base64(), 'client-key-data': z.base64() }),
    }),
  ),
});

async function toParts({ name, server, pki, user }: KubeconfigEntry) {
  const [ca, cert, key] = await Promise.all(
    ['ca.crt', `${user}.crt`, `${user}.key`].map((file) => readFile(join(pki, file), 'base64')),
  );
  return {
    name,
    cluster: { server, 'certificate-authority-data': ca },
    user: { 'client-certificate-data': cert, 'client-key-data': key },
  };
}

const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');
