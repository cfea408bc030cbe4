import type { Field } from '../../../objects/field.ts';
import { refusal, type Said } from '../said.ts';
import { workloadSelector } from './selectors.ts';

/** `ValidatePeerAuthentication`. */
export function* peerAuthentication(spec: Field): Generator<Said> {
  const ports = spec.at('portLevelMtls');
  const selects = spec.at('selector', 'matchLabels').entries.length > 0;
  if (ports.entries.length > 0 && !selects) {
    yield refusal(ports, 'mesh/namespace peer authentication cannot have port level mTLS');
  }
  if (ports.isSet && ports.entries.length === 0) {
    yield refusal(ports, 'port level mTLS, if defined, must have at least one element');
  }
  for (const [port, field] of ports.entries) {
    if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
      yield refusal(field, 'port must be in range 1..65535');
    }
  }
  yield* workloadSelector(spec.at('selector'));
}
