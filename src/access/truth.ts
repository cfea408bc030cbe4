/** Whether something holds: yes, no, or that hangs on what nobody has said. */
export type Truth = boolean | Open;

export interface Open {
  /** The question leaves a part of the request open, and so does the answer. */
  readonly request: boolean;
  /** Facts that no file has, each as what follows "it depends on". */
  readonly on: readonly string[];
}

export const dependsOn = (fact: string): Open => ({ request: false, on: [fact] });
export const dependsOnRequest: Open = { request: true, on: [] };

export const isOpen = (truth: Truth): truth is Open => typeof truth === 'object';
/** It holds, or it may. */
export const mayHold = (truth: Truth): boolean => truth !== false;

export function allOf(truths: readonly Truth[]): Truth {
  return truths.includes(false) ? false : (merged(truths.filter(isOpen)) ?? true);
}

export function anyOf(truths: readonly Truth[]): Truth {
  return truths.includes(true) ? true : (merged(truths.filter(isOpen)) ?? false);
}

/** What hangs on something hangs on it the other way round, too. */
export const not = (truth: Truth): Truth => (isOpen(truth) ? truth : !truth);

/** Of several ways one is taken, and nobody knows which. */
export const amongOthers = (truth: Truth, ways: readonly unknown[], fact = whichWay): Truth =>
  ways.length > 1 ? allOf([truth, dependsOn(fact)]) : truth;

export const whichWay = 'which way it takes';

function merged(open: readonly Open[]): Open | undefined {
  if (open.length <= 1) return open[0];
  return { request: open.some(({ request }) => request), on: [...new Set(open.flatMap(({ on }) => on))] };
}
