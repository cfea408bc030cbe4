import type { Field } from '../../../objects/field.ts';
import { refusal, type Said, textOf, warning } from '../said.ts';
import { isLabel, quoted } from './forms.ts';

/** `selector.matchLabels`, or `workloadSelector.labels` of the older kinds. */
export function* selectorProblems(labels: Field, isThere: boolean, without: string): Generator<Said> {
  if (!isThere) return;
  for (const [key, field] of labels.entries) {
    const pair = quoted(`${key}=${textOf(field)}`);
    if (key === '') yield refusal(field, `empty key is not supported in selector: ${pair}`);
    if (pair.includes('*')) yield refusal(field, `wildcard is not supported in selector: ${pair}`);
  }
  if (labels.entries.length === 0) yield warning(labels, without);
}

export const workloadSelector = (selector: Field): Generator<Said> =>
  selectorProblems(selector.at('matchLabels'), selector.isSet, 'workload selector specified without labels');

/** What a policy is attached to: of `selector`, `targetRef` and `targetRefs` only one. */
export function* attachment(spec: Field): Generator<Said> {
  const [selector, targetRef, targetRefs] = [spec.at('selector'), spec.at('targetRef'), spec.at('targetRefs')];
  const ways = [selector.isSet, targetRef.isSet, targetRefs.items.length > 0].filter(Boolean).length;
  if (ways > 1) yield refusal(spec, 'only one of targetRefs or workloadSelector can be set');
  yield* workloadSelector(selector);
  for (const reference of [...(targetRef.isSet ? [targetRef] : []), ...targetRefs.items]) yield* target(reference);
}

function* target(reference: Field): Generator<Said> {
  if (textOf(reference.at('name')) === '') yield refusal(reference, 'targetRef name must be set');
  if (textOf(reference.at('namespace')) !== '') {
    const message = 'targetRef namespace must not be set; cross namespace referencing is not supported';
    yield refusal(reference.at('namespace'), message);
  }
  const [group, kind] = [textOf(reference.at('group')), textOf(reference.at('kind'))];
  if (!targets.has(`${group === 'core' ? '' : group}/${kind}`)) {
    yield refusal(reference, `targetRef must be to one of ${[...targets].join(', ')} but was ${group}/${kind}`);
  }
}

const targets = new Set([
  '/Service',
  'networking.istio.io/ServiceEntry',
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/GatewayClass',
]);

export interface Exporting {
  readonly namespace: string;
  /** Only a ServiceEntry may be for nobody. */
  readonly isEntry?: boolean;
  readonly hasSelector?: boolean;
}

export function* exportTo(list: Field, { namespace, isEntry, hasSelector }: Exporting): Generator<Said> {
  const seen = new Set<string>();
  for (const field of list.items) {
    const written = textOf(field);
    const key = written === '.' ? namespace : written;
    if (seen.has(key)) {
      const own = `duplicate entries in exportTo: . and current namespace ${namespace}`;
      yield refusal(field, key === written ? `duplicate entries in exportTo for entry ${written}` : own);
    } else if (key === '~' && !isEntry) {
      yield refusal(field, 'exportTo ~ (none) is not allowed for Istio configuration objects');
    } else if (key !== '' && key !== '*' && key !== '~' && !isLabel(key)) {
      yield refusal(field, 'only .,*, or a valid DNS 1123 label is allowed as exportTo entry');
    } else seen.add(key);
  }
  const several = list.items.length > 1;
  if (hasSelector && seen.size > 0) {
    const beyond = 'destination rule with workload selector cannot have exportTo beyond current namespace';
    if (!seen.has(namespace)) yield refusal(list, beyond);
    else if (seen.size > 1) {
      yield refusal(list, 'destination rule with workload selector cannot have multiple entries in exportTo');
    }
  }
  if (seen.has('*') && several) {
    yield refusal(list, 'cannot have both public (*) and non-public exportTo values for a resource');
  }
  if (seen.has('~') && several) yield refusal(list, 'cannot export service entry to no one (~) and someone');
}
