import type { Stage } from '../plan/stages.ts';
import type { Step } from '../plan/step.ts';

/** How a run ended. */
export type Outcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'done' }
  /** Something has changed since the plan was made; nothing was written. */
  | { readonly kind: 'out-of-date'; readonly changes: readonly string[] }
  /** Not every cluster could be prepared; no object was touched, and nothing of the run is left. */
  | { readonly kind: 'refused'; readonly failures: readonly Failure[] }
  /** Part-way: `resume` or `rollback` is needed. */
  | {
      readonly kind: 'stopped';
      readonly at: Stage | 'prepare' | 'commit';
      readonly failures: readonly Failure[];
      readonly left: number;
      /** After a stage that failed: the failures are of both ways, and what is left is of the way there. */
      readonly onWayBack?: true;
    }
  /** The same, because somebody or the time-out said so. */
  | { readonly kind: 'interrupted'; readonly left: number; readonly onWayBack?: true }
  /** Every cluster is as it was before. */
  | { readonly kind: 'rolled-back'; readonly at: Stage; readonly failures: readonly Failure[] }
  /** Not every cluster is. */
  | {
      readonly kind: 'incomplete';
      readonly at: Stage;
      readonly failures: readonly Failure[];
      readonly left: readonly Left[];
    };

/** Without a step it is a record of the run that could not be written. */
export interface Failure {
  readonly cluster: string;
  readonly step: Step | undefined;
  readonly error: Error;
}

/** An object that is not what it was before the run, and why. */
export interface Left {
  readonly cluster: string;
  readonly object: string;
  readonly why: string;
}
