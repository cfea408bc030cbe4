import { toYaml } from '../../manifests/yaml.ts';
import { nameOf } from '../../plan/object-key.ts';
import { isEmpty, type Plan } from '../../plan/plan.ts';
import { stepKey } from '../../plan/proof/world.ts';
import { type Stage, stages, stageTitles } from '../../plan/stages.ts';
import type { Step, UpdateStep } from '../../plan/step.ts';
import type { Prepared } from '../planning.ts';
import type { Paint } from './colour.ts';
import { changeLines } from './diff.ts';
import { columns, table } from './table.ts';
import { count, visible } from './text.ts';

export interface PlanStyle {
  readonly paint: Paint;
  /** New objects in full. */
  readonly full: boolean;
}

/** A plan for a person at a terminal. */
export function planText({ plan, dryRun }: Prepared, style: PlanStyle): string {
  const { paint } = style;
  return [
    headline(plan, paint),
    clusterTable(plan),
    ...stages.flatMap((stage) => stageText(stage, plan, style)),
    ...notesText(plan, paint),
    ...meshText(plan, paint),
    ...dryRunText(plan, dryRun),
  ].join('\n\n');
}

function headline(plan: Plan, paint: Paint): string {
  if (isEmpty(plan)) return `${paint.bold(plan.federation)}: nothing to do, revision ${plan.revision} is everywhere`;
  const counts = countOps(plan.steps);
  const parts = [`${counts.create} to create`, `${counts.update} to change`, `${counts.delete} to delete`];
  return `${paint.bold(plan.federation)}: ${parts.join(', ')}; makes revision ${plan.revision}`;
}

/** Counts objects: a change in two writes is one. */
export const countOps = (steps: readonly Step[]) => {
  const objects = (which: Step['op']): number => new Set(steps.filter(({ op }) => op === which).map(stepKey)).size;
  return { create: objects('create'), update: objects('update'), delete: objects('delete') };
};

/** One row per cluster, for every form of the plan. */
export const clusterHead = ['CLUSTER', 'CONTEXT', 'REVISION', 'CREATE', 'CHANGE', 'DELETE', 'UNCHANGED'] as const;
export const clusterRows = ({ clusters, steps }: Plan): string[][] =>
  clusters.map(({ observation: { cluster, context, inventory }, unchanged }) => {
    const counts = countOps(steps.filter((step) => step.cluster === cluster));
    const revision = inventory === undefined ? 'none' : `${inventory.revision}`;
    return [cluster, context, revision, `${counts.create}`, `${counts.update}`, `${counts.delete}`, `${unchanged}`];
  });

const clusterTable = (plan: Plan): string => table(clusterHead, clusterRows(plan));

function stageText(stage: Stage, plan: Plan, style: PlanStyle): string[] {
  const steps = plan.steps.filter((step) => step.stage === stage);
  if (steps.length === 0) return [];
  const { bold, dim } = style.paint;
  const clusters = [...new Set(steps.map(({ cluster }) => cluster))];
  const lines = clusters.flatMap((cluster) => [
    `  ${cluster}`,
    ...steps.filter((step) => step.cluster === cluster).flatMap((step) => stepLines(step, style)),
  ]);
  return [[`${bold(stage)} ${dim(`(${stageTitles[stage]})`)}`, ...lines].join('\n')];
}

function stepLines(step: Step, { paint, full }: PlanStyle): string[] {
  const name = `${step.id.kind} ${nameOf(step.id)}`;
  switch (step.op) {
    case 'create': {
      const body = full ? toYaml(step.object).trimEnd().split('\n') : [];
      return [`    ${paint.green(`+ ${name}`)}`, ...body.map((line) => `        ${line}`)];
    }
    case 'delete':
      return [`    ${paint.red(`- ${name}`)}`];
    case 'update':
      return [
        `    ${paint.yellow(`~ ${name}`)}${partText(step)}${step.drift ? ' (was changed in the cluster)' : ''}`,
        ...step.changes.flatMap((change) => changeLines(change, paint)).map((line) => `        ${line}`),
      ];
  }
}

const partTexts = { union: ' (old and new together)', final: ' (the new alone)' } as const;
const partText = ({ part }: UpdateStep): string => (part ? partTexts[part] : '');

const notesText = ({ notes }: Plan, paint: Paint): string[] =>
  notes.length === 0
    ? []
    : [[paint.bold('Note'), ...notes.map(({ cluster, text }) => `  ${cluster}: ${text}`)].join('\n')];

/** Only what is open: a mesh that has everything needs no lines, and what nobody could check is said with a change only. */
function meshText({ prerequisites, clusters, steps }: Plan, paint: Paint): string[] {
  if (steps.length > 0 && steps.every(({ op }) => op === 'delete')) return [];
  const open = prerequisites.filter(({ state }) => state === 'missing' || (state === 'unknown' && steps.length > 0));
  const blocks = clusters.flatMap(({ observation: { cluster } }) => {
    const own = open.filter((one) => one.cluster === cluster);
    const unknown = own.find(({ state }) => state === 'unknown');
    if (own.length === 0) return [];
    const rows = own.map(({ meshConfig, state, found, why }) => [
      `    ${JSON.stringify(meshConfig)}`,
      ...(state === 'missing' ? [paint.red(`missing, there is ${visible(found ?? '')}`)] : []),
      paint.dim(why),
    ]);
    return [
      `  ${cluster}${unknown ? paint.dim(` (not checked: ${visible(unknown.found ?? '')})`) : ''}`,
      columns(rows),
    ];
  });
  return blocks.length === 0 ? [] : [[paint.bold('The meshes need in their MeshConfig'), ...blocks].join('\n')];
}

function dryRunText({ steps }: Plan, { accepted, skipped, diagnostics }: Prepared['dryRun']): string[] {
  if (steps.length === 0) return [];
  const reasons = [...new Set(skipped.map(({ reason }) => reason))].map((reason) => {
    const of = skipped.filter((one) => one.reason === reason).length;
    return `${of} not tried: ${reason}`;
  });
  const refused = diagnostics.length > 0 ? [`${diagnostics.length} refused`] : [];
  return [`Dry run: ${[`${count(accepted, 'write')} accepted`, ...refused, ...reasons].join('; ')}.`];
}
