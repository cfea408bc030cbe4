import type { Field } from './field.ts';

export interface Port {
  readonly field: Field;
  readonly name: string | undefined;
  /** The one that clients call. */
  readonly number: number;
  /** The one on which the workload listens; undefined where it is a name. */
  readonly target: number | undefined;
  readonly protocol: Protocol;
}

/**
 * What Istio makes of a port: `http` for everything that it understands as HTTP, `tls` for TLS that the application
 * speaks and Istio leaves alone, `tcp` for all other bytes, and `unknown` where it looks into the first ones.
 */
export type Protocol = 'http' | 'tls' | 'tcp' | 'udp' | 'unknown';

/** From the protocol of a ServiceEntry or a Gateway, from `appProtocol`, or from the first part of a Service port's name. */
export function protocolOf(text: string | undefined): Protocol {
  return (text === undefined ? undefined : known.get(text.toLowerCase())) ?? 'unknown';
}

/** `pkg/config/protocol/instance.go`; what it does not know is sniffed. */
const known: ReadonlyMap<string, Protocol> = new Map([
  ...['http', 'http2', 'http_proxy', 'grpc', 'grpc-web', 'kubernetes.io/h2c', 'kubernetes.io/ws'].map(
    (name) => [name, 'http'] as const,
  ),
  ...['https', 'tls', 'kubernetes.io/wss'].map((name) => [name, 'tls'] as const),
  ...['tcp', 'mongo', 'redis', 'mysql'].map((name) => [name, 'tcp'] as const),
  ['udp', 'udp'] as const,
]);
