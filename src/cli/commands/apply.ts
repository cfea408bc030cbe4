import { runPlan } from '../../apply/run.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics.ts';
import { isEmpty, type Plan } from '../../plan/plan.ts';
import { withClusters } from '../clusters.ts';
import { type DefineCommand, intro, outputOption } from '../command.ts';
import { compileSpec } from '../compile.ts';
import { type ContextOptions, contextOptions, milliseconds } from '../contexts.ts';
import { printJson } from '../output.ts';
import { type Prepared, preparePlan } from '../planning.ts';
import { outcomeExit, outcomeText, reportEvents } from '../running.ts';
import type { ExitCode, Session } from '../session.ts';
import { diagnosticsText } from '../ui/diagnostics.ts';
import { planJson } from '../ui/plan-json.ts';
import { planText } from '../ui/plan-text.ts';

interface Options extends ContextOptions {
  readonly output: 'text' | 'json';
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly takeOver?: boolean;
  readonly settle: number;
}

export const define: DefineCommand = (command, session) =>
  contextOptions(
    command
      .addHelpText(
        'before',
        intro('Brings all clusters to what the spec says, as one change: stage by stage, all clusters in step.', [
          ['aegis-xc apply --cluster-a ctx1 --cluster-b ctx2', 'shows the plan and asks, at a terminal'],
          ['aegis-xc apply --yes', 'does not ask; a pipeline is never asked'],
          ['aegis-xc apply --dry-run', 'the same as `plan`'],
        ]),
      )
      .option('--dry-run', 'show the plan, change nothing')
      .option('-y, --yes', 'do not ask')
      .option('--take-over', 'set back fields that somebody else has changed')
      .option(
        '--settle <duration>',
        'pause between two stages, for the proxies to hear of the first',
        milliseconds,
        2000,
      )
      .addOption(outputOption('text', 'json')),
  ).action(session.runs((options: Options) => apply(options, session)));

async function apply(options: Options, session: Session): Promise<ExitCode> {
  const { federation, manifests, diagnostics: found, locate } = await compileSpec(session);
  const { takeOver = false, settle, output } = options;
  return withClusters(federation.clusters, options, session, async (clients, signal) => {
    const prepared = await preparePlan({ federation, manifests, clients, locate, takeOver }, session);
    const { plan } = prepared;
    const diagnostics = [...found, ...refusals(prepared, takeOver)];
    showPlan(prepared, options, session);
    if (prepared.diagnostics.length > 0) session.warn(diagnosticsText(refusals(prepared, takeOver), session.paintTalk));
    if (hasErrors(diagnostics) || options.dryRun) {
      if (output === 'json') printJson(session, planJson(prepared), diagnostics);
      if (hasErrors(diagnostics)) session.warn('Nothing was changed.');
      return hasErrors(diagnostics) ? 2 : 0;
    }
    if (!(await agreed(plan, options, session))) return 2;
    const outcome = await session.progress((progress) =>
      runPlan({ plan, clients, settle, takeOver, signal, onEvent: reportEvents(plan, progress) }),
    );
    if (output === 'json') printJson(session, { ...planJson(prepared), outcome: outcome.kind }, diagnostics);
    session.warn(outcomeText(outcome, plan, session.paintTalk));
    return outcomeExit(outcome);
  });
}

/** The plan is what a person decides by; the result of `-o json` has it inside. */
function showPlan(prepared: Prepared, { output, dryRun }: Options, session: Session): void {
  if (output === 'json') return;
  const text = planText(prepared, { paint: dryRun ? session.paint : session.paintTalk, full: false });
  if (dryRun) session.print(text);
  else session.say(text);
}

/** What `plan` warns of, `apply` refuses: to take a field from somebody needs to be said. */
const refusals = ({ diagnostics }: Prepared, takeOver: boolean): Diagnostic[] =>
  diagnostics.map((one) => (one.code === 'AXC5004' && !takeOver ? { ...one, severity: 'error' as const } : one));

async function agreed(plan: Plan, { yes }: Options, session: Session): Promise<boolean> {
  if (yes || !session.interactive || isEmpty(plan)) return true;
  if (await session.confirm(`Apply this to ${plan.clusters.length} clusters?`)) return true;
  session.warn('Nothing was changed.');
  return false;
}
