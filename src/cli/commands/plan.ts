import { hasErrors } from '../../diagnostics.ts';
import { isEmpty } from '../../plan/plan.ts';
import { withClusters } from '../clusters.ts';
import { type DefineCommand, intro, outputOption } from '../command.ts';
import { compileSpec } from '../compile.ts';
import { type ContextOptions, contextOptions, withoutOption } from '../contexts.ts';
import { printJson } from '../output.ts';
import { savePlan } from '../plan-file.ts';
import { preparePlan } from '../planning.ts';
import type { ExitCode, Session } from '../session.ts';
import { diagnosticsText } from '../ui/diagnostics.ts';
import { planJson } from '../ui/plan-json.ts';
import { planMarkdown } from '../ui/plan-markdown.ts';
import { planText } from '../ui/plan-text.ts';

interface Options extends ContextOptions {
  readonly output: 'text' | 'json' | 'markdown';
  readonly exitCode?: boolean;
  readonly out?: string;
  readonly full?: boolean;
}

export const define: DefineCommand = (command, session) =>
  contextOptions(
    command
      .addHelpText(
        'before',
        intro(
          'Shows what `apply` would do: for every cluster and stage what is made, changed and deleted. Reads only.',
          [
            ['aegis-xc plan --cluster-a ctx1 --cluster-b ctx2', 'the two clusters of federation.yaml'],
            ['aegis-xc plan --exit-code', 'exit 1 when something would change, for a scheduled check'],
            ['aegis-xc plan -o markdown >> "$GITHUB_STEP_SUMMARY"', 'for a pull request'],
          ],
        ),
      )
      .option('--exit-code', 'exit 1 when there is something to do')
      .option('--full', 'show new objects in full')
      .option('--out <file>', 'save the plan: `apply <file>` does exactly that, or refuses')
      .addOption(withoutOption())
      .addOption(outputOption('text', 'json', 'markdown')),
  ).action(session.runs((options: Options) => plan(options, session)));

async function plan(options: Options, session: Session): Promise<ExitCode> {
  const { federation, manifests, diagnostics: found, locate } = await compileSpec(session);
  const { without = [] } = options;
  return withClusters(federation.clusters, options, session, async (clients) => {
    const prepared = await preparePlan({ federation, manifests, clients, locate, without }, session);
    const { output, full = false, exitCode = false } = options;
    const refused = hasErrors(prepared.diagnostics);
    // First, for the result would be told twice if it failed later.
    if (!refused && options.out !== undefined) savePlan(options.out, prepared.plan);
    if (output === 'json') printJson(session, planJson(prepared), [...found, ...prepared.diagnostics]);
    else {
      session.print((output === 'markdown' ? planMarkdown : planText)(prepared, { paint: session.paint, full }));
      if (prepared.diagnostics.length > 0) session.warn(diagnosticsText(prepared.diagnostics, session.paintTalk));
    }
    if (refused) return 2;
    return exitCode && !isEmpty(prepared.plan) ? 1 : 0;
  });
}
