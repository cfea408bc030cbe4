import { type Command, InvalidArgumentError, Option } from 'commander';
import { longestTtl } from '../apply/lock.ts';
import type { Outcome } from '../apply/outcome.ts';
import { type Place, readPlan } from '../apply/read-plan.ts';
import { runPlan } from '../apply/run.ts';
import type { Goal } from '../apply/unfinished.ts';
import type { Code } from '../codes.ts';
import { type Diagnostic, hasErrors } from '../diagnostics.ts';
import { UsageError } from '../errors.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Cluster, Federation } from '../model/federation.ts';
import type { Fingerprint } from '../plan/differences.ts';
import type { Plan } from '../plan/plan.ts';
import { allowedIn, allowOption } from './allow.ts';
import { type Clients, withClusters } from './clusters.ts';
import { outputOption } from './command.ts';
import { compileSpec } from './compile.ts';
import { type ContextOptions, contextOptions, durationOption, shortDurationOption } from './contexts.ts';
import { commitOf } from './git.ts';
import { within } from './interrupts.ts';
import { printJson } from './output.ts';
import { mustStillFit } from './plan-file.ts';
import { type Prepared, preparePlan } from './planning.ts';
import { outcomeExit, outcomeJson, outcomeText } from './running.ts';
import type { ExitCode, Session } from './session.ts';
import { diagnosticsText } from './ui/diagnostics.ts';
import { planJson } from './ui/plan-json.ts';
import { countOps, planText } from './ui/plan-text.ts';
import { reportEvents } from './ui/run-progress.ts';
import { count } from './ui/text.ts';
import { version } from './version.ts';

/** The options of the commands that write. */
export interface ChangeOptions extends ContextOptions {
  readonly output: 'text' | 'json';
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly takeOver?: boolean;
  readonly settle: number;
  readonly timeout: number;
  /** Missing where a failure can only hold: what ends a run is no new run. */
  readonly onFailure?: 'rollback' | 'hold';
  readonly maxRemovals?: number;
  readonly lockTtl: number;
  /** Clusters that took part and are not to be asked after any more. */
  readonly forget?: readonly string[];
  /** Findings about the clusters that shall not stop this run. */
  readonly allow?: readonly Code[];
}

export const changeOptions = (command: Command): Command =>
  contextOptions(
    command
      .option('--dry-run', 'show the plan, change nothing')
      .option('-y, --yes', 'do not ask')
      .addOption(allowOption())
      .addOption(durationOption('--timeout <duration>', 'after which no further write is begun', '5m'))
      .addOption(
        durationOption('--settle <duration>', 'pause between two stages, for the proxies to hear of the first', '2s'),
      )
      .addOption(
        shortDurationOption(
          '--lock-ttl <duration>',
          'after which the lock of this run is free, should it die',
          '30s',
          longestTtl,
        ),
      )
      .addOption(outputOption('text', 'json')),
  );

export const onFailureOption = (): Option =>
  new Option('--on-failure <what>', 'what a stage that fails leads to')
    .choices(['rollback', 'hold'])
    .default('rollback');

export const maxRemovalsOption = (): Option =>
  new Option(
    '--max-removals <number>',
    'objects that may go without a question; needed in a pipeline when more than a third goes',
  ).argParser((text) => {
    if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Write a number.');
    return Number(text);
  });

/** What is to become of the federation, and how that is asked and told. */
export interface Change {
  /** Decided when the clusters can be read; undefined when there is nothing to do. */
  readonly goal: (place: Place, rendered: readonly Manifest[]) => Promise<Goal | undefined> | Goal;
  /** What is said when there is no goal. */
  readonly nothing?: string;
  readonly question: (plan: Plan) => string;
  /** Whether a pipeline, where nobody can be asked, has to say `--yes`. */
  readonly mustBeSaid: boolean;
  /** The plan as somebody has approved it. */
  readonly saved?: Fingerprint | undefined;
  /** Clusters beside those of the spec. */
  readonly also?: (federation: Federation) => readonly Cluster[];
}

