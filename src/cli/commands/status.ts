import { lockHolder } from '../../apply/lock.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { ClusterError, clusterSentence } from '../../errors.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import type { Federation } from '../../model/federation.ts';
import { nameOf, objectRef } from '../../plan/object-key.ts';
import { type ClusterStatus, clusterStatus } from '../../plan/status.ts';
import type { Step } from '../../plan/step.ts';
import { type Clients, observeEach, withClusters } from '../clusters.ts';
import { type DefineCommand, intro, outputOption } from '../command.ts';
import { compileSpec } from '../compile.ts';
import { type ContextOptions, contextOptions } from '../contexts.ts';
import { printJson } from '../output.ts';
import type { ExitCode, Session } from '../session.ts';
import type { Paint } from '../ui/colour.ts';
import { diagnosticsText } from '../ui/diagnostics.ts';
import { changeLines } from '../ui/diff.ts';
import { table } from '../ui/table.ts';
import { unfinishedText } from '../ui/unfinished.ts';

interface Options extends ContextOptions {
  readonly output: 'text' | 'json';
}

export const define: DefineCommand = (command, session) =>
  contextOptions(
    command
      .addHelpText(
        'before',
        intro('Shows which revision is in which cluster, and what has changed there since. Reads only.', [
          ['aegis-xc status --cluster-a ctx1 --cluster-b ctx2', 'the two clusters of federation.yaml'],
          ['aegis-xc status -o json', 'for a program'],
        ]),
      )
      .addOption(outputOption('text', 'json')),
  ).action(session.runs((options: Options) => status(options, session)));

/** A cluster, or why it could not be read. */
type Row =
  | (ClusterStatus & { readonly lockedBy: string | undefined })
  | { readonly cluster: string; readonly context: string; readonly failure: ClusterError };

async function status(options: Options, session: Session): Promise<ExitCode> {
  const { federation, manifests, diagnostics, locate } = await compileSpec(session);
  return withClusters(federation.clusters, options, session, async (clients) => {
    const rows = await readRows(clients, federation, manifests, session);
    const found = rows.flatMap((row) => ('failure' in row ? [] : row.diagnostics.map(locate)));
    if (options.output === 'json') printJson(session, statusJson(federation, rows), [...diagnostics, ...found]);
    else session.print(statusText(rows, session.paint));
    report(rows, found, session);
    return rows.some((row) => 'failure' in row) ? 2 : 0;
  });
}

/** One cluster's trouble is its row: it does not hide the others. */
async function readRows(
  clients: Clients,
  federation: Federation,
  manifests: readonly Manifest[],
  session: Session,
): Promise<Row[]> {
  const read = await observeEach(clients, federation, manifests, session);
  const all = read.flatMap(({ result }) => (result.status === 'fulfilled' ? [result.value] : []));
  return Promise.all(
    read.map(async ({ client, result }): Promise<Row> => {
      const { cluster, context } = client;
      try {
        if (result.status === 'rejected') throw result.reason;
        const lockedBy = await lockHolder(client, federation.name);
        return { ...clusterStatus(federation.name, manifests, result.value, all), lockedBy };
      } catch (failure) {
        if (!(failure instanceof ClusterError)) throw failure;
        return { cluster, context, failure };
      }
    }),
  );
}

function report(rows: readonly Row[], found: readonly Diagnostic[], session: Session): void {
  if (found.length > 0) session.warn(diagnosticsText(found, session.paintTalk));
  for (const row of rows) {
    if (!('failure' in row)) continue;
    const { message, hint } = row.failure;
    session.warn(
      `${session.paintTalk.red('error:')} ${clusterSentence(row.cluster, message)}${hint ? `\n  ${hint}` : ''}`,
    );
  }
}

function statusText(rows: readonly Row[], paint: Paint): string {
  const head = ['CLUSTER', 'CONTEXT', 'STATE', 'REVISION', 'OBJECTS', 'DRIFT', 'PENDING'];
  const lines = rows.map((row) =>
    'failure' in row
      ? [row.cluster, row.context, paint.red('not reached'), '-', '-', '-', '-']
      : [
          row.cluster,
          row.context,
          row.state === 'in sync' ? paint.green(row.state) : paint.yellow(row.state),
          row.revision === undefined ? '-' : `${row.revision}`,
          `${row.objects}`,
          `${row.drift.length}`,
          `${row.pending.length}`,
        ],
  );
  const drifts = rows.flatMap((row) => ('failure' in row ? [] : row.drift.map((step) => driftText(step, paint))));
  return [table(head, lines), ...runsText(rows), ...behindText(rows), ...drifts].join('\n\n');
}

/** What was broken off, who is at work, and what to do about it. */
function runsText(rows: readonly Row[]): string[] {
  const lines = rows.flatMap((row) => {
    if ('failure' in row) return [];
    const { cluster, unfinished, lockedBy } = row;
    return [
      ...(unfinished ? [`${cluster}: ${unfinishedText(unfinished)}`] : []),
      ...(lockedBy === undefined ? [] : [`${cluster}: locked by ${lockedBy}`]),
    ];
  });
  if (lines.length === 0) return [];
  const isBroken = rows.some((row) => !('failure' in row) && row.unfinished);
  return [
    [...lines, ...(isBroken ? ['`aegis-xc resume` finishes it, `aegis-xc rollback` goes back.'] : [])].join('\n'),
  ];
}

/** Who was left out, until it has the newest revision itself. */
function behindText(rows: readonly Row[]): string[] {
  const lines = rows.flatMap((row) => {
    if ('failure' in row) return [];
    const { behind, revision } = row;
    return behind.map((name) => `${name} was left out of revision ${revision}: the next apply brings it up`);
  });
  return lines.length === 0 ? [] : [[...new Set(lines)].join('\n')];
}

function driftText(step: Step, paint: Paint): string {
  const name = `${step.cluster}: ${step.id.kind} ${nameOf(step.id)}`;
  if (step.op !== 'update') return `${name} was deleted`;
  const lines = step.changes.flatMap((change) => changeLines(change, paint)).map((line) => `    ${line}`);
  return [`${name} was changed; apply would set:`, ...lines].join('\n');
}

const statusJson = (federation: Federation, rows: readonly Row[]) => ({
  federation: federation.name,
  clusters: rows.map((row) =>
    'failure' in row
      ? { name: row.cluster, context: row.context, state: 'not reached', reason: row.failure.message }
      : {
          name: row.cluster,
          context: row.context,
          state: row.state,
          revision: row.revision,
          unfinished: row.unfinished && {
            revision: row.unfinished.revision,
            state: row.unfinished.state,
            stage: row.unfinished.stage,
            by: row.unfinished.by,
            startedAt: row.unfinished.startedAt,
          },
          lockedBy: row.lockedBy,
          behind: row.behind,
          objects: row.objects,
          drift: row.drift.map((step) => ({
            object: objectRef(step.cluster, step.id),
            changes: step.op === 'update' ? step.changes : 'deleted',
          })),
          pending: row.pending.map((step) => ({ object: objectRef(step.cluster, step.id), op: step.op })),
        },
  ),
});
