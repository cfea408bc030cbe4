import { findingsOf, type Row } from '../../checks/live/live-check.ts';
import { listed } from '../../checks/live/matching.ts';
import type { Paint } from './colour.ts';
import { diagnosticsText, summaryText } from './diagnostics.ts';
import { markdownTable } from './plan-markdown.ts';
import { columns, table } from './table.ts';
import { count } from './text.ts';

/** A row for each check and a column for each cluster, then what was found. */
export function preflightText(rows: readonly Row[], clusters: readonly string[], paint: Paint): string {
  const found = findingsOf(rows);
  return [
    table(
      ['CHECK', ...clusters],
      linesOf(rows, clusters).map((line) => line.map((cell) => painted(cell, paint))),
    ),
    ...notCheckedText(rows, paint),
    ...(found.length > 0 ? [diagnosticsText(found, paint)] : []),
    resultText(rows, paint),
  ].join('\n\n');
}

/** Checks between two clusters have a line for each two. */
function linesOf(rows: readonly Row[], clusters: readonly string[]): string[][] {
  const lines = new Map<string, { title: string; cells: Map<string, string> }>();
  for (const row of rows) {
    const title = titleOf(row);
    const line = lines.get(title) ?? { title, cells: new Map() };
    for (const cluster of row.clusters) line.cells.set(cluster, row.state);
    lines.set(title, line);
  }
  return [...lines.values()].map(({ title, cells }) => [title, ...clusters.map((name) => cells.get(name) ?? '-')]);
}

const titleOf = ({ check, clusters }: Row): string =>
  clusters.length > 1 ? `${check} (${clusters.join(' → ')})` : check;

function painted(cell: string, { green, yellow, red, dim }: Paint): string {
  const paints: Readonly<Record<string, (text: string) => string>> = {
    passed: green,
    warning: yellow,
    failed: red,
    'not checked': dim,
  };
  return paints[cell]?.(cell) ?? cell;
}

/** What nobody could look at is no pass: each with its reason. */
function notCheckedText(rows: readonly Row[], paint: Paint): string[] {
  const lines = reasonsOf(rows).map(([what, where, why]) => [`  ${what}`, where, paint.dim(why)]);
  return lines.length === 0 ? [] : [[paint.bold('Not checked'), columns(lines)].join('\n')];
}

/** One line for each reason: what could not be read is often the evidence of several checks. */
function reasonsOf(rows: readonly Row[]): [what: string, where: string, why: string][] {
  const lines = new Map<string, { what: Set<string>; where: Set<string>; why: string }>();
  for (const { check, clusters, notChecked } of rows) {
    for (const why of notChecked) {
      const line = lines.get(why) ?? { what: new Set(), where: new Set(), why };
      line.what.add(check);
      for (const cluster of clusters) line.where.add(cluster);
      lines.set(why, line);
    }
  }
  return [...lines.values()].map(({ what, where, why }) => [listed([...what]), [...where].join(', '), why]);
}

function resultText(rows: readonly Row[], paint: Paint): string {
  const number = (state: Row['state']): number => rows.filter((row) => row.state === state).length;
  const checked = rows.length - number('not checked');
  const sign = number('failed') > 0 ? paint.red('✖') : number('warning') > 0 ? paint.yellow('!') : paint.green('✔');
  const left = number('not checked') > 0 ? `; ${number('not checked')} could not be checked` : '';
  return `${sign} preflight: ${summaryText(findingsOf(rows))} in ${count(checked, 'check')}${left}`;
}

/** For a pull request. */
export function preflightMarkdown(rows: readonly Row[], clusters: readonly string[]): string {
  const found = findingsOf(rows).map(({ severity, code, message }) => [severity, code, message]);
  return [
    '### aegis-xc preflight',
    markdownTable(['Check', ...clusters], linesOf(rows, clusters)),
    ...(found.length > 0 ? [markdownTable(['', 'Code', 'Finding'], found)] : []),
    ...(reasonsOf(rows).length > 0 ? [markdownTable(['Not checked', 'Where', 'Why'], reasonsOf(rows))] : []),
  ].join('\n\n');
}
