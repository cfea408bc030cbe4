import { type DryRun, dryRun } from '../apply/dry-run.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Federation } from '../model/federation.ts';
import { buildPlan, type Course, type Plan } from '../plan/plan.ts';
import { type Clients, observeAll } from './clusters.ts';
import type { Session } from './session.ts';
import { count } from './ui/text.ts';

/** A plan, and what the clusters say to it. */
export interface Prepared {
  readonly plan: Plan;
  readonly dryRun: DryRun;
  /** All that was found, at its place in the spec. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface PrepareOptions {
  readonly federation: Federation;
  /** None, to remove the federation. */
  readonly manifests: readonly Manifest[];
  readonly clients: Clients;
  readonly locate: (found: Diagnostic) => Diagnostic;
  readonly takeOver?: boolean;
  readonly course?: Course;
  readonly leaving?: ReadonlySet<string>;
  readonly forget?: readonly string[];
}

/** Reads the clusters, plans, and has every write tried by its cluster. Nothing is changed. */
export async function preparePlan(options: PrepareOptions, session: Session): Promise<Prepared> {
  const { federation, manifests, clients, locate, takeOver = false, course, leaving, forget } = options;
  const observations = await observeAll(clients, federation, manifests, session);
  const plan = buildPlan({ federation, manifests, observations, course, leaving, forget });
  const tried = await session.progress(async (progress) => {
    if (plan.steps.length > 0) progress.step(`trying ${count(plan.steps.length, 'write')}`);
    return dryRun({ plan, clients, takeOver });
  });
  return { plan, dryRun: tried, diagnostics: [...plan.diagnostics, ...tried.diagnostics].map(locate) };
}
