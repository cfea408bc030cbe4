import type { Stage } from '../plan/stages.ts';
import type { Step } from '../plan/step.ts';

/** What a run tells while it goes on; whoever shows progress listens. */
export type ApplyEvent =
  | { readonly type: 'locking'; readonly clusters: readonly string[] }
  /** Somebody holds the lock; whether he lives is seen by watching it. */
  | { readonly type: 'waiting'; readonly holder: string }
  | { readonly type: 'inventory'; readonly clusters: readonly string[] }
  | {
      readonly type: 'stage';
      readonly stage: Stage;
      readonly steps: readonly Step[];
      /** The how-manieth it is of the stages in which this plan writes something. */
      readonly number: number;
      readonly of: number;
    }
  | { readonly type: 'done'; readonly step: Step }
  | { readonly type: 'failed'; readonly step: Step; readonly error: Error }
  | { readonly type: 'settling'; readonly milliseconds: number }
  | { readonly type: 'rolling-back'; readonly at: Stage }
  | { readonly type: 'committed'; readonly cluster: string; readonly revision: number };

export type OnEvent = (event: ApplyEvent) => void;
