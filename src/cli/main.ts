import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { type DefineCommand, intro, refuseSecondValues } from './command.ts';
import { failureJson, failureText, isInterruption } from './failure.ts';
import { asksForJson } from './output.ts';
import { type ExitCode, type GlobalOptions, openSession } from './session.ts';
import { paintFor } from './ui/colour.ts';
import { version } from './version.ts';

type Load = () => Promise<{ readonly define: DefineCommand }>;
type Entry = readonly [name: string, summary: string, load: Load];

/** Every command, in the order of the help; its file is loaded when it is called. A new command is a line here. */
const commands: Readonly<Record<string, readonly Entry[]>> = {
  'Without a cluster:': [
    ['init', 'write a spec to start from', () => import('./commands/init.ts')],
    ['validate', 'check a spec', () => import('./commands/validate.ts')],
    ['lint', 'check objects that somebody wrote by hand', () => import('./commands/lint.ts')],
    ['can', 'say who may call what, and which rule says so', () => import('./commands/can.ts')],
    ['render', 'print the manifests, or write them to a folder', () => import('./commands/render.ts')],
    ['rbac', 'print the roles that apply needs', () => import('./commands/rbac.ts')],
  ],
  'With the clusters:': [
    ['preflight', 'look whether clusters and meshes are ready', () => import('./commands/preflight.ts')],
    ['doctor', 'say why a call fails', () => import('./commands/doctor.ts')],
    ['plan', 'show what apply would do', () => import('./commands/plan.ts')],
    ['apply', 'bring all clusters to what the spec says', () => import('./commands/apply.ts')],
    ['status', 'show what is where, and what has changed', () => import('./commands/status.ts')],
    ['resume', 'finish a run that has stopped part-way', () => import('./commands/resume.ts')],
    ['rollback', 'go back, from such a run or to a revision', () => import('./commands/rollback.ts')],
    ['history', 'list what was applied when', () => import('./commands/history.ts')],
    ['delete', 'remove the federation from all clusters', () => import('./commands/delete.ts')],
  ],
  'Reference:': [
    ['explain', 'explain a finding, or a key of the spec', () => import('./commands/explain.ts')],
    ['completion', 'print the completion of a shell', () => import('./commands/completion.ts')],
    ['schema', 'print the JSON Schema of the spec', () => import('./commands/schema.ts')],
  ],
};

/** Runs one command line. This file is the only one that sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const args = argv.slice(2);
  guardStreams();
  process.on('uncaughtException', (failure) => void fail(failure, args).then(() => process.exit()));
  try {
    await buildProgram().program.parseAsync(args.length === 0 ? ['--help'] : args, { from: 'user' });
  } catch (failure) {
    await fail(failure, args);
  }
}

/** The program with the options of all its commands, which `main` gives only to the one that is called. */
export async function wholeProgram(): Promise<Command> {
  const { program, loads } = buildProgram();
  for (const command of program.commands) await defineLate(program, command, loads.get(command));
  return program;
}

interface Program {
  readonly program: Command;
  readonly loads: ReadonlyMap<Command, Load>;
}

function buildProgram(): Program {
  const program = new Command('aegis-xc')
    .usage('<command> [options]')
    .addHelpText('before', intro('One file federates the services of several Istio meshes.', firstSteps))
    .addHelpText('after', '\n`aegis-xc help <command>` has the examples and the options of a command.')
    .helpCommand(false)
    .helpOption('-h, --help', 'print the help')
    .version(version, '-V, --version', 'print the version')
    .option('-f, --file <file>', 'the spec, - for stdin (default: federation.yaml)', oneFile)
    .option('-q, --quiet', 'no talk on stderr, only warnings and errors')
    .option('-v, --verbose', 'more talk on stderr')
    .option('--no-color', 'no colour; NO_COLOR and FORCE_COLOR count too')
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 20 })
    .showHelpAfterError('`aegis-xc --help` lists the commands.')
    .exitOverride();

  const loads = new Map<Command, Load>();
  for (const [group, entries] of Object.entries(commands)) {
    for (const [name, summary, load] of entries) {
      loads.set(program.command(name).summary(summary).helpGroup(group), load);
    }
  }
  program.hook('preSubcommand', async (_, command) => defineLate(program, command, loads.get(command)));
  addHelpCommand(program);
  return { program, loads };
}

const firstSteps = [
  ['aegis-xc init', 'write a spec'],
  ['aegis-xc render > out.yaml', 'the manifests; no cluster is needed'],
  ['aegis-xc apply --cluster-a ctx1 --cluster-b ctx2', 'one change over both clusters'],
] as const;

function oneFile(file: string, before: string | undefined): string {
  if (before !== undefined) throw new InvalidArgumentError('A run has one spec.');
  if (file === '') throw new InvalidArgumentError('An empty name is no file.');
  return file;
}

/** Gives a command its options and its action just before its part of the command line is parsed. */
async function defineLate(program: Command, command: Command, load: Load | undefined): Promise<void> {
  if (load === undefined) return;
  const { define } = await load();
  define(command, await openSession(program.opts<GlobalOptions>(), process, exitWith));
  refuseSecondValues(command);
  command.showHelpAfterError(`\`aegis-xc ${command.name()} --help\` lists its options.`);
}

function addHelpCommand(program: Command): void {
  program
    .command('help [command]')
    .summary('print the help of a command')
    .helpGroup('Reference:')
    .action(async (name: string | undefined) => {
      const known = program.commands.some((command) => command.name() === name);
      // A name that is unknown alone gets the message with the nearest one.
      await program.parseAsync(name === undefined ? ['--help'] : known ? [name, '--help'] : [name], { from: 'user' });
    });
}

/** Who reads our output may stop reading (`| head`): the rest of the text is dropped, a running `apply` is not. */
function guardStreams(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`error: the result could not be written to stdout: ${error.message}\n`);
    exitWith(2);
  });
}

async function fail(failure: unknown, args: readonly string[]): Promise<void> {
  const isHelp = failure instanceof CommanderError && failure.exitCode === 0;
  if (asksForJson(args) && !isHelp && !isInterruption(failure)) process.stdout.write(`${failureJson(failure)}\n`);
  if (failure instanceof CommanderError) {
    // Commander has printed its text: a help that was asked for, or what is wrong with the command line.
    if (failure.code === 'commander.excessArguments' && args.some(isStrayFile)) hintAtFile();
    return exitWith(failure.exitCode === 0 ? 0 : 2);
  }
  if (isInterruption(failure)) return exitWith(130);
  const { stderr, env } = process;
  const paint = await paintFor({ flag: !args.includes('--no-color'), env, stream: stderr });
  stderr.write(`${failureText(failure, paint, Boolean(env.AEGIS_XC_DEBUG))}\n`);
  exitWith(2);
}

const isStrayFile = (arg: string, index: number, args: readonly string[]): boolean =>
  /\.(?:ya?ml|json)$/i.test(arg) && !/^(?:-f|--file)$/.test(args[index - 1] ?? '');

const hintAtFile = (): void => {
  process.stderr.write('The spec is named with -f: `aegis-xc validate -f federation.yaml`.\n');
};

/** 130 is what shells say of a program that Ctrl-C ended. */
function exitWith(code: ExitCode | 130): void {
  // When the result was lost (`guardStreams`), that stays the worse news.
  process.exitCode = Math.max(code, Number(process.exitCode ?? 0));
}
