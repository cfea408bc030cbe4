import { type ChangeOptions, changeClusters, changeOptions } from '../change.ts';
import { type DefineCommand, intro } from '../command.ts';

export const define: DefineCommand = (command, session) =>
  changeOptions(
    command
      .addHelpText(
        'before',
        intro('Brings all clusters to what the spec says, as one change: stage by stage, all clusters in step.', [
          ['aegis-xc apply --cluster-a ctx1 --cluster-b ctx2', 'shows the plan and asks; a pipeline is not asked'],
          ['aegis-xc apply --yes', 'does not ask at a terminal either'],
          ['aegis-xc apply --dry-run', 'shows the plan only'],
        ]),
      )
      .option('--take-over', 'set back fields that somebody else has changed'),
  ).action(
    session.runs((options: ChangeOptions) =>
      changeClusters(
        {
          removing: false,
          mustBeSaid: false,
          question: ({ clusters }) => `Apply this to ${clusters.length} clusters?`,
        },
        options,
        session,
      ),
    ),
  );
