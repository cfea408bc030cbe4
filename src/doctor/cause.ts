import type { Case, Outcome } from './case.ts';
import type { Sign, Symptom } from './symptom.ts';

/** Why a call may fail. */
export interface Cause {
  /** As its file is called: what programs go by. */
  readonly name: string;
  /** The same as a sentence. */
  readonly title: string;
  /** How well it explains a sign, of 100. */
  readonly explains: Readonly<Partial<Record<Sign, number>>>;
  readonly look: (one: Case) => Outcome;
}

export const defineCause = (cause: Cause): Cause => cause;

/** How well a cause explains all that was seen; without a symptom all are alike. */
export function weightOf({ explains }: Cause, { signs }: Symptom): number {
  if (signs.length === 0) return 50;
  return Math.max(0, ...signs.map((sign) => explains[sign] ?? 0));
}
