import { Option } from 'commander';
import { liveChecks } from '../../checks/live/index.ts';
import { findingsOf, type Row } from '../../checks/live/live-check.ts';
import type { Code } from '../../codes.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { acknowledgeRows, allowOption } from '../allow.ts';
import { withClusters } from '../clusters.ts';
import { type DefineCommand, intro, outputOption } from '../command.ts';
import { compileSpec } from '../compile.ts';
import { type ContextOptions, contextOptions } from '../contexts.ts';
import { gatherEvidence } from '../evidence.ts';
import { printJson } from '../output.ts';
import type { ExitCode, Session } from '../session.ts';
import { preflightMarkdown, preflightText } from '../ui/preflight-text.ts';

interface Options extends ContextOptions {
  readonly output: 'text' | 'json' | 'markdown';
  readonly failOn: 'error' | 'warning';
  readonly allow?: readonly Code[];
}

export const define: DefineCommand = (command, session) =>
  contextOptions(
    command
      .addHelpText(
        'before',
        intro(
          'Looks at the clusters and meshes: whether this spec can be applied there, and whether its calls will work. Reads only.',
          [
            ['aegis-xc preflight --cluster-a ctx1 --cluster-b ctx2', 'the two clusters of federation.yaml'],
            ['aegis-xc preflight --fail-on warning -o json', 'as a step of a pipeline'],
            ['aegis-xc explain AXC4022', 'what a finding means, and what to do'],
          ],
        ),
      )
      .addHelpText('after', '\nExit code: 0 no findings, 1 findings, 2 a cluster could not be read.')
      .addOption(
        new Option('--fail-on <severity>', 'what counts as a failure').choices(['error', 'warning']).default('error'),
      )
      .addOption(allowOption())
      .addOption(outputOption('text', 'json', 'markdown')),
  ).action(session.runs((options: Options) => preflight(options, session)));

async function preflight(options: Options, session: Session): Promise<ExitCode> {
  const { federation, manifests, diagnostics, locate } = await compileSpec(session);
  return withClusters(federation.clusters, options, session, async (clients) => {
    const evidence = await gatherEvidence({ federation, manifests, clients }, session);
    const rows = acknowledgeRows(
      liveChecks.flatMap(({ look }) => look(evidence)),
      options.allow ?? [],
    ).map((row) => ({ ...row, found: row.found.map(locate) }));
    const names = federation.clusters.map(({ name }) => name);
    if (options.output === 'json') {
      printJson(session, preflightJson(federation.name, rows), [...diagnostics, ...findingsOf(rows)]);
    } else if (options.output === 'markdown') session.print(preflightMarkdown(rows, names));
    else session.print(preflightText(rows, names, session.paint));
    if (evidence.sites.some(({ failure }) => failure !== undefined)) return 2;
    return findingsOf(rows).some(failing[options.failOn]) ? 1 : 0;
  });
}

const failing: Readonly<Record<Options['failOn'], (diagnostic: Diagnostic) => boolean>> = {
  error: ({ severity }) => severity === 'error',
  warning: ({ severity }) => severity !== 'info',
};

const preflightJson = (federation: string, rows: readonly Row[]) => ({
  federation,
  checks: rows.map(({ check, clusters, state, found, notChecked }) => ({
    check,
    clusters,
    state,
    codes: [...new Set(found.map(({ code }) => code))],
    ...(notChecked.length > 0 && { notChecked }),
  })),
});
