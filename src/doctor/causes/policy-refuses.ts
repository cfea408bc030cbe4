import type { WayAnswer } from '../../access/answer.ts';
import { type Case, confirmed } from '../case.ts';
import { defineCause } from '../cause.ts';
import { objectName, otherwise, waysFound } from '../evidence.ts';

export const policyRefuses = defineCause({
  name: 'policy-refuses',
  title: 'a policy of the workload refuses the caller',
  explains: { 'access-denied': 95, reset: 64, unavailable: 20 },
  look: (one) => {
    const way = waysFound(one).find(({ decided }) => decided === 'deny-rule' || decided === 'no-allow-rule');
    if (way === undefined) return otherwise(one, 'the policies let the caller in');
    return confirmed(whatRefuses(way), fixFor(way, one));
  },
});

function whatRefuses({ by, decided, to, otherwise: other }: WayAnswer): string {
  const names = by.map(({ policy, rule }) => `${rule === undefined ? '' : `rule ${rule} of `}${objectName(policy)}`);
  if (decided === 'deny-rule') return `${names.join(', ')} in ${to} refuses it`;
  const refs = other.map(({ policy, rule }) => `rule ${rule} of ${objectName(policy)}`);
  return refs.length > 0
    ? `${refs.join(', ')} in ${to} lets this caller send other requests only`
    : `no rule of ${names.join(', ')} in ${to} lets this caller in`;
}

function fixFor(way: WayAnswer, { meant, question: { caller, service } }: Case): string {
  if (way.decided === 'deny-rule') return 'Narrow that rule, if the call is meant.';
  if (meant.allowed !== false)
    return 'The spec lets it in: `aegis-xc plan` shows what the cluster lacks, `aegis-xc apply` puts it right.';
  if (way.otherwise.length > 0) return `Widen its \`allow\` in the consumers of ${service.name}, if the call is meant.`;
  const { cluster, namespace, serviceAccount } = caller;
  return `Add { cluster: ${cluster}, namespace: ${namespace}, serviceAccount: ${serviceAccount} } to the consumers of ${service.name}, if the call is meant.`;
}
