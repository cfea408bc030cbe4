import type { ClusterClient } from '../clusters/client.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { ClusterError } from '../errors.ts';
import { namespaces } from '../plan/inventory.ts';
import { objectRef } from '../plan/object-key.ts';
import type { Plan } from '../plan/plan.ts';
import type { Step } from '../plan/step.ts';
import { writeStep } from './write.ts';

/** What the clusters say to every write of a plan, before any is made. */
export interface DryRun {
  /** Writes that were tried, and accepted. */
  readonly accepted: number;
  /** Writes that could not be tried, with the reason. */
  readonly skipped: readonly { readonly step: Step; readonly reason: string }[];
  /** Writes that were refused; each forbids the run. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface DryRunOptions {
  readonly plan: Plan;
  readonly clients: ReadonlyMap<string, ClusterClient>;
  readonly takeOver?: boolean;
}

/** Asks every cluster about every write. Nothing is stored; the same permissions are needed. */
export async function dryRun({ plan, clients, takeOver = false }: DryRunOptions): Promise<DryRun> {
  const comingNamespaces = namespacesOf(plan);
  const answers = await Promise.all(
    plan.steps.map(async (step) => {
      const client = clients.get(step.cluster);
      if (client === undefined) return { step, reason: 'the cluster is not connected' };
      if (comingNamespaces.has(`${step.cluster}/${step.id.namespace}`)) {
        return { step, reason: 'its Namespace comes with this plan' };
      }
      return { step, ...(await tryStep(step, { client, federation: plan.federation, takeOver })) };
    }),
  );
  return {
    accepted: answers.filter(({ reason, diagnostic }) => !reason && !diagnostic).length,
    skipped: answers.flatMap(({ step, reason }) => (reason === undefined ? [] : [{ step, reason }])),
    diagnostics: answers.flatMap(({ diagnostic }) => diagnostic ?? []),
  };
}

interface Answer {
  readonly reason?: string;
  readonly diagnostic?: Diagnostic;
}

interface TryOptions {
  readonly client: ClusterClient;
  readonly federation: string;
  readonly takeOver: boolean;
}

async function tryStep(step: Step, { client, federation, takeOver }: TryOptions): Promise<Answer> {
  // Without --take-over the plan says already whose the fields are.
  if (step.op !== 'create' && step.heldBy.length > 0 && !takeOver) return { reason: 'somebody else holds its fields' };
  try {
    await writeStep(step, { client, federation, takeOver, dryRun: true });
    return {};
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    // The plan says so already.
    if (error.reason === 'namespace-missing') return { reason: 'its Namespace is not there' };
    if (error.reason === 'forbidden') return { reason: 'these credentials may not write it' };
    if (error.reason === 'unreachable' || error.reason === 'aborted' || error.reason === 'unauthorized') throw error;
    return { diagnostic: refused(step, error) };
  }
}

const namespacesOf = ({ steps }: Plan): ReadonlySet<string> =>
  new Set(
    steps
      .filter(({ op, id }) => op === 'create' && id.kind === namespaces.kind)
      .map(({ cluster, id }) => `${cluster}/${id.name}`),
  );

const refused = (step: Step, error: ClusterError): Diagnostic => ({
  code: 'AXC5005',
  severity: 'error',
  message: error.message,
  ...(error.hint !== undefined && { hint: error.hint }),
  ...(step.op !== 'delete' && { at: step.source }),
  object: objectRef(step.cluster, step.id),
});
