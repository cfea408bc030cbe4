import { X509Certificate } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node';
import type { ExecCredential, ExecPlugin } from './exec.ts';
import { impersonationHeaders } from './impersonation.ts';
import type { ResolvedContext } from './kubeconfig.ts';
import type { UserEntry } from './kubeconfig-file.ts';
import { fileOrData, tokenIn } from './secret-files.ts';
import { type PluginContext, sharedPlugin } from './shared-plugins.ts';
import { SignInError } from './sign-in-error.ts';

/** How to prove who we are: in each request, and on the connection. */
export interface SignIn {
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** The same object as long as nothing changed: another one needs another connection. */
  readonly tls: ConnectionTls;
  /** How often the credentials had been renewed by then. */
  readonly generation: number;
}

export interface ConnectionTls extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> {
  readonly servername?: string | undefined;
}

export interface Credentials {
  current(signal?: AbortSignal): Promise<SignIn>;
  /**
   * After a 401: reads files and runs plugins again at the next `current`, once for all who were refused with the same sign-in.
   * False when there is nothing to renew.
   */
  renew(refused: SignIn): boolean;
}

/**
 * Signs in through client-node, which knows what the entries of a kubeconfig mean. Credential plugins and token files are
 * ours: client-node's plugins wait for input for ever and run once per call, and its tokens keep the file's line break.
 */
export function credentialsOf(options: PluginContext): Credentials {
  const { context } = options;
  refuseRemovedProviders(context);
  const plugin = sharedPlugin(options);
  let config: KubeConfig | undefined;
  let tls: ConnectionTls = {};
  let generation = 0;
  let kept: SignIn | undefined;
  return {
    async current(signal) {
      if (kept !== undefined) return kept;
      config ??= kubeConfigOf(options);
      const own = await ownCredential(context.user, plugin, signal);
      const signIn = await signInWith(config, own, context);
      if (!sameTls(tls, signIn.tls)) {
        checkCertificates(signIn.tls, context);
        tls = signIn.tls;
      }
      const current = { headers: signIn.headers, tls, generation };
      if (!changesByItself(context.user)) kept = current;
      return current;
    },
    renew(refused) {
      if (!isRenewable(context.user)) return false;
      if (refused.generation === generation) {
        generation++;
        plugin?.forget();
        config = undefined;
        kept = undefined;
      }
      return true;
    },
  };
}

/** kubectl took these out in 1.26. */
function refuseRemovedProviders({ user, userName }: ResolvedContext): void {
  const name = user['auth-provider']?.name;
  if (name === undefined || name === 'oidc') return;
  throw new SignInError(
    `The user "${userName}" signs in with the auth-provider "${name}", which kubectl no longer knows.`,
    {
      hint: 'Use a credential plugin (exec) in its place: gke-gcloud-auth-plugin for GKE, kubelogin for AKS.',
    },
  );
}

/** A KubeConfig with this one context: nobody can switch it to another one. */
function kubeConfigOf({ context, server }: PluginContext): KubeConfig {
  const { cluster, clusterName, user, userName, name } = context;
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [
      {
        name: clusterName,
        server: server.href,
        caData: fileOrData(cluster, 'certificate-authority'),
        tlsServerName: cluster['tls-server-name'],
        // client-node refuses http:// without it; whether TLS is verified is decided in the transport
        skipTLSVerify: server.protocol === 'http:',
      },
    ],
    users: [
      {
        name: userName,
        certData: fileOrData(user, 'client-certificate'),
        keyData: fileOrData(user, 'client-key'),
        token: user.tokenFile ? undefined : user.token,
        username: user.username,
        password: user.password ?? '',
        authProvider: structuredClone(user['auth-provider']),
      },
    ],
    contexts: [{ name, cluster: clusterName, user: userName }],
    currentContext: name,
  });
  return config;
}

/** What client-node does not get for us. */
async function ownCredential(
  user: UserEntry,
  plugin: ExecPlugin | undefined,
  signal: AbortSignal | undefined,
): Promise<Partial<ExecCredential>> {
  if (user.tokenFile) return { token: tokenIn(user.tokenFile, user.token) };
  return (await plugin?.credential(signal)) ?? {};
}

async function signInWith(
  config: KubeConfig,
  { token, certificate, key }: Partial<ExecCredential>,
  context: ResolvedContext,
): Promise<Pick<SignIn, 'headers' | 'tls'>> {
  // client-node writes a static token or certificate of the kubeconfig over ours, as kubectl prefers it
  const options: RequestOptions = {
    headers: token ? { Authorization: `Bearer ${token}` } : {},
    ...(certificate && key ? { cert: certificate, key } : {}),
  };
  await applied(config, options, context);
  const { ca, cert, key: clientKey, servername, auth } = options;
  const basic = auth ? { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  // the headers are the object above, to which client-node added at most one string
  const headers = { ...(options.headers as Record<string, string>), ...basic, ...impersonationHeaders(context.user) };
  return { headers, tls: { ca, cert, key: clientKey, servername } };
}

/** Only OpenID Connect talks to somebody here. The original error stays out of the message: it may quote an answer. */
async function applied(
  config: KubeConfig,
  options: RequestOptions,
  { user, userName }: ResolvedContext,
): Promise<void> {
  const hint = `Sign in again, for example with "kubectl get namespaces" as this user.`;
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    throw new SignInError(`The user "${userName}" could not sign in with OpenID Connect.`, { hint, cause });
  }
  const signedIn = options.headers !== undefined && 'Authorization' in options.headers;
  if (user['auth-provider'] && !signedIn) {
    throw new SignInError(`The sign-in of the user "${userName}" with OpenID Connect has expired.`, { hint });
  }
}

const sameTls = (one: ConnectionTls, other: ConnectionTls): boolean =>
  String(one.ca) === String(other.ca) &&
  String(one.cert) === String(other.cert) &&
  String(one.key) === String(other.key) &&
  one.servername === other.servername;

function checkCertificates(tls: ConnectionTls, { userName }: ResolvedContext): void {
  const expired = expiryOf(tls, userName);
  if (expired === undefined) return;
  throw new SignInError(`The client certificate of the user "${userName}" expired on ${expired}.`, {
    hint: 'Get a new one from whoever gave you the kubeconfig.',
  });
}

/** When the client certificate expired; undefined when it did not. */
function expiryOf(tls: ConnectionTls, userName: string): string | undefined {
  try {
    createSecureContext(tls);
    if (tls.cert === undefined) return undefined;
    const { validTo } = new X509Certificate(String(tls.cert));
    return Date.parse(validTo) < Date.now() ? validTo : undefined;
  } catch (cause) {
    // OpenSSL's words say what is wrong and hold no key
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SignInError(`The certificates of the kubeconfig (user "${userName}") can't be used: ${why}.`, { cause });
  }
}

/** Between two requests: a token that expires, or a file that somebody replaces. */
const changesByItself = (user: UserEntry): boolean => Boolean(user.exec || user.tokenFile || user['auth-provider']);

const isRenewable = (user: UserEntry): boolean => changesByItself(user) || Boolean(user['client-certificate']);
