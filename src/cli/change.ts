import type { Command } from 'commander';
import { type Outcome, runPlan } from '../apply/run.ts';
import { type Diagnostic, hasErrors } from '../diagnostics.ts';
import { UsageError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { type Clients, withClusters } from './clusters.ts';
import { outputOption } from './command.ts';
import { compileSpec } from './compile.ts';
import { type ContextOptions, contextOptions, durationOption } from './contexts.ts';
import { printJson } from './output.ts';
import { type Prepared, preparePlan } from './planning.ts';
import { outcomeExit, outcomeText, reportEvents } from './running.ts';
import type { ExitCode, Session } from './session.ts';
import { diagnosticsText } from './ui/diagnostics.ts';
import { planJson } from './ui/plan-json.ts';
import { planText } from './ui/plan-text.ts';

/** The options of the commands that write. */
export interface ChangeOptions extends ContextOptions {
  readonly output: 'text' | 'json';
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly takeOver?: boolean;
  readonly settle: number;
}

export const changeOptions = (command: Command): Command =>
  contextOptions(
    command
      .option('--dry-run', 'show the plan, change nothing')
      .option('-y, --yes', 'do not ask')
      .addOption(
        durationOption('--settle <duration>', 'pause between two stages, for the proxies to hear of the first', '2s'),
      )
      .addOption(outputOption('text', 'json')),
  );

/** What is to become of the federation, and how that is asked and told. */
export interface Change {
  /** Nothing of it stays. */
  readonly removing: boolean;
  readonly question: (plan: Plan) => string;
  /** Whether a pipeline, where nobody can be asked, has to say `--yes`. */
  readonly mustBeSaid: boolean;
}

/** The road of `apply` and `delete`: read, plan, have every write tried, show, ask, write. */
export async function changeClusters(change: Change, options: ChangeOptions, session: Session): Promise<ExitCode> {
  const { federation, manifests, diagnostics: warned, locate } = await compileSpec(session);
  const { takeOver = false, dryRun = false } = options;
  return withClusters(federation.clusters, options, session, async (clients, signal) => {
    const wanted = change.removing ? [] : manifests;
    const prepared = await preparePlan({ federation, manifests: wanted, clients, locate, takeOver }, session);
    const found = takeOver ? prepared.diagnostics : refusing(prepared.diagnostics);
    show(prepared, found, options, session);
    const refused = hasErrors(found);
    if (refused || dryRun) {
      report(prepared, [...warned, ...found], refused ? 'refused' : 'planned', options, session);
      if (refused) session.warn('Nothing was changed.');
      return refused ? 2 : 0;
    }
    if (!(await agreed(change, prepared.plan, options, session))) return 2;
    const outcome = await write(change, prepared.plan, { clients, signal, options, session });
    report(prepared, [...warned, ...found], outcome.kind, options, session);
    session.warn(outcomeText(outcome, prepared.plan, change.removing, session.paintTalk));
    return outcomeExit(outcome);
  });
}

/** What `plan` warns of, a write refuses: to take a field from somebody has to be said. */
const refusing = (diagnostics: readonly Diagnostic[]): Diagnostic[] =>
  diagnostics.map((one) => (one.code === 'AXC5004' ? { ...one, severity: 'error' } : one));

/** The plan is what a person decides by, so it is talk; with `--dry-run` it is the result. */
function show(prepared: Prepared, found: readonly Diagnostic[], options: ChangeOptions, session: Session): void {
  const { output, dryRun = false } = options;
  if (output === 'text' && dryRun) session.print(planText(prepared, { paint: session.paint, full: false }));
  else if (output === 'text') session.say(`${planText(prepared, { paint: session.paintTalk, full: false })}\n`);
  if (found.length > 0) session.warn(diagnosticsText(found, session.paintTalk));
}

function report(
  prepared: Prepared,
  diagnostics: readonly Diagnostic[],
  outcome: Outcome['kind'] | 'planned',
  { output }: ChangeOptions,
  session: Session,
): void {
  if (output === 'json') printJson(session, { ...planJson(prepared), outcome }, diagnostics);
}

async function agreed(change: Change, plan: Plan, { yes = false }: ChangeOptions, session: Session): Promise<boolean> {
  if (yes || plan.steps.length === 0) return true;
  if (!session.interactive) {
    if (!change.mustBeSaid) return true;
    throw new UsageError('Nobody is there to be asked.', 'Say that it is meant with --yes.');
  }
  if (await session.confirm(change.question(plan))) return true;
  session.warn('Nothing was changed.');
  return false;
}

interface Tools {
  readonly clients: Clients;
  readonly signal: AbortSignal;
  readonly options: ChangeOptions;
  readonly session: Session;
}

const write = (change: Change, plan: Plan, { clients, signal, options, session }: Tools): Promise<Outcome> =>
  session.progress((progress) =>
    runPlan({
      plan,
      clients,
      signal,
      settle: options.settle,
      takeOver: options.takeOver ?? false,
      removing: change.removing,
      onEvent: reportEvents(plan, progress),
    }),
  );
