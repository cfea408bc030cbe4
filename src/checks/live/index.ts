import { callersAreInTheMesh } from './callers-are-in-the-mesh.ts';
import { certManagerIsSupported } from './cert-manager-is-supported.ts';
import { clocksAgree } from './clocks-agree.ts';
import { clustersAreReached } from './clusters-are-reached.ts';
import { destinationRulesAreOurs } from './destination-rules-are-ours.ts';
import { exportedServicesExist } from './exported-services-exist.ts';
import { gatewaysAnswer } from './gateways-answer.ts';
import { gatewaysPassOnNothingElse } from './gateways-pass-on-nothing-else.ts';
import { hostsAreOurs } from './hosts-are-ours.ts';
import { istioIsSupported } from './istio-is-supported.ts';
import { istioLooksAtWrites } from './istio-looks-at-writes.ts';
import { istiodReadsNamespaces } from './istiod-reads-namespaces.ts';
import type { LiveCheck } from './live-check.ts';
import { namesAreCaptured } from './names-are-captured.ts';
import { namespacesAreNotTheRoot } from './namespaces-are-not-the-root.ts';
import { peerAuthenticationsAreOurs } from './peer-authentications-are-ours.ts';
import { permissionsSuffice } from './permissions-suffice.ts';
import { fromPlan, fromWholePlan, writesAreAccepted } from './plan-is-sound.ts';
import { policiesAreOurs } from './policies-are-ours.ts';
import { providersHavePods } from './providers-have-pods.ts';
import { revisionsAgree } from './revisions-agree.ts';
import { rootsAreTrusted } from './roots-are-trusted.ts';
import { rootsLast } from './roots-last.ts';
import { sidecarsShowImports } from './sidecars-show-imports.ts';
import { telemetryProvidersExist } from './telemetry-providers-exist.ts';
import { trustDomainsAreNoAliases } from './trust-domains-are-no-aliases.ts';
import { trustDomainsFit } from './trust-domains-fit.ts';

/** Without these a run does not begin: `apply` asks them every time, of what it reads anyway. */
export const guardChecks: readonly LiveCheck[] = [permissionsSuffice, istioLooksAtWrites];

/**
 * What must hold for the clusters as they are, in the order in which `preflight` tells it: what a run needs, the meshes, the
 * providers, the callers. A new check gets its line here, a code in `codes.ts`, a page in `docs/checks.md`.
 */
export const liveChecks: readonly LiveCheck[] = [
  clustersAreReached,
  clocksAgree,
  fromPlan('identity', ['AXC4001', 'AXC4002', 'AXC4005', 'AXC4007']),
  fromPlan('kubernetes', ['AXC4003', 'AXC4004']),
  ...guardChecks,
  fromPlan('namespaces', ['AXC4006']),
  fromWholePlan('ownership', ['AXC5001', 'AXC5002', 'AXC5003', 'AXC5004', 'AXC5008']),
  fromWholePlan('unfinished runs', ['AXC4008']),
  revisionsAgree,
  writesAreAccepted,
  istioIsSupported,
  certManagerIsSupported,
  trustDomainsFit,
  trustDomainsAreNoAliases,
  telemetryProvidersExist,
  rootsAreTrusted,
  rootsLast,
  istiodReadsNamespaces,
  namespacesAreNotTheRoot,
  gatewaysAnswer,
  gatewaysPassOnNothingElse,
  exportedServicesExist,
  providersHavePods,
  peerAuthenticationsAreOurs,
  policiesAreOurs,
  callersAreInTheMesh,
  namesAreCaptured,
  destinationRulesAreOurs,
  hostsAreOurs,
  sidecarsShowImports,
];
