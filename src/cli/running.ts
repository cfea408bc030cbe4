import type { Failure, Left, Outcome } from '../apply/outcome.ts';
import type { Goal } from '../apply/unfinished.ts';
import { ClusterError } from '../errors.ts';
import { nameOf, objectRef } from '../plan/object-key.ts';
import type { Plan } from '../plan/plan.ts';
import type { ExitCode } from './session.ts';
import type { Paint } from './ui/colour.ts';
import { table } from './ui/table.ts';
import { count } from './ui/text.ts';

const exits = {
  unchanged: 0,
  done: 0,
  'out-of-date': 2,
  refused: 2,
  'rolled-back': 3,
  stopped: 4,
  interrupted: 4,
  incomplete: 5,
} as const satisfies Record<Outcome['kind'], ExitCode>;

/** A way back that was asked for and has led there is no failure. */
export const outcomeExit = (outcome: Outcome): ExitCode =>
  outcome.kind === 'rolled-back' && outcome.failures.length === 0 ? 0 : exits[outcome.kind];

/** The same for a program. */
export const outcomeJson = (outcome: Outcome): object => ({
  outcome: outcome.kind,
  ...('at' in outcome && { stage: outcome.at }),
  ...('failures' in outcome && {
    failures: outcome.failures.map(({ cluster, step, error }) => ({
      cluster,
      ...(step && { object: objectRef(cluster, step.id), op: step.op }),
      message: error.message,
      ...(error instanceof ClusterError && { reason: error.reason, hint: error.hint, auditId: error.auditId }),
    })),
  }),
  ...('left' in outcome && { left: outcome.left }),
  ...('changes' in outcome && { changes: outcome.changes }),
});

/** The last lines: what is so now, and what to do next. */
export function outcomeText(outcome: Outcome, plan: Plan, { leaving, course }: Goal, paint: Paint): string {
  const names = plan.clusters.map(({ observation }) => observation.cluster);
  const [stay, gone] = [names.filter((name) => !leaving.has(name)), names.filter((name) => leaving.has(name))];
  const failures = 'failures' in outcome ? outcome.failures.map((one) => failureLine(one, paint)) : [];
  switch (outcome.kind) {
    case 'unchanged':
      return `Nothing to do: ${whereabouts(plan, stay, gone)}. 0 writes.`;
    case 'done':
      return `${paint.green('Done:')} ${whereabouts(plan, stay, gone)}.`;
    case 'out-of-date':
      return [
        `${paint.red('error:')} something has changed since the plan was made:`,
        ...outcome.changes.map((one) => `  - ${one}`),
        'Nothing was changed. Run the command again.',
      ].join('\n');
    case 'refused':
      return [...failures, 'No object was changed.'].join('\n');
    case 'stopped': {
      const after = course.kind === 'back' ? '' : `: ${progressOf(plan, outcome.left)}; no later stage has begun`;
      const where = outcome.onWayBack ? ' on the way back.' : ` in stage ${outcome.at}${after}.`;
      return [...failures, `${paint.red('Stopped')}${where}`, ...next].join('\n');
    }
    case 'interrupted': {
      const where = outcome.onWayBack ? 'on the way back' : progressOf(plan, outcome.left);
      return [`${paint.yellow('Interrupted:')} ${where}.`, ...next].join('\n');
    }
    case 'rolled-back':
      return failures.length === 0
        ? `${paint.green('Done:')} ${names.join(', ')} are as they were before the run.`
        : [...failures, `${paint.yellow('Rolled back:')} every cluster is as it was before.`].join('\n');
    case 'incomplete':
      return [
        ...failures,
        `${paint.red('The way back is incomplete.')} Look at these by hand:`,
        table(['CLUSTER', 'OBJECT', 'WHY'], outcome.left.map(leftRow)),
      ].join('\n');
  }
}

const leftRow = ({ cluster, object, why }: Left): string[] => [cluster, object, why];

function whereabouts(plan: Plan, stay: readonly string[], gone: readonly string[]): string {
  const { federation, revision, without } = plan;
  const kept = keptIn(plan, gone);
  const nothing = kept.length > 0 ? `nothing of ${federation} but ${kept.join(', ')}` : `nothing of ${federation}`;
  return [
    ...(stay.length > 0 ? [`revision ${revision} is in ${stay.join(', ')}`] : []),
    ...(without.length > 0 ? [`${without.join(', ')} was left out, and the next apply brings it up`] : []),
    ...(gone.length > 0 ? [`${nothing} is left in ${gone.join(', ')}`] : []),
  ].join('; ');
}

/** What a cluster keeps that leaves: the plan has said why. */
const keptIn = ({ clusters }: Plan, gone: readonly string[]): string[] => {
  const leaving = clusters.filter(({ observation }) => gone.includes(observation.cluster));
  const items = leaving.flatMap(({ inventoryAfter }) => inventoryAfter.items);
  return [...new Set(items.map((item) => `${item.kind} ${nameOf(item)}`))];
};

const progressOf = ({ steps }: Plan, left: number): string =>
  `${steps.length - left} of ${count(steps.length, 'write')} done`;

const next = [
  'Every cluster is in a safe state, between the old and the new one.',
  '`aegis-xc resume` goes on from here, `aegis-xc rollback` goes back.',
];

function failureLine({ cluster, step, error }: Failure, paint: Paint): string {
  const what = step ? `${step.id.kind} ${nameOf(step.id)}` : 'the records of the run';
  const hint = error instanceof ClusterError && error.hint ? `\n  ${error.hint}` : '';
  return `${paint.red('error:')} ${cluster}: ${what}: ${error.message}${hint}`;
}
