import type { Field } from '../../../objects/field.ts';
import { formed, numberOf, refusal, type Said, textOf } from '../said.ts';
import { subsetName } from './destination-rule.ts';
import { portNumber, wildcardDomain } from './forms.ts';

/** Where a route leads, with weights. */
export function* routeDestinations(list: Field): Generator<Said> {
  for (const route of list.items) {
    if (!route.at('destination').isSet) yield refusal(route, 'destination is required');
    yield* destination(route.at('destination'));
    const weight = numberOf(route.at('weight'));
    if (weight < 0) yield refusal(route.at('weight'), `weight ${weight} < 0`);
  }
  const total = list.items.reduce((sum, route) => sum + numberOf(route.at('weight')), 0);
  if (list.items.length > 1 && total === 0) yield refusal(list, 'total destination weight = 0');
}

export function* destination(field: Field): Generator<Said> {
  if (!field.isSet) return;
  const host = textOf(field.at('host'));
  yield* formed(field.at('host'), host === '*' ? `invalid destination host ${host}` : wildcardDomain(host));
  const subset = textOf(field.at('subset'));
  if (subset !== '') yield* formed(field.at('subset'), subsetName(subset));
  if (field.at('port').isSet) yield* formed(field.at('port'), portNumber(numberOf(field.at('port', 'number'))));
}
