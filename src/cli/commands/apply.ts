import { ClusterError } from '../../errors.ts';
import { type ChangeOptions, changeClusters, changeOptions, maxRemovalsOption, onFailureOption } from '../change.ts';
import { type DefineCommand, intro } from '../command.ts';
import { withoutOption } from '../contexts.ts';
import { loadPlan } from '../plan-file.ts';

export const define: DefineCommand = (command, session) =>
  changeOptions(
    command
      .argument('[plan]', 'a plan that `plan --out` has saved: exactly that is done, or nothing')
      .addHelpText(
        'before',
        intro('Brings all clusters to what the spec says, as one change: stage by stage, all clusters in step.', [
          ['aegis-xc apply --cluster-a ctx1 --cluster-b ctx2', 'shows the plan and asks; a pipeline is not asked'],
          ['aegis-xc apply --yes', 'does not ask at a terminal either'],
          ['aegis-xc apply --dry-run', 'shows the plan only'],
          ['aegis-xc apply shop.plan', 'what was planned and approved before'],
          ['aegis-xc apply --without cluster-c', 'cluster-c is gone: take calls away from it in the others'],
        ]),
      )
      .option('--take-over', 'set back, or delete, what somebody else has changed')
      .option('--forget <cluster...>', 'leave a cluster that took part as it is, for ever')
      .addOption(onFailureOption())
      .addOption(withoutOption())
      .addOption(maxRemovalsOption()),
  ).action(
    session.runs((file: string | undefined, options: ChangeOptions) =>
      changeClusters(
        {
          goal: (_, manifests) => ({ course: { kind: 'begin' }, change: 'apply', manifests, leaving: new Set() }),
          saved: file === undefined ? undefined : loadPlan(file),
          mustBeSaid: false,
          question: ({ clusters }) => `Apply this to ${clusters.length} clusters?`,
        },
        options,
        session,
      ).catch(offerWithout),
    ),
  );

/** A cluster that is gone need not hold up the others. */
function offerWithout(failure: unknown): never {
  if (failure instanceof AggregateError) throw new AggregateError(failure.errors.map(withOffer));
  throw withOffer(failure);
}

function withOffer(failure: unknown): unknown {
  if (!(failure instanceof ClusterError) || failure.reason !== 'unreachable') return failure;
  const { cluster, message, hint } = failure;
  const offer = `If it stays away: \`aegis-xc apply --without ${cluster}\` takes calls away from it in the others.`;
  return new ClusterError(cluster, message, {
    ...failure,
    hint: hint === undefined ? offer : `${hint}\n${offer}`,
    cause: failure,
  });
}
