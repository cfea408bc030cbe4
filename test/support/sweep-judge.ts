import type { LiveObject } from '../../src/plan/live.ts';
import { nameOf } from '../../src/plan/object-key.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { stepKey } from '../../src/plan/proof/world.ts';
import type { Step } from '../../src/plan/step.ts';
import type { Ended, Look } from './run-rig.ts';

/** What somebody else did, at the break. */
export interface Touched {
  readonly key: string;
  readonly how: 'edit' | 'delete';
  /** The object before it. */
  readonly object: LiveObject;
}

/** Who edits, and what: one of our own annotations, so that a write that does not take over is refused. */
export const editor = 'kubectl-edit';
export const edited = { 'aegis-xc.dev/cluster': 'edited' } as const;
const isEdited = ({ metadata }: LiveObject): boolean =>
  Object.entries(edited).every(([name, value]) => metadata.annotations?.[name] === value);

/** What a run, or its end by `resume` or `rollback`, said, and what was there before and after it. */
interface Act {
  readonly said: Ended;
  readonly was: Look;
  readonly is: Look;
}

export interface Story {
  /** Where the run came from. */
  readonly side: number;
  readonly before: Look;
  readonly ended: Ended;
  readonly broken: Look;
  readonly rest: Ended;
  readonly after: Look;
  readonly touched: Touched | undefined;
}

/** What is wrong in the end, and on which side the federation is whole now. */
export function judge(story: Story): { readonly wrong: string[]; readonly whole?: number } {
  const { side, before, ended, broken, rest, after, touched } = story;
  if (touched) {
    const run = { said: ended, was: before, is: broken };
    const end = { said: rest, was: broken, is: after };
    const wrong = [
      ...judgeAct(run, { side, touched, isEnd: false }).map((text) => `the run: ${text}`),
      ...judgeAct(end, { side, touched, isEnd: true }).map((text) => `after it: ${text}`),
    ];
    const whole = [0, 1].find((which) => isWhole(planAt(after, which)));
    return { wrong, ...(whole !== undefined && { whole }) };
  }
  const wrong = ['done', 'unchanged', 'rolled-back'].includes(rest.kind)
    ? []
    : [`it ended ${textOf(rest)}, after ${textOf(ended)}`];
  const whole = [0, 1].find((which) => isWhole(planAt(after, which)));
  if (whole === undefined) return { wrong: [...wrong, `neither old nor new: ${openText(planAt(after, 1 - side))}`] };
  if (rest.kind === 'rolled-back' && whole !== side) wrong.push('it was rolled back, and is not as before');
  return { wrong, whole };
}

interface Frame {
  readonly side: number;
  readonly touched: Touched;
  /** It is a run's end, with a plan of its own, made after somebody else was there. */
  readonly isEnd: boolean;
}

const judgeAct = (act: Act, frame: Frame): string[] => [
  ...judgeObject(act, frame),
  ...judgeWords(act, frame).map((text) => `${text}; it said ${textOf(act.said)}`),
];

/**
 * An edit stays, also where the object was to go: nobody has said --take-over. What was deleted comes back by a create only: of a plan
 * that was made afterwards, forward or back, and never by a write of the run that did not know.
 */
function judgeObject({ said, is }: Act, { touched: { key, how, object }, isEnd }: Frame): string[] {
  const live = is.world.get(key);
  const isSame = live?.metadata.uid === object.metadata.uid;
  if (how === 'edit') return live && isSame && isEdited(live) ? [] : [`the edit of ${key} is gone`];
  if (live === undefined) return [];
  if (isSame) return [`${key} was deleted, and is there`];
  const mayCome = isEnd || ['rolled-back', 'incomplete', 'stopped'].includes(said.kind);
  return mayCome ? [] : [`${key} was deleted, and has come back to life`];
}

/** What it says is so: how far it is, whose doing that was, and that a run which stops can be ended. */
function judgeWords(act: Act, { side, touched, isEnd }: Frame): string[] {
  const { said, is } = act;
  switch (said.kind) {
    case 'done':
      return notSettled(is, 1 - side, excused(touched, isEnd ? 'nothing' : 'missing'));
    case 'rolled-back':
      return notSettled(is, side, excused(touched, 'nothing'));
    case 'incomplete':
      return [...notNamed(said, touched), ...notSettled(is, side, ({ key }) => key === touched.key)];
    case 'unchanged':
      return isUnfinished(is) ? ['a run is unfinished'] : notSame(act, touched);
    case 'stopped':
      return [...notNamed(said, touched), ...(isUnfinished(is) ? [] : ['nothing is there to resume'])];
    case 'refused':
    case 'out-of-date':
      return [
        ...notNamed(said, touched),
        ...notSame(act, touched),
        ...(isUnfinished(is) && !isEnd ? ['it has begun'] : []),
      ];
    case 'threw':
      return [...notNamed(said, touched), ...notSame(act, touched)];
    case 'interrupted':
      return ['nobody has interrupted it'];
  }
}

