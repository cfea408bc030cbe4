import { UsageError } from '../../errors.ts';
import { type ChangeOptions, changeClusters, changeOptions, onFailureOption } from '../change.ts';
import { type DefineCommand, intro } from '../command.ts';
import { formerCluster } from '../former-clusters.ts';
import type { Session } from '../session.ts';

interface Options extends ChangeOptions {
  readonly cluster?: string;
}

export const define: DefineCommand = (command, session) =>
  changeOptions(
    command
      .addHelpText(
        'before',
        intro('Removes the federation from all clusters: first what calls, then what is called.', [
          ['aegis-xc delete --cluster-a ctx1 --cluster-b ctx2', 'shows the plan and asks'],
          ['aegis-xc delete --yes', 'in a pipeline, where nobody can be asked'],
          ['aegis-xc delete --dry-run', 'shows the plan only'],
          [
            'aegis-xc delete --cluster cluster-c --context cluster-c=ctx3',
            'from one that the spec does not name any more',
          ],
        ]),
      )
      .option('--cluster <name>', 'only from this cluster, which has left the spec; the others get what the spec says')
      .option('--take-over', 'delete also what somebody else has changed')
      .addOption(onFailureOption()),
  ).action(
    session.runs((options: Options) =>
      options.cluster ? leave(options.cluster, options, session) : all(options, session),
    ),
  );

const all = (options: Options, session: Session) =>
  changeClusters(
    {
      goal: ({ clients }) => ({
        course: { kind: 'begin' },
        change: 'delete',
        manifests: [],
        leaving: new Set(clients.keys()),
      }),
      mustBeSaid: true,
      question: ({ federation, clusters }) => `Delete ${federation} from ${clusters.length} clusters?`,
    },
    options,
    session,
  );

/** The callers everywhere first, then what they called: one plan over the clusters that stay and the one that goes. */
const leave = (name: string, options: Options, session: Session) =>
  changeClusters(
    {
      also: () => [formerCluster(name)],
      goal: ({ federation }, manifests) => {
        if (federation.clusters.some((cluster) => cluster.name === name)) {
          throw new UsageError(
            `${name} is in the spec.`,
            'Take it out of the spec first: then its callers go elsewhere.',
          );
        }
        return { course: { kind: 'begin' }, change: 'delete', manifests, leaving: new Set([name]) };
      },
      mustBeSaid: true,
      question: ({ federation }) => `Remove ${federation} from ${name}?`,
    },
    options,
    session,
  );
