import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { until } from '../../until.ts';
import { must } from '../shell.ts';
import type { NodeContext } from './context.ts';
import { expand } from './environment.ts';
import { type Container, type Pod, pathOf } from './pod.ts';

/** What an injected pod wants of its node before its proxy can start; all paths of the agent are relative to its folder. */
export async function mountForProxy(context: NodeContext, pod: Pod, folder: string): Promise<void> {
  const { labels, annotations, namespace } = pod.metadata;
  await Promise.all(mounts.map((path) => mkdir(join(folder, path), { recursive: true })));
  const [token, root] = await Promise.all([requestToken(context, pod), readRoot(context, namespace)]);
  await Promise.all([
    writeFile(join(folder, 'var/run/secrets/tokens/istio-token'), token),
    writeFile(join(folder, 'var/run/secrets/istio/root-cert.pem'), root),
    writeFile(join(folder, 'etc/istio/pod/labels'), downward(labels)),
    writeFile(join(folder, 'etc/istio/pod/annotations'), downward(annotations)),
    copyFile(context.tools.bootstrap, join(folder, 'var/lib/istio/envoy/envoy_bootstrap_tmpl.json')),
  ]);
}

const mounts = [
  'etc/istio/pod',
  'etc/istio/proxy',
  'var/lib/istio/data',
  'var/lib/istio/envoy',
  'var/run/secrets/istio',
  'var/run/secrets/tokens',
  'var/run/secrets/workload-spiffe-uds',
  'var/run/secrets/workload-spiffe-credentials',
  'var/run/secrets/credential-uds',
];

/** The rules that the init container of the injection asks for. */
export async function redirectTraffic(
  { tools }: NodeContext,
  { args }: Container,
  { netns, env }: { netns: string; env: Readonly<Record<string, string>> },
): Promise<void> {
  await must(['ip', 'netns', 'exec', netns, tools.agent, ...args], { env });
}

/**
 * The agent with the arguments of the injected container. The group is what the rules let through. Two settings differ:
 * the path of Envoy, and one thread instead of the two that its limit of processors comes to.
 */
export function proxyCommand(
  { tools }: NodeContext,
  { args }: Container,
  env: Readonly<Record<string, string>>,
): { argv: string[]; env: Record<string, string> } {
  const config = z.record(z.string(), z.unknown()).parse(JSON.parse(env.PROXY_CONFIG ?? '{}'));
  const own = JSON.stringify({ concurrency: 1, ...config, binaryPath: tools.envoy });
  return {
    argv: ['setpriv', '--regid=1337', '--clear-groups', '--', tools.agent, ...args.map((arg) => expand(arg, env))],
    env: { DNS_FORWARD_TIMEOUT: '1s', ...env, PROXY_CONFIG: own },
  };
}

/** Short-lived and bound to the pod, as the projected volume of the injection. */
async function requestToken({ access }: NodeContext, pod: Pod): Promise<string> {
  const { namespace, name, uid } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${pod.spec.serviceAccountName}/token`;
  const spec = {
    audiences: ['istio-ca'],
    expirationSeconds: 43_200,
    boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
  };
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
  const { status, text, json } = await access.request('POST', path, { body });
  if (status !== 201) throw new Error(`no token for ${pathOf(pod)}: ${text}`);
  return z.object({ status: z.object({ token: z.string() }) }).parse(json()).status.token;
}

/** istiod writes this ConfigMap into each namespace, a moment after the namespace is made. */
async function readRoot({ access }: NodeContext, namespace: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/configmaps/istio-ca-root-cert`;
  let root = '';
  await until(`the root certificate in ${namespace} of ${access.context}`, async () => {
    const { status, json } = await access.request('GET', path);
    if (status !== 200) return false;
    root = z.object({ data: z.object({ 'root-cert.pem': z.string() }) }).parse(json()).data['root-cert.pem'];
    return true;
  });
  return root;
}

const downward = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}\n`)
    .join('');
