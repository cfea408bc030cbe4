import { callerText } from '../../access/callers.ts';
import type { Case } from '../../doctor/case.ts';
import type { Suspicion } from '../../doctor/diagnose.ts';
import type { Paint } from './colour.ts';
import { visible } from './text.ts';

/** A call, and every cause that would explain what was seen of it. */
export interface Diagnosis {
  readonly one: Case;
  readonly suspicions: readonly Suspicion[];
}

export interface TextOptions {
  readonly paint: Paint;
  /** With what was ruled out, each with its reason. */
  readonly whole: boolean;
}

export function diagnosisText({ one, suspicions }: Diagnosis, options: TextOptions): string {
  const { paint, whole } = options;
  const of = (state: Suspicion['outcome']['state']): Suspicion[] =>
    suspicions.filter(({ outcome }) => outcome.state === state);
  const [confirmed, open, fine] = [of('confirmed'), of('not checked'), of('ruled out')];
  const { caller, service, port } = one.question;
  return [
    paint.bold(visible(`${callerText(caller)} to ${service.name}:${port.number}`)),
    ...confirmed.flatMap((one) => suspicionText(one, paint.red('✖'), paint)),
    ...(confirmed.length === 0 ? ['  Nothing that was checked explains it.'] : []),
    ...open.flatMap((one) => suspicionText(one, paint.yellow('?'), paint)),
    ...(whole ? fine.flatMap((one) => suspicionText(one, paint.green('✔'), paint)) : countText(fine, paint)),
  ].join('\n');
}

function suspicionText({ cause, outcome }: Suspicion, sign: string, paint: Paint): string[] {
  const { state, what } = outcome;
  const lead = { confirmed: '', 'not checked': 'not checked: ', 'ruled out': 'no: ' }[state];
  const fix = 'fix' in outcome && outcome.fix !== undefined ? outcome.fix.split('\n') : [];
  return [
    `  ${sign} ${visible(cause.title)}`,
    ...what.split('\n').map((line, n) => `      ${n === 0 ? lead : ''}${visible(line)}`),
    ...fix.map((line) => `      ${paint.cyan('→')} ${visible(line)}`),
  ];
}

const countText = (fine: readonly Suspicion[], paint: Paint): string[] =>
  fine.length === 0 ? [] : [paint.dim(`  ${fine.length} other causes are ruled out; --verbose lists them.`)];

export const diagnosisJson = ({ one, suspicions }: Diagnosis) => ({
  caller: one.question.caller,
  service: one.question.service.name,
  port: one.question.port.number,
  signs: one.symptom.signs,
  seenBy: one.symptom.place,
  causes: suspicions.map(({ cause, weight, outcome }) => ({
    cause: cause.name,
    title: cause.title,
    weight,
    ...outcome,
  })),
});
