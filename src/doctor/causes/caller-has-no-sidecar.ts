import { defineCause } from '../cause.ts';
import { fromCodes } from '../evidence.ts';

export const callerHasNoSidecar = defineCause({
  name: 'caller-has-no-sidecar',
  title: 'the caller has no sidecar',
  explains: { 'name-unknown': 93, plaintext: 85, reset: 58, 'handshake-ended': 60, timeout: 28 },
  look: (one) => fromCodes(one, ['AXC4035'], 'the pods of the caller have sidecars', [one.question.caller.cluster]),
});
