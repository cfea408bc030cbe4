import { randomUUID } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Option } from 'commander';
import { hasErrors } from '../../diagnostics.ts';
import { SpecError, UsageError } from '../../errors.ts';
import { compile } from '../../pipeline.ts';
import { type DefineCommand, intro, pairsOption } from '../command.ts';
import type { ExitCode, Session } from '../session.ts';
import { scenarios } from '../starter/scenarios.ts';
import { starterText, type Words, wordsOf } from '../starter/text.ts';
import { type Flags, wordsFromAnswers, wordsFromFlags } from '../starter/words.ts';
import { ask } from '../ui/ask.ts';
import { count } from '../ui/text.ts';

interface Options extends Flags {
  readonly scenario?: string;
  readonly fromContexts?: readonly string[];
  readonly kubeconfig?: string;
  readonly force?: boolean;
}

interface Choice {
  readonly scenario: string;
  readonly words: Words;
}

/** The one to begin with. */
const simplest = 'service-to-service';

export const define: DefineCommand = (command, session) =>
  command
    .addHelpText(
      'before',
      intro('Writes a spec to start from. At a terminal it asks; with --scenario, and in a pipeline, it does not.', [
        ['aegis-xc init', 'asks, and writes federation.yaml'],
        ['aegis-xc init --scenario database -f orders.yaml', 'without questions, under another name'],
        ['aegis-xc init --scenario events --clusters east,west -f -', 'to stdout'],
        ['aegis-xc init --from-contexts prod-a,prod-b', 'from what is in these clusters; reads only'],
      ]),
    )
    .addOption(new Option('--scenario <name>', 'the example to start from').choices(Object.keys(scenarios)))
    .addOption(
      new Option('--from-contexts <contexts>', 'kubeconfig contexts of the clusters to read, with commas between')
        .argParser((names: string) => names.split(','))
        .conflicts(['scenario', 'trustDomain', 'gateway']),
    )
    .option('--kubeconfig <file>', 'for --from-contexts: instead of KUBECONFIG and ~/.kube/config')
    .option('--name <name>', 'name of the federation')
    .option('--clusters <names>', 'names of the clusters, with commas between', (names) => names.split(','))
    .addOption(pairsOption('--trust-domain <cluster=domain>', 'trust domain of a cluster; once for each'))
    .addOption(pairsOption('--gateway <cluster=address>', "address of a cluster's east-west gateway; once for each"))
    .option('--force', 'overwrite a file that is there')
    .action(session.runs((options: Options) => init(options, session)));

async function init(options: Options, session: Session): Promise<ExitCode> {
  const { file } = session;
  if (options.kubeconfig !== undefined && options.fromContexts === undefined) {
    throw new UsageError('--kubeconfig is for --from-contexts.', 'Name the contexts to read, or leave it out.');
  }
  if (isFolder(file))
    throw new UsageError(`${file} is a folder.`, `Name a file in it: -f ${join(file, 'federation.yaml')}`);
  if (file !== '-' && existsSync(file) && !options.force) throw alreadyThere(file);

  const { text, about } = await newSpec(options, session);
  const { diagnostics } = compile({ file, text });
  if (hasErrors(diagnostics)) throw new SpecError(diagnostics);

  if (file === '-') session.print(text);
  else writeSpec(file, { text, flag: options.force ? 'w' : 'wx' });
  session.say(nextSteps(about, session));
  return 0;
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

interface NewSpec {
  readonly text: string;
  /** Where it comes from. */
  readonly about: string;
}

async function newSpec(options: Options, session: Session): Promise<NewSpec> {
  const { fromContexts } = options;
  if (fromContexts !== undefined) {
    // Late: it brings the client, which nobody else here needs.
    const { specFromContexts } = await import('../starter/from-contexts.ts');
    const text = await specFromContexts({ ...options, fromContexts }, session);
    const open = text.match(/^ *# TODO /gm)?.length ?? 0;
    return { text, about: `what was found in ${fromContexts.join(', ')}, and ${count(open, 'TODO')} to look at` };
  }
  const { scenario, words } = await choose(options, session);
  const text = starterText(scenarioText(scenario), { to: words, id: randomUUID() });
  return { text, about: `the scenario ${scenario}` };
}

function choose(options: Options, { interactive, stdin, stderr }: Session): Choice | Promise<Choice> {
  const wordsFor = (scenario: string) => wordsFromFlags(wordsOf(scenarioText(scenario)), options);
  if (!interactive || options.scenario !== undefined) {
    const scenario = options.scenario ?? simplest;
    return { scenario, words: wordsFor(scenario) };
  }
  return ask({ stdin, stderr }, async (questions) => {
    const scenario = await questions.choice('What is it about?', menu());
    return { scenario, words: await wordsFromAnswers(wordsFor(scenario), questions) };
  });
}

function scenarioText(name: string): string {
  const text = scenarios[name];
  if (text === undefined) throw new UsageError(`There is no scenario ${name}.`);
  return text;
}

/** Each scenario with the first line of its file, which says what it is about. */
function menu(): Record<string, string> {
  const names = [simplest, ...Object.keys(scenarios).filter((name) => name !== simplest)];
  return Object.fromEntries(names.map((name) => [name, scenarioText(name).split('\n', 1)[0]?.slice(2) ?? '']));
}

function writeSpec(file: string, { text, flag }: { readonly text: string; readonly flag: 'w' | 'wx' }): void {
  try {
    writeFileSync(file, text, { flag });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException; // What writeFileSync throws.
    if (code === 'ENOENT') {
      throw new UsageError(`${file} can't be written: there is no folder ${dirname(file)}.`, 'Make it first.');
    }
    throw code === 'EEXIST' ? alreadyThere(file) : new UsageError(`${file} can't be written: ${message}`);
  }
}

const alreadyThere = (file: string): UsageError =>
  new UsageError(`${file} is there already; nothing was written.`, 'Name another file with -f, or add --force.');

function nextSteps(about: string, { file, paintTalk }: Session): string {
  const named = file === 'federation.yaml' || file === '-' ? '' : ` -f ${file}`;
  return [
    `${paintTalk.green('✔')} ${file === '-' ? 'Printed' : `${file} is written`}: ${about}.`,
    'Put your services into it, then:',
    `  aegis-xc validate${named}   is it right?`,
    `  aegis-xc render${named}     what will be in the clusters`,
  ].join('\n');
}
