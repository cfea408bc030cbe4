import type { Cause } from '../cause.ts';
import { answerTakesTooLong } from './answer-takes-too-long.ts';
import { callerHasNoSidecar } from './caller-has-no-sidecar.ts';
import { connectionsRunOut } from './connections-run-out.ts';
import { destinationRuleShadows } from './destination-rule-shadows.ts';
import { gatewayAddressHasNoRecord } from './gateway-address-has-no-record.ts';
import { gatewayDoesNotKnowService } from './gateway-does-not-know-service.ts';
import { gatewayIsDown } from './gateway-is-down.ts';
import { gatewayIsElsewhere } from './gateway-is-elsewhere.ts';
import { hostIsNotExported } from './host-is-not-exported.ts';
import { hostIsNotImported } from './host-is-not-imported.ts';
import { hostIsTaken } from './host-is-taken.ts';
import { idleConnectionIsClosed } from './idle-connection-is-closed.ts';
import { namesAreNotCaptured } from './names-are-not-captured.ts';
import { namespaceIsNotRead } from './namespace-is-not-read.ts';
import { networkPolicyIsInTheWay } from './network-policy-is-in-the-way.ts';
import { nobodyServes } from './nobody-serves.ts';
import { policyRefuses } from './policy-refuses.ts';
import { portIsNotAsSaid } from './port-is-not-as-said.ts';
import { portTakesOtherMtls } from './port-takes-other-mtls.ts';
import { protocolIsGuessed } from './protocol-is-guessed.ts';
import { rootsAreNotTrusted } from './roots-are-not-trusted.ts';
import { serverHasAnotherIdentity } from './server-has-another-identity.ts';
import { serverNameIsWrong } from './server-name-is-wrong.ts';
import { sidecarHidesHost } from './sidecar-hides-host.ts';
import { trustDomainIsNotAccepted } from './trust-domain-is-not-accepted.ts';
import { workloadHasNoSidecar } from './workload-has-no-sidecar.ts';

/** Why calls fail, from the caller to the workload. A new cause gets its line here, and a case in `test/doctor/`. */
export const causes: readonly Cause[] = [
  namesAreNotCaptured,
  hostIsNotImported,
  hostIsNotExported,
  sidecarHidesHost,
  callerHasNoSidecar,
  destinationRuleShadows,
  serverNameIsWrong,
  gatewayDoesNotKnowService,
  serverHasAnotherIdentity,
  rootsAreNotTrusted,
  trustDomainIsNotAccepted,
  policyRefuses,
  portTakesOtherMtls,
  workloadHasNoSidecar,
  nobodyServes,
  gatewayIsDown,
  gatewayIsElsewhere,
  networkPolicyIsInTheWay,
  portIsNotAsSaid,
  protocolIsGuessed,
  hostIsTaken,
  namespaceIsNotRead,
  gatewayAddressHasNoRecord,
  connectionsRunOut,
  answerTakesTooLong,
  idleConnectionIsClosed,
];
