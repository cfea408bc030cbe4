import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeContext } from './context.ts';
import type { Pod } from './pod.ts';
import type { Sandbox } from './sandbox.ts';

export const isIstiod = (pod: Pod): boolean => pod.spec.containers.some(({ image }) => /\/pilot:/.test(image));

/** The pod of istiod has the address of the hub, where a relay takes what proxies send it. */
export async function istiodSandbox({ site, istiod }: NodeContext): Promise<Sandbox> {
  await mkdir(istiod.folder, { recursive: true });
  return { netns: undefined, address: site.hub, folder: istiod.folder, remove: async () => {} };
}

/** With the variables of its Deployment, on ports of this machine's loopback address. */
export function istiodCommand(
  { tools, istiod }: NodeContext,
  env: Readonly<Record<string, string>>,
): { argv: string[]; env: Record<string, string>; probe: string; pidFile: string } {
  const { ports, folder, kubeconfig } = istiod;
  const local = (port: number) => `127.0.0.1:${port}`;
  const { KUBECONFIG: _, ...own } = env; // it names a mount that is empty
  return {
    argv: [
      tools.istiod,
      'discovery',
      `--kubeconfig=${kubeconfig}`,
      `--httpAddr=${local(ports.http)}`,
      `--httpsAddr=${local(ports.webhooks)}`,
      '--grpcAddr=',
      `--secureGRPCAddr=${local(ports.xds)}`,
      `--monitoringAddr=${local(ports.monitoring)}`,
      `--ctrlz_port=${ports.introspection}`,
      '--domain=cluster.local',
      '--keepaliveMaxServerConnectionAge=24h',
      '--log_output_level=default:info',
    ],
    env: { ...own, ...istiod.env },
    probe: `http://${local(ports.http)}/ready`,
    pidFile: join(folder, '..', '..', 'pids', `istiod-${ports.http}`),
  };
}
