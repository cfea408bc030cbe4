import { type DryRun, dryRun } from '../apply/dry-run.ts';
import { guardChecks } from '../checks/live/index.ts';
import { findingsOf } from '../checks/live/live-check.ts';
import type { Code } from '../codes.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Federation } from '../model/federation.ts';
import { buildPlan, type Course, type Plan } from '../plan/plan.ts';
import { acknowledge } from './allow.ts';
import { type Clients, observeAll } from './clusters.ts';
import { readGuards } from './evidence.ts';
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
  /** Whether somebody is about to write: then permissions count, and whether Istio looks at what is written. */
  readonly guarded?: boolean;
  /** Findings about the clusters that shall not stop this run. */
  readonly allow?: readonly Code[];
  readonly without?: readonly string[];
}

/** Reads the clusters, plans, and has every write tried by its cluster. Nothing is changed. */
export async function preparePlan(options: PrepareOptions, session: Session): Promise<Prepared> {
  const {
    federation,
    manifests,
    clients,
    locate,
    takeOver = false,
    course,
    leaving,
    forget,
    without,
    allow = [],
  } = options;
  const observations = await observeAll(clients, federation, manifests, session);
  const plan = buildPlan({ federation, manifests, observations, course, leaving, forget, without, takeOver });
  const [tried, guards] = await session.progress(async (progress) => {
    if (plan.steps.length > 0) progress.step(`trying ${count(plan.steps.length, 'write')}`);
    // The guards first: their few requests would else wait behind those of every write.
    const guarding = guard(plan, options);
    return Promise.all([dryRun({ plan, clients, takeOver }), guarding]);
  });
  const found = [...plan.diagnostics, ...guards, ...tried.diagnostics].map(locate);
  return { plan, dryRun: tried, diagnostics: acknowledge(found, allow) };
}

/** What has to hold besides before something is written; a run that was begun is not stopped by it. */
async function guard(plan: Plan, options: PrepareOptions): Promise<Diagnostic[]> {
  const { federation, manifests, clients, course, guarded = false } = options;
  if (!guarded || plan.steps.length === 0 || (course && course.kind !== 'begin')) return [];
  const sites = await readGuards(plan, manifests, clients);
  const evidence = { federation, manifests, sites, found: [], isPlanned: true, untried: [], prerequisites: [] };
  return findingsOf(guardChecks.flatMap(({ look }) => look(evidence)));
}
