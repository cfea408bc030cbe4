import type { ApplyEvent, OnEvent } from '../../apply/events.ts';
import { nameOf } from '../../plan/object-key.ts';
import type { Step } from '../../plan/step.ts';
import { countOps } from './plan-text.ts';
import type { Progress } from './progress.ts';

type StageBegun = Extract<ApplyEvent, { type: 'stage' }>;

/**
 * Where a run is: a line for each stage that is done everywhere, and on a terminal one that says what goes on now: how far each
 * cluster is in the stage, and for whom the others wait.
 */
export function reportEvents(names: readonly string[], progress: Progress): OnEvent {
  const committed = new Set<string>();
  let back = '';
  let stage: StageBegun | undefined;
  let done: Step[] = [];
  return (event) => {
    switch (event.type) {
      case 'locking':
        return progress.now(`locking ${list(event.clusters)}`);
      case 'waiting':
        return progress.step(`${event.holder} holds the lock: watching whether it is alive`);
      case 'inventory':
        return progress.now(`noting the change in ${list(event.clusters)}`);
      case 'stage':
        [stage, done] = [event, []];
        return progress.now(back + stageNow(event, done, names));
      case 'done':
        done.push(event.step);
        if (stage === undefined) return;
        if (done.length < stage.steps.length) return progress.now(back + stageNow(stage, done, names));
        progress.done(back + stageDone(stage));
        return progress.now(`${back}${title(stage)} is done`);
      case 'failed':
        return progress.failed(
          `${event.step.stage}: ${event.step.cluster}: ${event.step.id.kind} ${nameOf(event.step.id)}`,
        );
      case 'settling':
        return progress.now(`${back}all wait ${event.milliseconds / 1000}s: their proxies have to hear of it`);
      case 'rolling-back':
        back = 'back: ';
        return progress.failed(`${event.at} failed: going back`);
      case 'committed': {
        committed.add(event.cluster);
        const open = names.filter((name) => !committed.has(name));
        if (open.length > 0)
          progress.now(`revision ${event.revision} is in ${list([...committed])} · waiting for ${list(open)}`);
      }
    }
  };
}

/** `stage 2 of 5, guard · cluster-a 3 of 12 · cluster-b waits for cluster-a`. */
function stageNow(stage: StageBegun, done: readonly Step[], names: readonly string[]): string {
  const count = (steps: readonly Step[], name: string): number =>
    steps.filter(({ cluster }) => cluster === name).length;
  const isBusy = (name: string): boolean => count(done, name) < count(stage.steps, name);
  const [busy, waiting] = [names.filter(isBusy), names.filter((name) => !isBusy(name))];
  const parts = [
    title(stage),
    ...busy.slice(0, most).map((name) => `${name} ${count(done, name)} of ${count(stage.steps, name)}`),
    ...(busy.length > most ? [`${busy.length - most} more at work`] : []),
  ];
  if (waiting.length > 0 && busy.length > 0)
    parts.push(`${list(waiting)} ${waiting.length > 1 ? 'wait' : 'waits'} for ${list(busy)}`);
  return parts.join(' · ');
}

const title = ({ stage, number, of }: StageBegun): string => `stage ${number} of ${of}, ${stage}`;

/** `stage 2 of 5, guard · cluster-a 12 created · cluster-b 1 changed, 2 deleted`. */
function stageDone(stage: StageBegun): string {
  const names = [...new Set(stage.steps.map(({ cluster }) => cluster))];
  const parts = names.map((name) => `${name} ${opsText(stage.steps.filter(({ cluster }) => cluster === name))}`);
  return [title(stage), ...parts].join(' · ');
}

function opsText(steps: readonly Step[]): string {
  const counts = countOps(steps);
  const parts = [
    [counts.create, 'created'],
    [counts.update, 'changed'],
    [counts.delete, 'deleted'],
  ] as const;
  return parts.flatMap(([number, done]) => (number > 0 ? [`${number} ${done}`] : [])).join(', ');
}

/** More names than that make a line that nobody reads. */
const most = 3;

function list(names: readonly string[]): string {
  const shown = names.length > most ? [...names.slice(0, most), `${names.length - most} more`] : names;
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : shown.join('');
}
