import type { ManifestKind } from '../kind.ts';
import { authorizationPolicy } from './authorization-policy.ts';
import { brokerService } from './broker-service.ts';
import { certificate } from './certificate.ts';
import { dnsProxyConfig } from './dns-proxy-config.ts';
import { exportDestinationRule } from './export-destination-rule.ts';
import { gateway } from './gateway.ts';
import { idleProxyConfig } from './idle-proxy-config.ts';
import { importDestinationRule } from './import-destination-rule.ts';
import { namespace } from './namespace.ts';
import { networkPolicy } from './network-policy.ts';
import { peerAuthentication } from './peer-authentication.ts';
import { serviceEntry } from './service-entry.ts';
import { telemetry } from './telemetry.ts';
import { virtualService } from './virtual-service.ts';

/**
 * Everything that we render, in the order in which it comes into being. To add a kind: its template, its file here, one
 * line in this list, and an example that needs it.
 */
export const kinds: readonly ManifestKind[] = [
  // ground: what the rest stands on
  namespace,
  idleProxyConfig,
  // trust
  certificate,
  // guard: a policy is there before anybody can call
  peerAuthentication,
  authorizationPolicy,
  networkPolicy,
  // listen: the provider's gateway, and what it leads to
  brokerService,
  gateway,
  exportDestinationRule,
  // pin: without its DestinationRule a ServiceEntry would be a path to a server of unknown identity
  importDestinationRule,
  dnsProxyConfig,
  // publish: the host becomes resolvable
  serviceEntry,
  // route
  virtualService,
  telemetry,
];
