import { unfinishedGoal } from '../../apply/unfinished.ts';
import { type ChangeOptions, changeClusters, changeOptions } from '../change.ts';
import { type DefineCommand, intro } from '../command.ts';
import { withoutOption } from '../contexts.ts';
import { formerClusters } from '../former-clusters.ts';

export const define: DefineCommand = (command, session) =>
  changeOptions(
    command
      .addHelpText(
        'before',
        intro('Finishes a run that has stopped part-way: what it was to do is kept in the clusters.', [
          ['aegis-xc resume --cluster-a ctx1 --cluster-b ctx2', 'shows what is left to do, and asks'],
          ['aegis-xc resume --yes', 'in a pipeline'],
        ]),
      )
      .option('--take-over', 'set back, or delete, what somebody else has changed')
      .addOption(withoutOption()),
  ).action(
    session.runs((options: ChangeOptions) =>
      changeClusters(
        {
          also: (federation) => formerClusters(federation, options),
          goal: (place) => unfinishedGoal(place, 'forward', options.without),
          nothing: 'Nothing to do: no run is unfinished.',
          mustBeSaid: false,
          question: ({ revision }) => `Finish the run that makes revision ${revision}?`,
        },
        { ...options, maxRemovals: Number.POSITIVE_INFINITY },
        session,
      ),
    ),
  );
