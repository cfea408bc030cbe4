import type { OnEvent } from '../apply/events.ts';
import type { Failure, Outcome } from '../apply/run.ts';
import { ClusterError } from '../errors.ts';
import { nameOf } from '../plan/object-key.ts';
import type { Plan } from '../plan/plan.ts';
import type { ExitCode } from './session.ts';
import type { Paint } from './ui/colour.ts';
import { countOps } from './ui/plan-text.ts';
import type { Progress } from './ui/progress.ts';
import { count } from './ui/text.ts';

/** Shows how far a run is: a line for every stage and cluster. */
export function reportEvents(plan: Plan, progress: Progress): OnEvent {
  const left = new Map<string, number>();
  const place = (cluster: string, stage: string): string => `${stage.padEnd(9)} ${cluster}`;
  return (event) => {
    switch (event.type) {
      case 'inventory':
        return progress.step(`noting the change in ${event.clusters.join(', ')}`);
      case 'stage': {
        for (const { cluster, stage } of event.steps) {
          left.set(place(cluster, stage), (left.get(place(cluster, stage)) ?? 0) + 1);
        }
        return progress.step(`${event.stage}: ${count(event.steps.length, 'write')}`);
      }
      case 'done': {
        const key = place(event.step.cluster, event.step.stage);
        left.set(key, (left.get(key) ?? 0) - 1);
        if (left.get(key) !== 0) return;
        const steps = plan.steps.filter(({ cluster, stage }) => place(cluster, stage) === key);
        return progress.done(`${key}  ${opsText(steps)}`);
      }
      case 'failed':
        return progress.failed(
          `${place(event.step.cluster, event.step.stage)}  ${event.step.id.kind} ${nameOf(event.step.id)}`,
        );
      case 'settling':
        return progress.step(`waiting ${event.milliseconds / 1000}s for the proxies`);
      case 'committed':
        return;
    }
  };
}

function opsText(steps: Plan['steps']): string {
  const counts = countOps(steps);
  const parts = [
    [counts.create, 'created'],
    [counts.update, 'changed'],
    [counts.delete, 'deleted'],
  ] as const;
  return parts.flatMap(([number, done]) => (number > 0 ? [`${number} ${done}`] : [])).join(', ');
}

export function outcomeExit(outcome: Outcome): ExitCode {
  switch (outcome.kind) {
    case 'unchanged':
    case 'done':
      return 0;
    case 'refused':
      return 2;
    case 'stopped':
    case 'interrupted':
      return 4;
  }
}

/** The last lines: what is so now, and what to do next. */
export function outcomeText(outcome: Outcome, plan: Plan, removing: boolean, paint: Paint): string {
  const everywhere = plan.clusters.map(({ observation }) => observation.cluster).join(', ');
  switch (outcome.kind) {
    case 'unchanged':
      return removing
        ? `Nothing to do: nothing of ${plan.federation} is in ${everywhere}. 0 writes.`
        : `Nothing to do: revision ${plan.revision} is in ${everywhere}. 0 writes.`;
    case 'done':
      return removing
        ? `${paint.green('Done:')} nothing of ${plan.federation} is left in ${everywhere}.`
        : `${paint.green('Done:')} revision ${plan.revision} is in ${everywhere}.`;
    case 'refused':
      return [...outcome.failures.map((one) => failureLine(one, paint)), 'No object was changed.'].join('\n');
    case 'stopped':
      return [
        ...outcome.failures.map((one) => failureLine(one, paint)),
        `${paint.red('Stopped')} in stage ${outcome.at}: ${progressOf(plan, outcome.left)}; no later stage has begun.`,
        goesOn,
      ].join('\n');
    case 'interrupted':
      return [`${paint.yellow('Interrupted:')} ${progressOf(plan, outcome.left)}.`, goesOn].join('\n');
  }
}

const progressOf = ({ steps }: Plan, left: number): string =>
  `${steps.length - left} of ${count(steps.length, 'write')} done`;

const goesOn = 'Run the same command again: it goes on from here.';

function failureLine({ cluster, step, error }: Failure, paint: Paint): string {
  const what = step ? `${step.id.kind} ${nameOf(step.id)}` : 'the inventory';
  const hint = error instanceof ClusterError && error.hint ? `\n  ${error.hint}` : '';
  return `${paint.red('error:')} ${cluster}: ${what}: ${error.message}${hint}`;
}