/** The road of every command that writes: read, plan, have every write tried, show, ask, write. */
export async function changeClusters(change: Change, options: ChangeOptions, session: Session): Promise<ExitCode> {
  const { federation, manifests: rendered, diagnostics: warned, locate } = await compileSpec(session);
  const { takeOver = false, dryRun = false, forget = [], without = [], allow = [] } = options;
  const clusters = [...federation.clusters, ...(change.also?.(federation) ?? [])];
  return withClusters(clusters, options, session, async (clients, signal, gently) => {
    const place = { clients, federation };
    const goal = await change.goal(place, rendered);
    if (goal === undefined) {
      session.warn(change.nothing ?? 'Nothing to do.');
      return 0;
    }
    const { manifests, course, leaving } = goal;
    const wanted = {
      federation,
      manifests,
      clients,
      locate,
      takeOver,
      course,
      leaving,
      forget,
      without,
      allow,
      guarded: true,
    };
    const prepared = await preparePlan(wanted, session);
    const found = takeOver || course.kind === 'back' ? prepared.diagnostics : refusing(prepared.diagnostics);
    if (change.saved) mustStillFit(change.saved, prepared.plan);
    show(prepared, found, options, session);
    const refused = hasErrors(found);
    if (refused || dryRun) {
      report(prepared, [...warned, ...found], { outcome: refused ? 'refused' : 'planned' }, options, session);
      if (refused) session.warn('Nothing was changed.');
      return refused ? 2 : 0;
    }
    if (!(await agreed(change, prepared.plan, options, session))) {
      report(prepared, [...warned, ...found], { outcome: 'declined' }, options, session);
      return 2;
    }
    gently();
    const outcome = await write(goal, prepared.plan, {
      place,
      clients,
      signal,
      options,
      session,
      allowed: allowedIn(found, allow),
    });
    report(prepared, [...warned, ...found], outcomeJson(outcome), options, session);
    session.warn(outcomeText(outcome, prepared.plan, goal, session.paintTalk));
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
  outcome: object,
  { output }: ChangeOptions,
  session: Session,
): void {
  if (output === 'json') printJson(session, { ...planJson(prepared), ...outcome }, diagnostics);
}

async function agreed(change: Change, plan: Plan, options: ChangeOptions, session: Session): Promise<boolean> {
  const { yes = false } = options;
  if (plan.steps.length === 0) return true;
  if (!change.mustBeSaid && (yes || !session.interactive)) mustBeFew(plan, options);
  if (yes) return true;
  if (!session.interactive) {
    if (!change.mustBeSaid) return true;
    throw new UsageError('Nobody is there to be asked.', 'Say that it is meant with --yes.');
  }
  if (await session.confirm(change.question(plan))) return true;
  session.warn('Nothing was changed.');
  return false;
}

/** A spec that has lost most of its services is more often a mistake than meant. */
function mustBeFew({ steps, clusters }: Plan, { maxRemovals }: ChangeOptions): void {
  const goes = countOps(steps).delete;
  const known = clusters.reduce((sum, { observation }) => sum + (observation.inventory?.items.length ?? 0), 0);
  if (goes * 3 <= known || goes <= (maxRemovals ?? 0)) return;
  throw new UsageError(
    `This would delete ${count(goes, 'object')} of ${known}, which is more than a third.`,
    `If it is meant: --max-removals ${goes}. Nothing was changed.`,
  );
}

interface Tools {
  readonly place: Place;
  readonly clients: Clients;
  readonly signal: AbortSignal;
  readonly options: ChangeOptions;
  readonly session: Session;
  readonly allowed: readonly Code[];
}

const write = (
  goal: Goal,
  plan: Plan,
  { place, clients, signal, options, session, allowed }: Tools,
): Promise<Outcome> =>
  session.progress((progress) =>
    within(options.timeout, signal, (ending) =>
      runPlan({
        plan,
        clients,
        ...goal,
        replan: (manifests, course) =>
          readPlan(place, manifests, {
            course,
            leaving: goal.leaving,
            forget: options.forget,
            without: options.without,
            takeOver: options.takeOver,
          }),
        settle: options.settle,
        takeOver: options.takeOver ?? false,
        onFailure: options.onFailure ?? 'hold',
        lockTtl: options.lockTtl,
        about: { commit: commitOf(session.file), tool: version, allowed },
        signal: ending,
        onEvent: reportEvents([...clients.keys()], progress),
      }),
    ),
  );
