import { InvalidArgumentError } from 'commander';
import { revisionGoal, unfinishedGoal } from '../../apply/unfinished.ts';
import { UsageError } from '../../errors.ts';
import { type ChangeOptions, changeClusters, changeOptions, maxRemovalsOption, onFailureOption } from '../change.ts';
import { type DefineCommand, intro } from '../command.ts';
import { withoutOption } from '../contexts.ts';
import { formerClusters } from '../former-clusters.ts';

interface Options extends ChangeOptions {
  readonly to?: number;
}

export const define: DefineCommand = (command, session) =>
  changeOptions(
    command
      .addHelpText(
        'before',
        intro('Goes back: from a run that has stopped part-way to what was before it, else to an earlier revision.', [
          ['aegis-xc rollback --cluster-a ctx1 --cluster-b ctx2', 'shows what would be done, and asks'],
          ['aegis-xc rollback --to 7', 'what revision 7 had, as a new revision'],
        ]),
      )
      .option('--to <revision>', 'one that `history` lists (default: the one before)', revisionNumber)
      .option('--take-over', 'set back, or delete, what somebody else has changed')
      .addOption(onFailureOption())
      .addOption(withoutOption())
      .addOption(maxRemovalsOption()),
  ).action(
    session.runs((options: Options) =>
      changeClusters(
        {
          also: (federation) => formerClusters(federation, options),
          goal: async (place) => {
            const unfinished = await unfinishedGoal(place, 'back', options.without);
            if (unfinished && options.to !== undefined) {
              throw new UsageError(
                'A run is unfinished.',
                '`aegis-xc rollback` without --to goes back to what was before it.',
              );
            }
            return unfinished ?? revisionGoal(place, options.to, options.without);
          },
          mustBeSaid: false,
          question: ({ clusters }) => `Go back in ${clusters.length} clusters?`,
        },
        { ...options, maxRemovals: options.maxRemovals ?? Number.POSITIVE_INFINITY },
        session,
      ),
    ),
  );

function revisionNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Write the number of a revision.');
  return Number(text);
}
