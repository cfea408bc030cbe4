import { UsageError } from '../errors.ts';
import type { ResolvedContext } from './kubeconfig.ts';

export interface Server {
  readonly server: URL;
  /** Its certificate is not verified, because both the kubeconfig and the user want that. */
  readonly insecure: boolean;
}

/** Where a context leads. A way that anybody could read or take over is refused unless that is allowed. */
export function serverOf(context: ResolvedContext, allowInsecure: boolean): Server {
  const { name, cluster, clusterName } = context;
  const { server: text, 'insecure-skip-tls-verify': skipsVerification } = cluster;
  if (text === undefined) throw new UsageError(`The cluster "${clusterName}" of the kubeconfig has no server.`);
  const server = urlOf(text, context);
  if (server === undefined) {
    throw new UsageError(`The server of the cluster "${clusterName}" in the kubeconfig is not a URL.`);
  }
  if (server.protocol === 'http:' && !allowInsecure) {
    throw new UsageError(
      `The context "${name}" leads to ${server.origin}, which has no TLS: everybody on the way could read and change what is sent.`,
      'Use the https:// address of the cluster.',
    );
  }
  if (skipsVerification && !allowInsecure) {
    throw new UsageError(
      `The context "${name}" does not verify the certificate of its server (insecure-skip-tls-verify).`,
      'Give it the CA of the cluster: certificate-authority-data.',
    );
  }
  return { server, insecure: skipsVerification };
}

/** kubectl takes an address without a scheme, too: https where there is something about TLS. */
function urlOf(text: string, { cluster, user }: ResolvedContext): URL | undefined {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const aboutTls = [
    cluster['certificate-authority'],
    cluster['certificate-authority-data'],
    cluster['insecure-skip-tls-verify'],
    user['client-certificate'],
    user['client-certificate-data'],
  ].some(Boolean);
  const url = hasScheme ? text : `${aboutTls ? 'https' : 'http'}://${text}`;
  if (!URL.canParse(url)) return undefined;
  const server = new URL(url);
  return ['https:', 'http:'].includes(server.protocol) ? server : undefined;
}
