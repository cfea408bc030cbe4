import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mesh } from '../bench/mesh/fixtures.ts';
import type { Target } from '../bench/mesh/pods.ts';
import { must, type Ran } from '../bench/mesh/shell.ts';

/** Files of a certificate with which somebody shows who he is. */
export interface Identity {
  readonly key: string;
  readonly certificate: string;
  /** Up to a root. */
  readonly chain: string;
}

/** What istiod of a cluster would give to a workload; or anybody for himself, with an authority that no mesh knows. */
export async function certificateFor(spiffeId: string, authority: string): Promise<Identity> {
  const home = join(mesh.folder, 'pki', authority);
  if (!existsSync(home)) await makeAuthority(home);
  const folder = join(home, encodeURIComponent(spiffeId));
  await mkdir(folder, { recursive: true });
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  await must([
    ...['openssl', 'req', '-x509', ...newKey, '-subj', '/', '-days', '1', '-keyout', key, '-out', certificate],
    ...['-CA', join(home, 'ca-cert.pem'), '-CAkey', join(home, 'ca-key.pem')],
    ...['-addext', `subjectAltName=critical,URI:${spiffeId}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
  ]);
  return { key, certificate, chain: join(home, 'cert-chain.pem') };
}

async function makeAuthority(home: string): Promise<void> {
  await mkdir(home);
  const [key, certificate] = [join(home, 'ca-key.pem'), join(home, 'ca-cert.pem')];
  const self = ['-subj', '/CN=nobody', '-days', '1', '-keyout', key, '-out', certificate];
  await must(['openssl', 'req', '-x509', ...newKey, ...self]);
  await copyFile(certificate, join(home, 'cert-chain.pem'));
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A TLS handshake with the gateway of cluster-b as a sidecar would make it, and a request. */
export function knock(from: Target, serverName: string, shown?: Identity): Promise<Ran> {
  const own = shown ? ['-cert', shown.certificate, '-key', shown.key, '-cert_chain', shown.chain] : [];
  const argv = ['openssl', 's_client', '-quiet', '-connect', '203.0.113.20:15443', '-servername', serverName];
  const stdin = 'GET /api/health HTTP/1.1\r\nHost: backend-api\r\nConnection: close\r\n\r\n';
  return mesh.exec('cluster-a', from, ['timeout', '5', ...argv, '-alpn', 'istio', ...own], { stdin });
}
