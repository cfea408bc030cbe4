import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readKubeconfig } from '../../kubeconfig.ts';
import { startNodeAgent } from '../node/agent.ts';
import type { NodeContext } from '../node/context.ts';
import { pidFileIn, start } from '../node/processes.ts';
import { keepZone } from '../node/zone.ts';
import { collector, usualGateway } from './gateway.ts';
import { applyAll, installIstio, untilIstioReady } from './install.ts';
import { meshConfigOf, type Trust } from './mesh-config.ts';

/** What has to be known before a cluster of the mesh can start. */
export type ClusterStart = Omit<NodeContext, 'istiod'> & {
  readonly ports: NodeContext['istiod']['ports'];
  readonly trust: Trust;
  /** A folder for each cluster, as `box pki` writes it. */
  readonly pki: (cluster: string) => string;
};

/** Takes a cluster with an API server to a mesh with a gateway. */
export async function startCluster(plan: ClusterStart): Promise<{ stop(): Promise<void> }> {
  const { ground, site, access, tools, ports, trust, pki } = plan;
  await mkdir(site.folder, { recursive: true });
  const others = await Promise.all(
    ground.sites
      .filter((other) => other !== site)
      .map(async (other) => ({ site: other, root: await rootOf(pki(other.name)) })),
  );
  const cacerts = await readCacerts(pki(site.name));
  const meshConfig = meshConfigOf(site, others, trust);
  await installIstio({ site, access, tools, ports, meshConfig, cacerts });
  const istiod = await planIstiod(plan, cacerts);
  const context = { ground, site, access, tools, istiod };
  const zone = await keepZone(context);
  serveHub(context, zone.file);
  const agent = await startNodeAgent(context);
  await untilIstioReady(access, ports);
  await applyAll(access, [...usualGateway(site), ...collector()]);
  const stop = async () => {
    zone.stop();
    await agent.stop();
  };
  return { stop };
}

const cacertFiles = ['root-cert.pem', 'ca-cert.pem', 'cert-chain.pem', 'ca-key.pem'];
const rootOf = (folder: string): Promise<string> => readFile(join(folder, 'root-cert.pem'), 'utf8');

async function readCacerts(folder: string): Promise<Record<string, string>> {
  const texts = await Promise.all(cacertFiles.map((file) => readFile(join(folder, file), 'utf8')));
  return Object.fromEntries(cacertFiles.map((file, index) => [file, texts[index] ?? '']));
}

/** Its files: the mounts `cacerts` and, as it runs outside of the cluster, a kubeconfig with the token of its account. */
async function planIstiod({ site, access, ports, trust }: ClusterStart, cacerts: Readonly<Record<string, string>>) {
  const folder = join(site.folder, 'istiod');
  await mkdir(join(folder, 'etc', 'cacerts'), { recursive: true });
  for (const [file, text] of Object.entries(cacerts)) await writeFile(join(folder, 'etc', 'cacerts', file), text);
  const path = '/api/v1/namespaces/istio-system/serviceaccounts/istiod/token';
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 864_000 } };
  const answer = (await access.request('POST', path, { body })).json();
  const { token } = z.object({ status: z.object({ token: z.string() }) }).parse(answer).status;
  const { server, ca } = readKubeconfig(access.kubeconfig, site.name);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': site.name,
    clusters: [
      { name: site.name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name: site.name, user: { token } }],
    contexts: [{ name: site.name, context: { cluster: site.name, user: site.name } }],
  };
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  const env = {
    ISTIOD_CUSTOM_HOST: 'istiod.istio-system.svc,127.0.0.1',
    VALIDATION_WEBHOOK_CONFIG_NAME: 'istio-validator-istio-system',
    ISTIO_MULTIROOT_MESH: String(trust === 'roots'),
  };
  return { folder, kubeconfig, ports, env };
}

/** What pods find at the hub: the DNS server of the cluster, and the way to istiod. */
function serveHub({ ground, site, tools, istiod }: NodeContext, zoneFile: string): void {
  const service = (name: string, argv: readonly string[], netns?: string) =>
    start([tools.box, ...argv], {
      env: {},
      cwd: site.folder,
      log: join(site.folder, `${name}.log`),
      netns,
      pidFile: netns === undefined ? pidFileIn(ground.folder, `${name}-${site.name}`) : undefined,
    });
  service('relay', ['relay', site.hubNetns, `${site.hub}:15012`, `127.0.0.1:${istiod.ports.xds}`]);
  service('dns', ['dns', `${site.hub}:53`, zoneFile], site.hubNetns);
}
