import type { Command } from 'commander';
import { checkObjects } from '../../checks/objects/run.ts';
import { isSuppressed, type Suppression } from '../../checks/objects/suppress.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { UsageError } from '../../errors.ts';
import { isLookedAt } from '../../objects/kinds.ts';
import { objectSetOf } from '../../objects/object-set.ts';
import { readObjects } from '../../objects/read-objects.ts';
import { type DefineCommand, intro, outputOption, pairsOption } from '../command.ts';
import { type FailOn, failOnOption, fails } from '../fail-on.ts';
import { readObjectTexts } from '../object-files.ts';
import { printJson } from '../output.ts';
import type { ExitCode, GlobalOptions, Session } from '../session.ts';
import { suppressOption } from '../suppress.ts';
import { annotations } from '../ui/annotations.ts';
import type { Paint } from '../ui/colour.ts';
import { diagnosticsText, inPlaceOrder, summaryText } from '../ui/diagnostics.ts';
import { sarif } from '../ui/sarif.ts';
import { count } from '../ui/text.ts';

interface Options {
  readonly output: 'text' | 'json' | 'sarif' | 'github';
  readonly failOn: FailOn;
  readonly cluster?: ReadonlyMap<string, string>;
  readonly suppress: readonly Suppression[];
}

export const define: DefineCommand = (command, session) =>
  command
    .argument('[path...]', 'files and folders, - for stdin (default: this folder)')
    .addHelpText(
      'before',
      intro(
        'Checks Istio, Gateway API and cert-manager objects in files, whoever wrote them. Nothing outside the files is read.',
        [
          ['aegis-xc lint manifests', 'all YAML and JSON below a folder'],
          [
            'aegis-xc lint --cluster east=clusters/east --cluster west=clusters/west',
            'also what one cluster needs of the other',
          ],
          ['helm template chart | aegis-xc lint -', 'what a program prints'],
          [
            "aegis-xc lint manifests --suppress 'AXC2101=ServiceEntry/shop/*'",
            'without findings that are meant to be so',
          ],
        ],
      ),
    )
    .addHelpText(
      'after',
      '\nAn object can suppress findings itself: annotation aegis-xc.dev/suppress: AXC2101,AXC2102.' +
        '\nExit code: 0 no findings, 1 findings, 2 a file could not be read, or there was none: a folder' +
        '\nwithout YAML and JSON beside others is only warned about, and so is a link to nothing in a folder.',
    )
    .addOption(pairsOption('--cluster <cluster=path>', 'what belongs to this cluster; once for each cluster'))
    .addOption(outputOption('text', 'json', 'sarif', 'github'))
    .addOption(failOnOption())
    .addOption(suppressOption())
    .action(
      session.runs((paths: readonly string[], options: Options, self: Command) => {
        const { file } = self.optsWithGlobals<GlobalOptions>();
        return lint(file === undefined ? paths : [file, ...paths], options, session);
      }),
    );

async function lint(paths: readonly string[], options: Options, session: Session): Promise<ExitCode> {
  const report = await examine(paths, options, session);
  printers[options.output](report, session);
  return fails(report.diagnostics, options.failOn) ? 1 : 0;
}

interface Report {
  readonly files: number;
  /** Of kinds that are looked at, and of others. */
  readonly objects: number;
  readonly ignored: number;
  readonly suppressed: number;
  /** In the order of the files. */
  readonly diagnostics: readonly Diagnostic[];
}

async function examine(paths: readonly string[], { cluster, suppress }: Options, session: Session): Promise<Report> {
  const texts = await textsOf(paths, cluster, session);
  if (texts.length === 0) {
    throw new UsageError(
      'There is nothing to check: no YAML or JSON file was found.',
      'Name a file, or a folder that has some.',
    );
  }
  const read = texts.map((source) => readObjects(source));
  const objects = read.flatMap((one) => one.objects);
  const looked = objects.filter(isLookedAt).length;
  const inTexts = read.flatMap(({ diagnostics }) => diagnostics);
  const told = inTexts.filter(({ code }) => !isSuppressed(suppress, code));
  const { diagnostics, suppressed } = checkObjects(objectSetOf(objects), suppress);
  return {
    files: texts.length,
    objects: looked,
    ignored: objects.length - looked,
    suppressed: suppressed + inTexts.length - told.length,
    diagnostics: inPlaceOrder(
      [...told, ...diagnostics],
      texts.map(({ file }) => file),
    ),
  };
}

async function textsOf(paths: readonly string[], clusters: ReadonlyMap<string, string> | undefined, session: Session) {
  if (!clusters) return readObjectTexts(paths.length === 0 ? ['.'] : paths, session);
  if (paths.length > 0) {
    throw new UsageError(
      'Of some paths the cluster is named, of others not.',
      'Give each of them to a cluster: --cluster <cluster>=<path>',
    );
  }
  const texts = [...clusters].map(([cluster, path]) => readObjectTexts([path], session, cluster));
  return (await Promise.all(texts)).flat();
}

const printers: Readonly<Record<Options['output'], (report: Report, session: Session) => void>> = {
  text: (report, session) => {
    session.print(textOf(report, session.paint));
    if (session.env.GITHUB_ACTIONS === 'true') printAnnotations(report, session);
  },
  json: ({ diagnostics, ...counts }, session) => printJson(session, counts, diagnostics),
  sarif: ({ diagnostics }, session) => session.print(JSON.stringify(sarif(diagnostics), undefined, 2)),
  github: (report, session) => printAnnotations(report, session),
};

const printAnnotations = ({ diagnostics }: Report, session: Session): void => {
  if (diagnostics.length > 0) session.print(annotations(diagnostics));
};

function textOf({ diagnostics, files, objects, ignored, suppressed }: Report, paint: Paint): string {
  const findings = diagnostics.length === 0 ? [] : [diagnosticsText(diagnostics, paint)];
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  const scope = `${count(objects, 'object')} in ${count(files, 'file')}`;
  const rest = [
    ...(ignored > 0 ? [`${count(ignored, 'object')} of other kinds`] : []),
    ...(suppressed > 0 ? [`${count(suppressed, 'finding')} suppressed`] : []),
  ];
  const result = `${scope}: ${summaryText(diagnostics)}${rest.length > 0 ? ` (${rest.join(', ')})` : ''}`;
  return [...findings, `${failed ? paint.red('✖') : paint.green('✔')} ${result}`].join('\n');
}
