import { Option } from 'commander';
import { type Answer, answer } from '../../access/answer.ts';
import type { Sites } from '../../access/sites.ts';
import { type CallOptions, questionsFor, readSites } from '../asking.ts';
import { type DefineCommand, intro, outputOption, repeatable } from '../command.ts';
import { compileSpec } from '../compile.ts';
import { printJson } from '../output.ts';
import type { ExitCode, Session } from '../session.ts';
import { answerJson } from '../ui/can-json.ts';
import { answersText, answerText, mayOf } from '../ui/can-text.ts';

interface Options extends CallOptions {
  readonly output: 'text' | 'json';
}

export const define: DefineCommand = (command, session) =>
  command
    .addHelpText(
      'before',
      intro('Says whether a caller may make a call, and which rule of which object says so. No cluster is asked.', [
        ['aegis-xc can --from cluster-a/shop/frontend --to backend-api', 'may it call the service at all?'],
        [
          'aegis-xc can --from cluster-a/shop/frontend --to backend-api --method GET --path /api/x',
          'may it send this request?',
        ],
        ['aegis-xc can --from cluster-a/shop/frontend', 'all that this caller may do'],
        ['aegis-xc can --to backend-api', 'everyone who may call this service'],
        ['aegis-xc can', 'everyone and everything'],
        [
          'aegis-xc can --to backend-api --with cluster-b=policies',
          'together with policies that somebody else has written',
        ],
      ]),
    )
    .addHelpText(
      'after',
      '\nExit code, for one caller and one service: 0 it may, for some requests at least; 1 it may not, or that depends on what' +
        '\nno file says; 2 it could not be answered. A list ends with 0.',
    )
    .option('--from <caller>', 'who calls, as <cluster>/<namespace>/<service account>')
    .option('--to <service>', 'what is called: a service of the spec, or a host')
    .option('--port <port>', 'name or number of a port (default: all that are exported)')
    .option('--method <method>', 'HTTP: the method of the request')
    .option('--path <url-path>', 'HTTP: the path of the request')
    .addOption(
      repeatable(
        new Option('--with <dir>', 'other objects of the clusters, or <cluster>=<dir>; may be repeated'),
        (dir: string, before: readonly string[] = []) => [...before, dir],
      ),
    )
    .option('--no-sidecar', 'the caller has none: it calls in plaintext')
    .addOption(outputOption('text', 'json'))
    .action(session.runs((options: Options) => can(options, session)));

async function can(options: Options, session: Session): Promise<ExitCode> {
  const compiled = await compileSpec(session);
  const sites = await readSites(compiled, options.with ?? [], session);
  const answers = questionsFor(options, sites).map((question) => answer(question, sites));
  const isList = options.from === undefined || options.to === undefined;
  if (options.output === 'json')
    printJson(session, { answers: answers.map((one) => answerJson(one, sites)) }, compiled.diagnostics);
  else session.print(isList ? answersText(answers, sites) : textOf(answers, sites, session));
  return isList || answers.some(isYes) ? 0 : 1;
}

const textOf = (answers: readonly Answer[], sites: Sites, { paint }: Session): string =>
  answers.map((one) => answerText(one, sites, paint)).join('\n');

const isYes = ({ allowed }: Answer): boolean => ['yes', 'some'].includes(mayOf(allowed));
