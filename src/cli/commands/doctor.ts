import { diagnose } from '../../doctor/diagnose.ts';
import { readSymptom } from '../../doctor/symptom.ts';
import type { CallOptions } from '../asking.ts';
import { withClusters } from '../clusters.ts';
import { type DefineCommand, intro, outputOption } from '../command.ts';
import { compileSpec } from '../compile.ts';
import { type ContextOptions, contextOptions } from '../contexts.ts';
import { readCases } from '../doctor-cases.ts';
import { printJson } from '../output.ts';
import type { ExitCode, Session } from '../session.ts';
import { type Diagnosis, diagnosisJson, diagnosisText } from '../ui/doctor-text.ts';

interface Options extends ContextOptions, Omit<CallOptions, 'sidecar' | 'with'> {
  readonly symptom?: string;
  readonly output: 'text' | 'json';
}

export const define: DefineCommand = (command, session) =>
  contextOptions(
    command
      .addHelpText(
        'before',
        intro(
          'Says why a call fails: the causes that explain what was seen, each looked for in the clusters. Reads only.',
          [
            ['aegis-xc doctor --symptom "503 UH"', 'what somebody has reported'],
            [
              'aegis-xc doctor --from cluster-a/shop/frontend --to backend-api',
              'everything that could be wrong with a call',
            ],
            ['aegis-xc doctor --symptom "$(tail -1 access.log)"', 'a line of an access log, as text or JSON'],
          ],
        ),
      )
      .addHelpText('after', '\nExit code: 0 no cause was found, 1 at least one was, 2 it could not look.')
      .option('--symptom <text>', 'what was seen: an error, response flags, a line of an access log')
      .option('--from <caller>', 'who calls, as <cluster>/<namespace>/<service account> (default: all consumers)')
      .option('--to <service>', 'what is called: a service of the spec, or a host (default: all)')
      .option('--port <port>', 'name or number of a port')
      .option('--method <method>', 'HTTP: the method of the request')
      .option('--path <url-path>', 'HTTP: the path of the request')
      .addOption(outputOption('text', 'json')),
  ).action(session.runs((options: Options) => doctor(options, session)));

async function doctor({ symptom: text = '', output, ...options }: Options, session: Session): Promise<ExitCode> {
  const compiled = await compileSpec(session);
  const symptom = readSymptom(text);
  if (text !== '' && symptom.signs.length === 0)
    session.say('Nothing in the symptom is known here: every cause is looked for.');
  return withClusters(compiled.federation.clusters, options, session, async (clients): Promise<ExitCode> => {
    const cases = await readCases(compiled, { ...options, sidecar: true, clients, symptom }, session);
    const all = cases.map((one): Diagnosis => ({ one, suspicions: diagnose(one) }));
    const sick = all.filter(isExplained);
    if (output === 'json') printJson(session, { diagnoses: all.map(diagnosisJson) }, compiled.diagnostics);
    else session.print(textOf(sick.length > 0 ? sick : all, session));
    if (sick.length > 0) return 1;
    return cases.some(({ blind }) => blind.length > 0) ? 2 : 0;
  });
}

const isExplained = ({ suspicions }: Diagnosis): boolean =>
  suspicions.some(({ outcome }) => outcome.state === 'confirmed');

const textOf = (diagnoses: readonly Diagnosis[], { paint, verbose }: Session): string =>
  diagnoses.map((one) => diagnosisText(one, { paint, whole: verbose })).join('\n\n');
