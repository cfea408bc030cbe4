import type { WayAnswer } from '../../access/answer.ts';
import { isOpen } from '../../access/truth.ts';
import { type Case, confirmed, notChecked, type Outcome } from '../case.ts';
import { defineCause } from '../cause.ts';
import { objectName, otherwise, waysFound } from '../evidence.ts';

export const policyRefuses = defineCause({
  name: 'policy-refuses',
  title: 'a policy of the workload refuses the caller',
  explains: { 'access-denied': 95, reset: 64, unavailable: 20 },
  look: (one) => {
    const way = waysFound(one).find(({ decided }) => decided === 'deny-rule' || decided === 'no-allow-rule');
    const open = waysFound(one).find(({ decided }) => decided === 'open');
    if (way === undefined && open) return undecided(open);
    if (way === undefined) return otherwise(one, 'policies', 'the policies let the caller in');
    return confirmed(whatRefuses(way), fixFor(way, one));
  },
});

/** Some requests of this caller get in, or it hangs on what no object says. */
function undecided({ allowed, by, to }: WayAnswer): Outcome {
  const names = refNames(by);
  if (!isOpen(allowed)) return notChecked(`${names} in ${to} may refuse it`);
  const on = [...allowed.on, ...(allowed.request ? ['the method and the path'] : [])].join(' and ');
  return notChecked(
    `${names} in ${to} may refuse it: that depends on ${on}`,
    allowed.request ? 'Say --method and --path, or give the line of an access log as the symptom.' : undefined,
  );
}

const refNames = (refs: WayAnswer['by']): string =>
  refs.map(({ policy, rule }) => `${rule === undefined ? '' : `rule ${rule} of `}${objectName(policy)}`).join(', ');

function whatRefuses({ by, decided, to, otherwise: other }: WayAnswer): string {
  if (decided === 'deny-rule') return `${refNames(by)} in ${to} refuses it`;
  return other.length > 0
    ? `${refNames(other)} in ${to} lets this caller send other requests only`
    : `no rule of ${refNames(by)} in ${to} lets this caller in`;
}

function fixFor(way: WayAnswer, { meant, question: { caller, service } }: Case): string {
  if (way.decided === 'deny-rule') return 'Narrow that rule, if the call is meant.';
  if (meant.allowed !== false)
    return 'The spec lets it in: `aegis-xc plan` shows what the cluster lacks, `aegis-xc apply` puts it right.';
  if (way.otherwise.length > 0) return `Widen its \`allow\` in the consumers of ${service.name}, if the call is meant.`;
  const { cluster, namespace, serviceAccount } = caller;
  return `Add { cluster: ${cluster}, namespace: ${namespace}, serviceAccount: ${serviceAccount} } to the consumers of ${service.name}, if the call is meant.`;
}