interface Open {
  readonly key: string;
  readonly step: Step;
}

/** What a plan may still find to do: to undo the edit, and nothing but that; to make again what was deleted since it was written. */
const excused =
  ({ key, how }: Touched, deleted: 'missing' | 'nothing') =>
  (open: Open): boolean => {
    if (open.key !== key) return false;
    if (how === 'delete') return deleted === 'missing' && open.step.op === 'create';
    return open.step.op === 'update' && open.step.changes.every(({ managers }) => managers.includes(editor));
  };

function notSettled(look: Look, which: number, isExcused: (open: Open) => boolean): string[] {
  const plan = planAt(look, which);
  const open = plan.steps.filter((step) => !isExcused({ key: stepKey(step), step }));
  const found = plan.diagnostics.filter(({ code }) => code !== 'AXC5004');
  if (open.length === 0 && found.length === 0 && isOneRevision(plan)) return [];
  return [`it is not what it should be: ${openText({ ...plan, steps: open, diagnostics: found })}`];
}

/** Whoever reads it has to learn which object it is about. */
function notNamed(said: Ended, { key, object: { kind, metadata } }: Touched): string[] {
  const isAbout = 'failures' in said && said.failures.some(({ step }) => step && stepKey(step) === key);
  const text = textOf(said);
  return isAbout || (text.includes(kind) && text.includes(nameOf(metadata))) ? [] : [`it does not name ${key}`];
}

/** Nothing was written, but for statuses, and by whoever was there meanwhile. */
function notSame({ was, is }: Act, touched: Touched): string[] {
  const [one, other] = [was, is].map(({ world }) => new Map([...world].map(([key, live]) => [key, printOf(live)])));
  const keys = new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])]);
  const differ = [...keys].filter((key) => key !== touched.key && one?.get(key) !== other?.get(key));
  return differ.length === 0 ? [] : [`${differ.join(', ')} changed all the same`];
}

const printOf = ({ metadata, spec }: LiveObject): string =>
  JSON.stringify([metadata.uid, metadata.generation, metadata.labels, spec]);

const isUnfinished = ({ plans }: Look): boolean =>
  plans.some(({ diagnostics }) => diagnostics.some(({ code }) => code === 'AXC4008'));

/** Nothing to do, nothing unfinished, one revision everywhere. */
export const isWhole = (plan: Plan): boolean =>
  plan.steps.length === 0 && plan.diagnostics.length === 0 && isOneRevision(plan);

function isOneRevision({ clusters }: Plan): boolean {
  const inventories = clusters.flatMap(({ observation }) => observation.inventory ?? []);
  return new Set(inventories.map(({ revision, state }) => `${revision} ${state}`)).size === 1;
}

export const planAt = ({ plans }: Look, side: number): Plan => {
  const plan = plans[side];
  if (plan === undefined) throw new Error('every side has a plan');
  return plan;
};

export const openText = ({ steps, diagnostics, clusters }: Plan): string =>
  [
    ...steps.map(
      (step) =>
        `${step.op} ${step.id.kind} ${step.cluster}${step.op === 'update' ? ` ${JSON.stringify(step.changes)}` : ''}`,
    ),
    ...diagnostics.map(({ message }) => message),
    ...clusters.map(
      ({ observation: { cluster, inventory } }) => `${cluster} ${inventory?.revision} ${inventory?.state}`,
    ),
  ].join(', ');

/** All that a person would read of it. */
export const textOf = (said: Ended): string =>
  [
    said.kind,
    ...(said.kind === 'threw' ? [said.error.message] : []),
    ...('failures' in said ? said.failures.map(({ error }) => error.message) : []),
    ...(said.kind === 'incomplete' ? said.left.map(({ cluster, object, why }) => `${cluster}: ${object}: ${why}`) : []),
    ...('changes' in said ? said.changes : []),
  ].join('; ');
