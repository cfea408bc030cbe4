import { callersAreAllowed } from './callers-are-allowed.ts';
import { certManagerAccepts } from './cert-manager-accepts.ts';
import { certificatesKeepTheirSecret } from './certificates-keep-their-secret.ts';
import { conditionsAreTogether } from './conditions-are-together.ts';
import { connectionsLiveLongEnough } from './connections-live-long-enough.ts';
import { defaultsAreSaidOnce } from './defaults-are-said-once.ts';
import { destinationRulesAreFound } from './destination-rules-are-found.ts';
import { destinationsExist } from './destinations-exist.ts';
import { ejectionHasAnAlternative } from './ejection-has-an-alternative.ts';
import { endpointsAreElsewhere } from './endpoints-are-elsewhere.ts';
import { endpointsAreWrittenOut } from './endpoints-are-written-out.ts';
import { endpointsServeEveryHost } from './endpoints-serve-every-host.ts';
import { envoyFiltersTakeHold } from './envoy-filters-take-hold.ts';
import { exportsCanBeCalled } from './exports-can-be-called.ts';
import { failoverCanHappen } from './failover-can-happen.ts';
import { gatewayCertificatesAreRead } from './gateway-certificates-are-read.ts';
import { gatewayPortsAreFree } from './gateway-ports-are-free.ts';
import { gatewayPortsAreServed } from './gateway-ports-are-served.ts';
import { gatewayServersDiffer } from './gateway-servers-differ.ts';
import { gatewaysKnowWhatIsCalled } from './gateways-know-what-is-called.ts';
import { gatewaysOpenWhatIsListed } from './gateways-open-what-is-listed.ts';
import { hostNamesAreComplete } from './host-names-are-complete.ts';
import { hostsHaveOneDefinition } from './hosts-have-one-definition.ts';
import { httpFieldsAreForHttpPorts } from './http-fields-are-for-http-ports.ts';
import { identitiesNeedMeshTls } from './identities-need-mesh-tls.ts';
import { importsAreForConsumers } from './imports-are-for-consumers.ts';
import { issuersCanIssue } from './issuers-can-issue.ts';
import { istioAccepts } from './istio-accepts.ts';
import { meshHostsHaveOneVirtualService } from './mesh-hosts-have-one-virtual-service.ts';
import { meshTlsIsDemanded } from './mesh-tls-is-demanded.ts';
import { metadataIsValid } from './metadata-is-valid.ts';
import { metricsOfCertManagerExist } from './metrics-of-cert-manager-exist.ts';
import { networkPoliciesLetImportsOut } from './network-policies-let-imports-out.ts';
import type { ObjectCheck } from './object-check.ts';
import { objectsAreUnique } from './objects-are-unique.ts';
import { objectsFitTheirSchema } from './objects-fit-their-schema.ts';
import { objectsSayWhatTheyAre } from './objects-say-what-they-are.ts';
import { passthroughGatewaysGetMeshTls } from './passthrough-gateways-get-mesh-tls.ts';
import { pinnedIdentitiesAreThere } from './pinned-identities-are-there.ts';
import { policiesAreAboutCallers } from './policies-are-about-callers.ts';
import { policiesAreWhereTlsEnds } from './policies-are-where-tls-ends.ts';
import { policiesHoldWhatTheySay } from './policies-hold-what-they-say.ts';
import { policyPortsAreWorkloadPorts } from './policy-ports-are-workload-ports.ts';
import { policyValuesCanMatch } from './policy-values-can-match.ts';
import { portSettingsRepeatTls } from './port-settings-repeat-tls.ts';
import { portsSayTheirProtocol } from './ports-say-their-protocol.ts';
import { principalsCanMatch } from './principals-can-match.ts';
import { principalsNameSomebody } from './principals-name-somebody.ts';
import { rootsAreShared } from './roots-are-shared.ts';
import { routePathsCanMatch } from './route-paths-can-match.ts';
import { routesAreReachable } from './routes-are-reachable.ts';
import { routesFitTheProtocol } from './routes-fit-the-protocol.ts';
import { selectorsSelectSomething } from './selectors-select-something.ts';
import { serverNamesAreNames } from './server-names-are-names.ts';
import { sidecarsSeeTheirImports } from './sidecars-see-their-imports.ts';
import { subsetsAreOnBothSides } from './subsets-are-on-both-sides.ts';
import { subsetsSelectPods } from './subsets-select-pods.ts';
import { tcpHostsHaveAddresses } from './tcp-hosts-have-addresses.ts';
import { telemetrySaysSomething } from './telemetry-says-something.ts';
import { tlsIsStartedOnce } from './tls-is-started-once.ts';
import { tlsIsVerified } from './tls-is-verified.ts';
import { triesFitTheTimeout } from './tries-fit-the-timeout.ts';
import { trustDomainsAreKnown } from './trust-domains-are-known.ts';
import { versionsAreServed } from './versions-are-served.ts';
import { virtualServicesFitTheirGateways } from './virtual-services-fit-their-gateways.ts';
import { wildcardHostsHaveAddresses } from './wildcard-hosts-have-addresses.ts';
import { workloadEntriesCanBeSelected } from './workload-entries-can-be-selected.ts';

/** What must hold for objects, in the order of the codes. A new check gets its line here, a code in `codes.ts`, a page in `docs/checks.md`. */
export const objectChecks: readonly ObjectCheck[] = [
  versionsAreServed,
  objectsFitTheirSchema,
  objectsAreUnique,
  metadataIsValid,
  objectsSayWhatTheyAre,
  istioAccepts,
  certManagerAccepts,
  wildcardHostsHaveAddresses,
  endpointsAreWrittenOut,
  endpointsServeEveryHost,
  hostsHaveOneDefinition,
  tcpHostsHaveAddresses,
  workloadEntriesCanBeSelected,
  passthroughGatewaysGetMeshTls,
  portsSayTheirProtocol,
  routesFitTheProtocol,
  routesAreReachable,
  destinationsExist,
  hostNamesAreComplete,
  meshHostsHaveOneVirtualService,
  virtualServicesFitTheirGateways,
  triesFitTheTimeout,
  gatewayPortsAreFree,
  gatewayServersDiffer,
  gatewayCertificatesAreRead,
  policiesAreWhereTlsEnds,
  exportsCanBeCalled,
  portSettingsRepeatTls,
  serverNamesAreNames,
  ejectionHasAnAlternative,
  failoverCanHappen,
  destinationRulesAreFound,
  connectionsLiveLongEnough,
  subsetsSelectPods,
  principalsCanMatch,
  httpFieldsAreForHttpPorts,
  policyPortsAreWorkloadPorts,
  selectorsSelectSomething,
  defaultsAreSaidOnce,
  policiesAreAboutCallers,
  identitiesNeedMeshTls,
  sidecarsSeeTheirImports,
  networkPoliciesLetImportsOut,
  telemetrySaysSomething,
  envoyFiltersTakeHold,
  issuersCanIssue,
  certificatesKeepTheirSecret,
  metricsOfCertManagerExist,
  gatewayPortsAreServed,
  tlsIsStartedOnce,
  policyValuesCanMatch,
  routePathsCanMatch,
  gatewaysOpenWhatIsListed,
  meshTlsIsDemanded,
  principalsNameSomebody,
  conditionsAreTogether,
  tlsIsVerified,
  importsAreForConsumers,
  policiesHoldWhatTheySay,
  gatewaysKnowWhatIsCalled,
  subsetsAreOnBothSides,
  pinnedIdentitiesAreThere,
  endpointsAreElsewhere,
  trustDomainsAreKnown,
  callersAreAllowed,
  rootsAreShared,
];
