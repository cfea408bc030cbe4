import { runPlan } from '../../apply/run.ts';
import { hasErrors } from '../../diagnostics.ts';
import { UsageError } from '../../errors.ts';
import type { Plan } from '../../plan/plan.ts';
import { withClusters } from '../clusters.ts';
import { type DefineCommand, intro, outputOption } from '../command.ts';
import { compileSpec } from '../compile.ts';
import { type ContextOptions, contextOptions, milliseconds } from '../contexts.ts';
import { printJson } from '../output.ts';
import { preparePlan } from '../planning.ts';
import { outcomeExit, outcomeText, reportEvents } from '../running.ts';
import type { ExitCode, Session } from '../session.ts';
import { diagnosticsText } from '../ui/diagnostics.ts';
import { planJson } from '../ui/plan-json.ts';
import { planText } from '../ui/plan-text.ts';

interface Options extends ContextOptions {
  readonly output: 'text' | 'json';
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly settle: number;
}

export const define: DefineCommand = (command, session) =>
  contextOptions(
    command
      .addHelpText(
        'before',
        intro('Removes the federation from all clusters: first what calls, then what is called.', [
          ['aegis-xc delete --cluster-a ctx1 --cluster-b ctx2', 'shows the plan and asks'],
          ['aegis-xc delete --yes', 'in a pipeline, where nobody can be asked'],
          ['aegis-xc delete --dry-run', 'shows the plan only'],
        ]),
      )
      .option('--dry-run', 'show the plan, change nothing')
      .option('-y, --yes', 'do not ask')
      .option(
        '--settle <duration>',
        'pause between two stages, for the proxies to hear of the first',
        milliseconds,
        2000,
      )
      .addOption(outputOption('text', 'json')),
  ).action(session.runs((options: Options) => remove(options, session)));

async function remove(options: Options, session: Session): Promise<ExitCode> {
  const { federation, diagnostics: found, locate } = await compileSpec(session);
  const { settle, output, dryRun = false } = options;
  return withClusters(federation.clusters, options, session, async (clients, signal) => {
    const prepared = await preparePlan({ federation, manifests: [], clients, locate }, session);
    const { plan } = prepared;
    const diagnostics = [...found, ...prepared.diagnostics];
    if (output === 'text')
      (dryRun ? session.print : session.say)(planText(prepared, { paint: session.paint, full: false }));
    if (prepared.diagnostics.length > 0) session.warn(diagnosticsText(prepared.diagnostics, session.paintTalk));
    if (hasErrors(diagnostics) || dryRun) {
      if (output === 'json') printJson(session, planJson(prepared), diagnostics);
      return hasErrors(diagnostics) ? 2 : 0;
    }
    if (isGone(plan)) {
      if (output === 'json') printJson(session, { ...planJson(prepared), outcome: 'unchanged' }, diagnostics);
      session.warn(`Nothing to do: no cluster has anything of ${federation.name}. 0 writes.`);
      return 0;
    }
    if (!(await agreed(plan, options, session))) return 2;
    const outcome = await session.progress((progress) =>
      runPlan({ plan, clients, settle, signal, removing: true, onEvent: reportEvents(plan, progress) }),
    );
    if (output === 'json') printJson(session, { ...planJson(prepared), outcome: outcome.kind }, diagnostics);
    session.warn(
      outcome.kind === 'done'
        ? `${session.paintTalk.green('Done:')} nothing of ${federation.name} is left.`
        : outcomeText(outcome, plan, session.paintTalk),
    );
    return outcomeExit(outcome);
  });
}

const isGone = ({ clusters }: Plan): boolean =>
  clusters.every(({ observation }) => observation.inventory === undefined);

async function agreed(plan: Plan, { yes = false }: Options, session: Session): Promise<boolean> {
  if (yes) return true;
  if (!session.interactive) {
    throw new UsageError('Nobody is there to ask whether the federation may be deleted.', 'Say it with --yes.');
  }
  if (await session.confirm(`Delete ${plan.federation} from ${plan.clusters.length} clusters?`)) return true;
  session.warn('Nothing was changed.');
  return false;
}
