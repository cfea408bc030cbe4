import type { Field } from '../../../objects/field.ts';
import { numberOf, refusal, type Said } from '../said.ts';
import { workloadSelector } from './selectors.ts';

/** `ValidateProxyConfig`. */
export function* proxyConfig(spec: Field): Generator<Said> {
  yield* workloadSelector(spec.at('selector'));
  if (numberOf(spec.at('concurrency')) < 0) {
    yield refusal(spec.at('concurrency'), 'concurrency must be greater than or equal to 0');
  }
}
