import type { KubeObject, Manifest } from '../../src/manifests/manifest.ts';
import type { Federation } from '../../src/model/federation.ts';
import { compile } from '../../src/pipeline.ts';
import { ownedFields } from '../../src/plan/compare.ts';
import type { Inventory } from '../../src/plan/inventory.ts';
import type { LiveObject } from '../../src/plan/live.ts';
import { keyOf, objectKey } from '../../src/plan/object-key.ts';
import type { Observation } from '../../src/plan/observation.ts';
import { buildPlan, type Plan } from '../../src/plan/plan.ts';
import type { Step } from '../../src/plan/step.ts';
import { type FederationInput, specText } from './federation.ts';
import { observation } from './observation.ts';

export interface Rendered {
  readonly federation: Federation;
  readonly manifests: readonly Manifest[];
}

export function rendered(spec: FederationInput): Rendered {
  const { federation, manifests, diagnostics } = compile({ file: 'federation.yaml', text: specText(spec) });
  if (federation === undefined || manifests === undefined) throw new Error(JSON.stringify(diagnostics));
  return { federation, manifests };
}

/** An object as the server has it after we have applied it. */
export const asWritten = (object: KubeObject, federation: string): LiveObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    uid: `uid-of-${object.kind}-${object.metadata.name}`,
    resourceVersion: '7',
    managedFields: [
      {
        manager: `aegis-xc.${federation}`,
        operation: 'Apply',
        apiVersion: object.apiVersion,
        fieldsV1: ownedFields(object),
      },
    ],
  },
});

/** Every Namespace that a spec of the tests names is there. */
const namespaces = new Map(
  ['shop', 'web', 'backend', 'data', 'default', 'istio-system', 'aegis-xc', 'other'].map(
    (name) => [name, 'active'] as const,
  ),
);

export const emptyClusters = ({ federation }: Rendered): Observation[] =>
  federation.clusters.map(({ name }) => observation(name, { namespaces }));

/** The clusters after some steps of a plan, read again. */
export function afterSteps(
  plan: Plan,
  steps: readonly Step[] = plan.steps,
  state: Inventory['state'] = 'applied',
): Observation[] {
  return plan.clusters.map(({ observation: before, inventoryAfter, inventoryBefore }) => {
    const objects = new Map(before.objects);
    for (const step of steps.filter(({ cluster }) => cluster === before.cluster)) {
      if (step.op === 'delete') objects.delete(objectKey(step.id));
      else objects.set(keyOf(step.object), asWritten(step.object, plan.federation));
    }
    const kept = state === 'applied' ? inventoryAfter : inventoryBefore;
    const items = kept.items.map((item) => ({ ...item, uid: objects.get(objectKey(item))?.metadata.uid }));
    return { ...before, objects, inventory: { ...kept, items } };
  });
}

/** The clusters as a spec leaves them. */
export const applied = (spec: FederationInput): Observation[] => {
  const one = rendered(spec);
  return afterSteps(buildPlan({ ...one, observations: emptyClusters(one) }));
};

/** From one spec to another: every cluster of both is read. */
export function planFrom(before: FederationInput, after: FederationInput): Plan {
  const one = rendered(after);
  const there = applied(before);
  const observations = emptyClusters(one).map(
    (fresh) => there.find(({ cluster }) => cluster === fresh.cluster) ?? fresh,
  );
  return buildPlan({ ...one, observations });
}
