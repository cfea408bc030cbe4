import { copyFile, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mesh } from './mesh.ts';

/**
 * Keeps what the proxies, their logs and the API servers have to say at this moment, for a test has failed and the mesh will
 * be gone when somebody asks why. Yields the folder.
 */
export async function keepEvidence(mesh: Mesh): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aegis-xc-evidence-'));
  await Promise.all(
    mesh.names.map(async (cluster) => {
      await mkdir(join(folder, cluster));
      await keep(
        join(folder, cluster, 'pods.yaml'),
        mesh.kubectl(cluster, ['get', 'pods,endpointslices', '-A', '-o', 'yaml']),
      );
      await keep(join(folder, cluster, 'istio.yaml'), mesh.kubectl(cluster, ['get', istioKinds, '-A', '-o', 'yaml']));
      await copyLogs(join(mesh.site(cluster).folder, 'istiod'), join(folder, cluster, 'istiod'));
      for (const { namespace, name, folder: place } of mesh.pods(cluster)) {
        const own = join(folder, cluster, `${namespace}.${name}`);
        await copyLogs(place, own);
        const ask = (path: string) => mesh.envoy(cluster, { namespace, pod: name }, path);
        await keep(join(own, 'config_dump.json'), ask('/config_dump?include_eds'));
        await keep(join(own, 'clusters.txt'), ask('/clusters'));
      }
    }),
  );
  return folder;
}

const istioKinds = [
  'gateways.networking.istio.io,serviceentries,destinationrules,virtualservices',
  'authorizationpolicies,peerauthentications,proxyconfigs',
].join(',');

async function copyLogs(from: string, to: string): Promise<void> {
  await mkdir(to);
  const names = await readdir(from).catch(() => []); // the pod has gone
  const logs = names.filter((name) => name.endsWith('.log'));
  await Promise.all(logs.map((name) => copyFile(join(from, name), join(to, name)).catch(() => {})));
}

/** What can't be had is left out. */
const keep = (file: string, text: Promise<string>): Promise<void> =>
  text.then((content) => (content === '' ? undefined : writeFile(file, content))).catch(() => {});
