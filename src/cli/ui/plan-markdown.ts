import { nameOf } from '../../plan/object-key.ts';
import { isEmpty, type Plan } from '../../plan/plan.ts';
import { stageTitles } from '../../plan/stages.ts';
import type { Step } from '../../plan/step.ts';
import type { Prepared } from '../planning.ts';
import { plain } from './colour.ts';
import { changeLines } from './diff.ts';
import { clusterHead, clusterRows, countOps } from './plan-text.ts';

/** A plan for a pull request. */
export function planMarkdown({ plan, dryRun, diagnostics }: Prepared): string {
  return [
    `### aegis-xc plan: ${plan.federation}`,
    summary(plan),
    markdownTable(clusterHead, clusterRows(plan)),
    ...(plan.steps.length > 0 ? [stepTable(plan.steps)] : []),
    ...changes(plan.steps),
    ...bullets(
      'Note',
      plan.notes.map(({ cluster, text }) => `**${cluster}**: ${escaped(text)}`),
    ),
    ...bullets('The meshes need in their MeshConfig', meshLines(plan)),
    ...bullets(
      'Findings',
      diagnostics.map(({ severity, code, message }) => `${severity} ${code}: ${escaped(message)}`),
    ),
    ...bullets('Not tried by a dry run', [...new Set(dryRun.skipped.map(({ reason }) => reason))]),
  ].join('\n\n');
}

function summary(plan: Plan): string {
  if (isEmpty(plan)) return `Nothing to do: revision ${plan.revision} is everywhere.`;
  const counts = countOps(plan.steps);
  return `${counts.create} to create, ${counts.update} to change, ${counts.delete} to delete; makes revision ${plan.revision}.`;
}

export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escaped).join(' | ')} |`).join('\n');

const signs = { create: '+', update: '~', delete: '-' } as const;

const stepTable = (steps: readonly Step[]): string =>
  markdownTable(
    ['Stage', 'Cluster', '', 'Object'],
    steps.map(({ stage, cluster, op, id }) => [
      `${stage} (${stageTitles[stage]})`,
      cluster,
      `\`${signs[op]}\``,
      `${id.kind} ${nameOf(id)}`,
    ]),
  );

function changes(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    if (step.op !== 'update') return [];
    const lines = step.changes.flatMap((change) => changeLines(change, plain));
    const title = `${step.cluster}: ${step.id.kind} ${nameOf(step.id)}`;
    return [[`<details><summary>${title}</summary>`, '', fenced(lines), '', '</details>'].join('\n')];
  });
}

/** A fence longer than any run of backticks inside it. */
function fenced(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}diff`, ...lines.map((line) => line.replace(/^ {2}([+-])/, '$1')), fence].join('\n');
}

const meshLines = ({ prerequisites }: Plan): string[] =>
  prerequisites
    .filter(({ state }) => state !== 'met')
    .map(({ cluster, meshConfig, state, found, why }) => {
      const what = `**${cluster}**: \`${JSON.stringify(meshConfig)}\` (${escaped(why)})`;
      return state === 'missing' ? `${what}: missing` : `${what}: not checked, ${escaped(found ?? '')}`;
    });

const bullets = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [[`**${title}**`, '', ...lines.map((line) => `- ${line}`)].join('\n')];

const escaped = (text: string): string => text.replace(/[|\\<>]/g, (char) => `\\${char}`).replaceAll('\n', ' ');
