import { hashOf, hashOfObject, namespaces } from './inventory.ts';
import { nameOf, objectKey } from './object-key.ts';
import type { Plan } from './plan.ts';
import type { Step } from './step.ts';

/** What a plan depends on, short enough to be saved: who is written to, what, and over which object. */
export interface Fingerprint {
  readonly clusters: readonly { readonly name: string; readonly uid: string; readonly revision?: number | undefined }[];
  /** Of everything that is wanted. */
  readonly hash: string;
  readonly steps: readonly StepPrint[];
}

export interface StepPrint {
  readonly key: string;
  readonly name: string;
  readonly wanted: string;
  readonly live: string;
}

export const fingerprint = ({ clusters, steps, federation }: Plan): Fingerprint => ({
  clusters: clusters.map(({ observation: { cluster, uid, inventory } }) => ({
    name: cluster,
    uid,
    revision: inventory?.revision,
  })),
  hash: clusters[0]?.inventoryAfter.hash ?? federation,
  // Another federation may make the Namespace that both need: that is as good.
  steps: steps.filter(({ id }) => id.kind !== namespaces.kind).map(stepPrint),
});

/** The version of an object is no part of it: it moves with every status that somebody writes. */
const stepPrint = (step: Step): StepPrint => ({
  key: `${step.stage} ${step.op} ${step.cluster} ${objectKey(step.id)}`,
  name: `${step.id.kind} ${nameOf(step.id)} in ${step.cluster}`,
  wanted: step.op === 'delete' ? '' : hashOfObject(step.object),
  live: step.op === 'create' ? '' : hashOf(seen(step)),
});

/** Somebody's hand in an object's metadata moves no generation, and still forbids the write. */
const seen = ({ live: { metadata, spec }, heldBy }: Exclude<Step, { op: 'create' }>) => [
  metadata.uid,
  metadata.generation,
  spec,
  ...heldBy,
];

/** What has changed since the first was made, in words; nothing when the second would do exactly the same. */
export function differences(then: Fingerprint, now: Fingerprint): string[] {
  const spec = then.hash === now.hash ? [] : ['the spec renders to something else'];
  return [...spec, ...clusterDifferences(then, now), ...stepDifferences(then.steps, now.steps)];
}

function clusterDifferences(then: Fingerprint, now: Fingerprint): string[] {
  return now.clusters.flatMap(({ name, uid, revision }) => {
    const before = then.clusters.find((one) => one.name === name);
    if (before === undefined) return [`${name} has joined`];
    if (before.uid !== uid) return [`${name} is another cluster (UID ${uid})`];
    if (before.revision !== revision)
      return [`${name} has revision ${revision ?? 'none'}, not ${before.revision ?? 'none'}`];
    return [];
  });
}

function stepDifferences(then: readonly StepPrint[], now: readonly StepPrint[]): string[] {
  const before = new Map(then.map((step) => [step.key, step]));
  const after = new Map(now.map((step) => [step.key, step]));
  return [
    ...then.filter(({ key }) => !after.has(key)).map(({ name }) => `${name} was changed`),
    ...now.flatMap((step) => {
      const one = before.get(step.key);
      if (one === undefined) return [`${step.name} was changed`];
      return one.live === step.live && one.wanted === step.wanted ? [] : [`${step.name} was changed`];
    }),
  ];
}
