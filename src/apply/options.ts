import type { ClusterClient } from '../clusters/client.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Change, Journal } from '../plan/journal.ts';
import type { Course, Plan } from '../plan/plan.ts';
import type { OnEvent } from './events.ts';
import type { Site } from './sites.ts';

export interface RunOptions {
  readonly plan: Plan;
  readonly clients: ReadonlyMap<string, ClusterClient>;
  /** Plans again from what is there: what the plan was made for, or something else. */
  readonly replan: (manifests: readonly Manifest[], course: Course) => Promise<Plan>;
  readonly manifests: readonly Manifest[];
  readonly course: Course;
  readonly change: Change;
  readonly settle: number;
  readonly takeOver?: boolean;
  /** What a stage that failed leads to. */
  readonly onFailure: 'rollback' | 'hold';
  /** Clusters in which nothing of the federation stays. */
  readonly leaving: ReadonlySet<string>;
  /** Milliseconds after which the lock of a run that has died is free. */
  readonly lockTtl: number;
  /** Milliseconds for which such a lock is watched first; default the same. */
  readonly lockPatience?: number | undefined;
  readonly about: { readonly commit?: string | undefined; readonly tool: string; readonly allowed: readonly string[] };
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: OnEvent;
}

/** A run that holds its locks. */
export interface Run extends RunOptions {
  readonly sites: readonly Noted[];
  /** UIDs of what was written, by `worldKey`; undefined for what is gone. */
  readonly written: Map<string, string | undefined>;
}

/** A cluster, and what this run writes into its journal. */
export interface Noted extends Site {
  readonly journal: Journal;
}
