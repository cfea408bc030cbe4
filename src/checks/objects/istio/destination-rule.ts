import type { Field } from '../../../objects/field.ts';
import type { SourcedObject } from '../../../objects/object-set.ts';
import { formed, refusal, type Said, textOf } from '../said.ts';
import { isLabel, tags, wildcardDomain } from './forms.ts';
import { exportTo, workloadSelector } from './selectors.ts';
import { trafficPolicy } from './traffic-policy.ts';

/** `ValidateDestinationRule`. */
export function* destinationRule(spec: Field, on: SourcedObject): Generator<Said> {
  const namespace = on.namespace ?? '';
  yield* formed(spec.at('host'), wildcardDomain(textOf(spec.at('host'))));
  yield* trafficPolicy(spec.at('trafficPolicy'), namespace);
  const names = new Set<string>();
  for (const subset of spec.at('subsets').items) {
    const name = textOf(subset.at('name'));
    if (names.has(name)) yield refusal(subset.at('name'), `duplicate subset names: ${name}`);
    names.add(name);
    yield* formed(subset.at('name'), subsetName(name));
    yield* tags(subset.at('labels'));
    yield* trafficPolicy(subset.at('trafficPolicy'), namespace);
  }
  const selector = spec.at('workloadSelector');
  yield* exportTo(spec.at('exportTo'), { namespace, hasSelector: selector.isSet });
  yield* workloadSelector(selector);
}

export function subsetName(name: string): string | undefined {
  if (name === '') return 'subset name cannot be empty';
  return isLabel(name) ? undefined : `subset name is invalid: ${name}`;
}
