import { ClusterError, type ClusterErrorDetails } from '../errors.ts';
import { TunnelError } from './proxy-login.ts';
import { isWrite, type Purpose, type Where } from './purpose.ts';
import { ProxyError, type TransportError } from './transport.ts';

/** The error for a request that got no answer. A write that may have been sent is ambiguous, whatever broke. */
export function noAnswer(
  error: TransportError,
  purpose: Purpose,
  where: Where,
  { requestTimeout, dryRun }: { requestTimeout: number; dryRun: boolean },
): ClusterError {
  const { object } = purpose;
  const why = explain(error, where, requestTimeout);
  const cause = error.cause;
  if (error.sent && isWrite(purpose) && !dryRun) return ambiguous(purpose, where, { why: why.short, cause });
  if (error.kind === 'aborted')
    return new ClusterError(where.cluster, `Stopped before ${where.cluster} answered.`, {
      reason: 'aborted',
      object,
      cause,
    });
  const details: ClusterErrorDetails = { reason: 'unreachable', object, hint: why.hint, cause };
  return new ClusterError(where.cluster, why.message, details);
}

/** A write of which nobody knows whether it was done. */
export const ambiguous = (
  { object, subject }: Purpose,
  { cluster }: Where,
  { why, cause }: { why: string; cause?: unknown },
): ClusterError =>
  new ClusterError(cluster, `It is not known whether ${cluster} has written ${subject}: ${why}.`, {
    reason: 'ambiguous',
    object,
    hint: 'The same command again looks, and goes on from what is there.',
    cause,
  });

interface Explanation {
  readonly short: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

function explain({ kind, sent, cause }: TransportError, where: Where, requestTimeout: number): Explanation {
  if (kind === 'deadline') {
    const short = `no answer within ${requestTimeout / 1000} s`;
    return unreachable(
      where,
      short,
      'A firewall or a missing VPN looks like this. --request-timeout changes how long to wait.',
    );
  }
  if (kind === 'aborted') return unreachable(where, 'it was stopped');
  if (cause instanceof ProxyError) return throughProxy(where, cause.cause);
  const code = codeOf(cause);
  const known = knownCodes[code]?.(where) ?? (sent ? brokenOff : undefined);
  return unreachable(where, known?.short ?? (code || messageOf(cause)), known?.hint);
}

const unreachable = ({ cluster, server }: Where, short: string, hint?: string): Explanation => ({
  short,
  hint,
  message: `${cluster} can't be reached at ${server}: ${short}.`,
});

function throughProxy(where: Where, cause: unknown): Explanation {
  const short =
    cause instanceof TunnelError
      ? `the proxy refuses: ${cause.message}`
      : `the proxy can't be reached (${codeOf(cause) || messageOf(cause)})`;
  return unreachable(
    where,
    short,
    'The proxy comes from proxy-url in the kubeconfig, or from HTTPS_PROXY; NO_PROXY makes exceptions.',
  );
}

interface Known {
  readonly short: string;
  readonly hint?: string;
}

const brokenOff: Known = { short: 'the connection broke off' };

const untrusted = ({ context }: Where, short: string): Known => ({
  short,
  hint: `The cluster of the context "${context}" needs the right certificate-authority-data in the kubeconfig.`,
});

const asks = (where: Where, short: string): Known => ({
  short,
  hint: `Is it running, and is the address right? "kubectl --context ${where.context} get --raw /readyz" asks the same.`,
});

/** Codes of Node's sockets, DNS and TLS (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const knownCodes: Readonly<Record<string, (where: Where) => Known>> = {
  ECONNREFUSED: (where) => asks(where, 'the connection was refused'),
  ENOTFOUND: (where) => ({
    short: `nobody knows the name ${hostOf(where)}`,
    hint: 'Is a VPN or its DNS missing, or the name mistyped?',
  }),
  EAI_AGAIN: (where) => ({
    short: `the name ${hostOf(where)} could not be looked up`,
    hint: 'DNS does not answer just now.',
  }),
  EHOSTUNREACH: (where) => asks(where, 'there is no way to that address'),
  ENETUNREACH: (where) => asks(where, 'there is no way to that network'),
  ETIMEDOUT: (where) => asks(where, 'no connection in time'),
  UND_ERR_CONNECT_TIMEOUT: (where) => asks(where, 'no connection in time'),
  ECONNRESET: () => brokenOff,
  UND_ERR_SOCKET: () => brokenOff,
  EPIPE: () => brokenOff,
  EPROTO: () => ({
    short: 'it does not speak TLS as it should',
    hint: 'Is it an http:// server, or a port of something else?',
  }),
  ERR_SSL_WRONG_VERSION_NUMBER: () => ({
    short: 'it does not speak TLS',
    hint: 'Is it an http:// server, or a port of something else?',
  }),
  CERT_HAS_EXPIRED: () => ({
    short: 'its certificate has expired',
    hint: 'Whoever runs the cluster has to renew it. Is the clock of this machine right?',
  }),
  CERT_NOT_YET_VALID: () => ({
    short: 'its certificate is not valid yet',
    hint: 'Is the clock of this machine right?',
  }),
  ERR_TLS_CERT_ALTNAME_INVALID: (where) => ({
    short: `its certificate is for other names than ${hostOf(where)}`,
    hint: 'If the certificate is the right one, tls-server-name in the kubeconfig says which of its names to expect.',
  }),
  DEPTH_ZERO_SELF_SIGNED_CERT: (where) => untrusted(where, 'its certificate is self-signed and not trusted'),
  SELF_SIGNED_CERT_IN_CHAIN: (where) => untrusted(where, 'the CA of its certificate is not trusted'),
  UNABLE_TO_GET_ISSUER_CERT: (where) => untrusted(where, 'the CA of its certificate is not known'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: (where) => untrusted(where, 'the CA of its certificate is not known'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: (where) => untrusted(where, 'the CA of its certificate is not known'),
  CERT_SIGNATURE_FAILURE: (where) => untrusted(where, 'its certificate is not signed by the CA of the kubeconfig'),
};

const hostOf = ({ server }: Where): string => new URL(server).hostname;

/** Several addresses of one name fail together: the first one speaks for them. */
function codeOf(cause: unknown): string {
  if (cause instanceof AggregateError && !('code' in cause && cause.code)) return codeOf(cause.errors[0]);
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'unknown reason');
