/**
 * Identities and names of mutual TLS, as Istio writes them.
 * https://istio.io/latest/docs/concepts/security/#secure-naming
 */

/** What policies call a caller: without the scheme, or the rule would never match. */
export const principal = (trustDomain: string, namespace: string, serviceAccount: string): string =>
  `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;

/** What stands in the certificate. */
export const spiffeId = (trustDomain: string, namespace: string, serviceAccount: string): string =>
  `spiffe://${principal(trustDomain, namespace, serviceAccount)}`;

export const serviceFqdn = (name: string, namespace: string): string => `${name}.${namespace}.svc.cluster.local`;

/**
 * The SNI that an AUTO_PASSTHROUGH gateway has a filter chain for: the Service's port (not the workload's) and its own
 * name, whatever the consumer calls the host (istio `pilot/pkg/networking/core/gateway.go`). The empty part is the subset.
 */
export const passthroughSni = (port: number, fqdn: string): string => `outbound_.${port}_._.${fqdn}`;
