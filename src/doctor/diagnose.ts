import type { Case, Outcome } from './case.ts';
import { type Cause, weightOf } from './cause.ts';
import { causes } from './causes/index.ts';

/** A cause that would explain the symptom, and whether it is one. */
export interface Suspicion {
  readonly cause: Cause;
  /** How well it explains the symptom, of 100. */
  readonly weight: number;
  readonly outcome: Outcome;
}

/**
 * Every cause that explains the symptom: first those that hold, then those of which nobody knows, then those that don't; each by how
 * well it explains. What holds but would look otherwise comes after what fits the symptom.
 */
export function diagnose(one: Case): Suspicion[] {
  const all = causes.map((cause) => ({ cause, weight: weightOf(cause, one.symptom), outcome: cause.look(one) }));
  const relevant = all.filter(({ weight, outcome }) => weight > 0 || outcome.state === 'confirmed');
  return relevant.sort((a, b) => order[a.outcome.state] - order[b.outcome.state] || b.weight - a.weight);
}

const order: Readonly<Record<Outcome['state'], number>> = { confirmed: 0, 'not checked': 1, 'ruled out': 2 };
