import { objectRef } from '../../plan/object-key.ts';
import { isEmpty } from '../../plan/plan.ts';
import type { Step } from '../../plan/step.ts';
import type { Prepared } from '../planning.ts';

/** A plan for a program: what the text says, as data. */
export function planJson({ plan, dryRun }: Prepared): object {
  return {
    federation: plan.federation,
    revision: plan.revision,
    changes: !isEmpty(plan),
    clusters: plan.clusters.map(({ observation, unchanged }) => ({
      name: observation.cluster,
      context: observation.context,
      server: observation.server,
      uid: observation.uid,
      kubernetes: observation.version.gitVersion,
      revision: observation.inventory?.revision,
      unchanged,
    })),
    steps: plan.steps.map(stepJson),
    notes: plan.notes,
    prerequisites: plan.prerequisites,
    dryRun: {
      accepted: dryRun.accepted,
      refused: dryRun.diagnostics.length,
      skipped: dryRun.skipped.map(({ step, reason }) => ({ object: objectRef(step.cluster, step.id), reason })),
    },
  };
}

const stepJson = (step: Step) => ({
  stage: step.stage,
  op: step.op,
  object: objectRef(step.cluster, step.id),
  ...(step.op === 'create' && { wanted: step.object }),
  ...(step.op === 'update' && { drift: step.drift, changes: step.changes }),
});
