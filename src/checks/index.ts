import { addressRangeIsUsable } from './address-range-is-usable.ts';
import { addressesAreUsable } from './addresses-are-usable.ts';
import { brokerHostsFitIntoALabel } from './broker-hosts-fit-into-a-label.ts';
import { callersAreToldApart } from './callers-are-told-apart.ts';
import type { Check } from './check.ts';
import { clustersAreDistinct } from './clusters-are-distinct.ts';
import { clustersAreKnown } from './clusters-are-known.ts';
import { consumersAreElsewhere } from './consumers-are-elsewhere.ts';
import { deadGatewaysAreNoticed } from './dead-gateways-are-noticed.ts';
import { ejectionLeavesAnEndpoint } from './ejection-leaves-an-endpoint.ts';
import { failoverAndWeightsFit } from './failover-and-weights-fit.ts';
import { failoverOrWeights } from './failover-or-weights.ts';
import { gatewayAddressesAreRemote } from './gateway-addresses-are-remote.ts';
import { gatewaysAreDistinct } from './gateways-are-distinct.ts';
import { gatewaysAreRestricted } from './gateways-are-restricted.ts';
import { grpcIsPost } from './grpc-is-post.ts';
import { hostsAreFree } from './hosts-are-free.ts';
import { hostsAreUnique } from './hosts-are-unique.ts';
import { httpRulesNeedHttpPorts } from './http-rules-need-http-ports.ts';
import { httpSettingsNeedHttpPorts } from './http-settings-need-http-ports.ts';
import { kafkaHasBrokers } from './kafka-has-brokers.ts';
import { localCallersAreLocal } from './local-callers-are-local.ts';
import { localPortsExist } from './local-ports-exist.ts';
import { namespacesAreNotTheMesh } from './namespaces-are-not-the-mesh.ts';
import { nothingIsListedTwice } from './nothing-is-listed-twice.ts';
import { objectNamesDiffer } from './object-names-differ.ts';
import { orderIsKeptElsewhereOnly } from './order-is-kept-elsewhere-only.ts';
import { orderNeedsAddresses } from './order-needs-addresses.ts';
import { ownPodsAreNearest } from './own-pods-are-nearest.ts';
import { pathsAreNormal } from './paths-are-normal.ts';
import { portNumbersAreDistinct } from './port-numbers-are-distinct.ts';
import { portsAreNotTheProxys } from './ports-are-not-the-proxys.ts';
import { portsAreSaidOnce } from './ports-are-said-once.ts';
import { portsExist } from './ports-exist.ts';
import { protocolsAreKnown } from './protocols-are-known.ts';
import { providersHaveGateways } from './providers-have-gateways.ts';
import { remoteTrustDomainsHaveAName } from './remote-trust-domains-have-a-name.ts';
import { retriesDoSomething } from './retries-do-something.ts';
import { servicePortsAgree } from './service-ports-agree.ts';
import { severalProvidersAreOneService } from './several-providers-are-one-service.ts';
import { severalProvidersHaveAHost } from './several-providers-have-a-host.ts';
import { timeoutsLeaveRoomForTries } from './timeouts-leave-room-for-tries.ts';
import { trustDomainsDiffer } from './trust-domains-differ.ts';
import { virtualAddressesDiffer } from './virtual-addresses-differ.ts';
import { weightsAddUp } from './weights-add-up.ts';
import { workloadsAreToldApart } from './workloads-are-told-apart.ts';

export { runChecks } from './check.ts';

/** What must hold for a spec by itself, in the order of the codes. A new check gets its line here, a code in `codes.ts`, a page in `docs/checks.md`. */
export const specChecks: readonly Check<'spec'>[] = [
  clustersAreKnown,
  consumersAreElsewhere,
  nothingIsListedTwice,
  providersHaveGateways,
  hostsAreUnique,
  severalProvidersHaveAHost,
  severalProvidersAreOneService,
  failoverOrWeights,
  failoverAndWeightsFit,
  weightsAddUp,
  orderNeedsAddresses,
  clustersAreDistinct,
  gatewaysAreDistinct,
  portsAreSaidOnce,
  protocolsAreKnown,
  portNumbersAreDistinct,
  portsExist,
  httpRulesNeedHttpPorts,
  httpSettingsNeedHttpPorts,
  kafkaHasBrokers,
  addressesAreUsable,
  addressRangeIsUsable,
  ejectionLeavesAnEndpoint,
  deadGatewaysAreNoticed,
  timeoutsLeaveRoomForTries,
  orderIsKeptElsewhereOnly,
  workloadsAreToldApart,
  servicePortsAgree,
  callersAreToldApart,
  ownPodsAreNearest,
  retriesDoSomething,
  localPortsExist,
  grpcIsPost,
  brokerHostsFitIntoALabel,
  portsAreNotTheProxys,
  trustDomainsDiffer,
  remoteTrustDomainsHaveAName,
  localCallersAreLocal,
  gatewayAddressesAreRemote,
  hostsAreFree,
  pathsAreNormal,
  gatewaysAreRestricted,
  namespacesAreNotTheMesh,
];

/** What must hold for everything that follows from a spec. */
export const federationChecks: readonly Check<'federation'>[] = [virtualAddressesDiffer];

/** What must hold for all objects together. */
export const manifestChecks: readonly Check<'manifests'>[] = [objectNamesDiffer];
