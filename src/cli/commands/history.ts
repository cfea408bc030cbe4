import { revisionsOf } from '../../apply/unfinished.ts';
import { withClusters } from '../clusters.ts';
import { type DefineCommand, intro, outputOption } from '../command.ts';
import { compileSpec } from '../compile.ts';
import { type ContextOptions, contextOptions } from '../contexts.ts';
import { printJson } from '../output.ts';
import type { ExitCode, Session } from '../session.ts';
import { table } from '../ui/table.ts';

interface Options extends ContextOptions {
  readonly output: 'text' | 'json';
}

export const define: DefineCommand = (command, session) =>
  contextOptions(
    command
      .addHelpText(
        'before',
        intro('Lists the revisions that the clusters keep: the last ten, newest first. Reads only.', [
          ['aegis-xc history --cluster-a ctx1 --cluster-b ctx2', 'who applied what, and when'],
          ['aegis-xc rollback --to 7', 'goes back to one of them'],
        ]),
      )
      .addOption(outputOption('text', 'json')),
  ).action(session.runs((options: Options) => history(options, session)));

async function history(options: Options, session: Session): Promise<ExitCode> {
  const { federation, diagnostics } = await compileSpec(session);
  return withClusters(federation.clusters, options, session, async (clients): Promise<ExitCode> => {
    const revisions = await revisionsOf({ clients, federation });
    if (options.output === 'json') printJson(session, { federation: federation.name, revisions }, diagnostics);
    else if (revisions.length === 0) session.say('Nothing was applied yet.');
    else {
      const rows = revisions.map(({ revision, at, change, by, commit, objects, clusters, allowed = [] }) => [
        `${revision}`,
        at.slice(0, 19).replace('T', ' '),
        change,
        `${objects}`,
        commit ?? '-',
        by,
        clusters.join(', '),
        allowed.join(', '),
      ]);
      const head = ['REVISION', 'WHEN (UTC)', 'CHANGE', 'OBJECTS', 'COMMIT', 'BY', 'CLUSTERS'];
      const someAllowed = revisions.some(({ allowed }) => allowed !== undefined);
      session.print(table(someAllowed ? [...head, 'ALLOWED'] : head, rows));
    }
    return 0;
  });
}
