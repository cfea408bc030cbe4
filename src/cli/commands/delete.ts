import { type ChangeOptions, changeClusters, changeOptions } from '../change.ts';
import { type DefineCommand, intro } from '../command.ts';

export const define: DefineCommand = (command, session) =>
  changeOptions(
    command.addHelpText(
      'before',
      intro('Removes the federation from all clusters: first what calls, then what is called.', [
        ['aegis-xc delete --cluster-a ctx1 --cluster-b ctx2', 'shows the plan and asks'],
        ['aegis-xc delete --yes', 'in a pipeline, where nobody can be asked'],
        ['aegis-xc delete --dry-run', 'shows the plan only'],
      ]),
    ),
  ).action(
    session.runs((options: ChangeOptions) =>
      changeClusters(
        {
          removing: true,
          mustBeSaid: true,
          question: ({ federation, clusters }) => `Delete ${federation} from ${clusters.length} clusters?`,
        },
        options,
        session,
      ),
    ),
  );
