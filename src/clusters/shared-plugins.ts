import type { JsonObject } from '../json.ts';
import { type ExecPlugin, execPlugin } from './exec.ts';
import type { Kubeconfig, ResolvedContext } from './kubeconfig.ts';
import { fileOrData } from './secret-files.ts';

export interface PluginContext {
  readonly kubeconfig: Kubeconfig;
  readonly context: ResolvedContext;
  readonly server: URL;
  readonly proxy: URL | undefined;
  readonly insecure: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly interactive: boolean;
}

const plugins = new WeakMap<Kubeconfig, Map<string, ExecPlugin>>();

/** The credential plugin of a context. Two contexts of one user share it, and with it one sign-in in the browser. */
export function sharedPlugin(options: PluginContext): ExecPlugin | undefined {
  const { kubeconfig, context, env, interactive } = options;
  const { exec } = context.user;
  if (!exec) return undefined;
  const cluster = exec.provideClusterInfo ? clusterInfo(options) : undefined;
  const known = plugins.get(kubeconfig) ?? new Map<string, ExecPlugin>();
  plugins.set(kubeconfig, known);
  const key = JSON.stringify([exec, cluster]);
  const plugin = known.get(key) ?? execPlugin({ exec, cluster, env, interactive });
  known.set(key, plugin);
  return plugin;
}

/** `spec.cluster` of an ExecCredential, for plugins with `provideClusterInfo`. */
function clusterInfo({ context: { cluster }, server, proxy, insecure }: PluginContext): JsonObject {
  const ca = fileOrData(cluster, 'certificate-authority');
  const config = cluster.extensions?.find(({ name }) => name === 'client.authentication.k8s.io/exec')?.extension;
  return {
    server: server.href,
    ...(cluster['tls-server-name'] ? { 'tls-server-name': cluster['tls-server-name'] } : {}),
    ...(insecure ? { 'insecure-skip-tls-verify': true } : {}),
    ...(ca ? { 'certificate-authority-data': ca } : {}),
    ...(proxy ? { 'proxy-url': proxy.href } : {}),
    ...(cluster['disable-compression'] ? { 'disable-compression': true } : {}),
    ...(config === undefined ? {} : { config }),
  };
}
