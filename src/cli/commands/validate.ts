import { checkManifests } from '../../checks/objects/check-manifests.ts';
import { isSuppressed, type Suppression } from '../../checks/objects/suppress.ts';
import { hasErrors } from '../../diagnostics.ts';
import { type Compiled, compile } from '../../pipeline.ts';
import { type DefineCommand, intro, outputOption } from '../command.ts';
import { readSpec } from '../compile.ts';
import { type FailOn, failOnOption, fails } from '../fail-on.ts';
import { printJson } from '../output.ts';
import type { ExitCode, Session } from '../session.ts';
import { suppressOption } from '../suppress.ts';
import { annotations } from '../ui/annotations.ts';
import type { Paint } from '../ui/colour.ts';
import { diagnosticsText, summaryText } from '../ui/diagnostics.ts';
import { count } from '../ui/text.ts';

interface Options {
  readonly output: 'text' | 'json';
  readonly failOn: FailOn;
  readonly suppress: readonly Suppression[];
}

export const define: DefineCommand = (command, session) =>
  command
    .addHelpText(
      'before',
      intro('Checks a spec: its form, and everything that can be known without a cluster.', [
        ['aegis-xc validate', 'federation.yaml in this folder'],
        ['aegis-xc validate -f shop.yaml --fail-on warning', 'as a step of a pipeline'],
        ['aegis-xc validate -f - -o json < shop.yaml', 'for a script'],
      ]),
    )
    .addHelpText('after', '\nExit code: 0 no findings, 1 findings, 2 the spec could not be read.')
    .addOption(outputOption('text', 'json'))
    .addOption(failOnOption())
    .addOption(suppressOption())
    .action(session.runs((options: Options) => validate(options, session)));

async function validate({ output, failOn, suppress }: Options, session: Session): Promise<ExitCode> {
  const source = await readSpec(session);
  const compiled = withObjectFindings(compile(source), suppress);
  if (output === 'json') printJson(session, {}, compiled.diagnostics);
  else session.print(textOf(compiled, source.file, session.paint));
  const annotated = output === 'text' && session.env.GITHUB_ACTIONS === 'true' && compiled.diagnostics.length > 0;
  if (annotated) session.print(annotations(compiled.diagnostics));
  return fails(compiled.diagnostics, failOn) ? 1 : 0;
}

/** An error of the spec can't be suppressed: nothing can be made of such a spec. */
function withObjectFindings({ manifests, ...compiled }: Compiled, suppressions: readonly Suppression[]): Compiled {
  const told = compiled.diagnostics.filter(
    ({ severity, code }) => severity === 'error' || !isSuppressed(suppressions, code),
  );
  if (!manifests) return { ...compiled, diagnostics: told };
  const { diagnostics } = checkManifests({ manifests, locate: compiled.locate }, suppressions);
  return { ...compiled, manifests, diagnostics: [...told, ...diagnostics] };
}

function textOf(compiled: Compiled, file: string, paint: Paint): string {
  const { diagnostics } = compiled;
  const findings = diagnostics.length === 0 ? [] : [diagnosticsText(diagnostics, paint)];
  return [...findings, resultOf(compiled, file, paint)].join('\n');
}

function resultOf({ manifests, diagnostics }: Compiled, file: string, paint: Paint): string {
  if (manifests === undefined || hasErrors(diagnostics))
    return `${paint.red('✖')} ${file}: ${summaryText(diagnostics)}`;
  const clusters = new Set(manifests.map(({ cluster }) => cluster)).size;
  const findings = diagnostics.length === 0 ? '' : `, ${summaryText(diagnostics)}`;
  const objects = `${count(manifests.length, 'object')} for ${count(clusters, 'cluster')}`;
  return `${paint.green('✔')} ${file} is valid: ${objects}${findings}`;
}
