import { isJsonObject, type Json } from '../json.ts';
import type { BuildStage, KubeObject } from '../manifests/manifest.ts';
import { ownedFields, sameAsLive } from './compare.ts';
import type { LiveObject } from './live.ts';
import { fieldManager } from './ownership.ts';
import { transitionOf } from './resources.ts';
import type { UpdateStep } from './step.ts';

/**
 * One change of an object, as one or two writes. What only widens comes in the stage of its kind, what only narrows comes
 * late, and what does both comes twice: first old and new together, and the new alone when nobody needs the old any more.
 * A kind without a union is written once.
 */
export function splitUpdate(step: UpdateStep & { readonly stage: BuildStage }, federation: string): UpdateStep[] {
  const { live, object, stage, id } = step;
  const transition = transitionOf(id, stage);
  if (transition === undefined) return [step];
  const before = withoutMetadata(live, object);
  const both = transition.union(before, object);
  if (hasSame(both, object)) return [step];
  if (hasSame(both, before)) return [{ ...step, stage: transition.late }];
  const manager = fieldManager(federation);
  const first = sameAsLive(both, live, manager);
  if (first === 'same') return [{ ...step, stage: transition.late }];
  const last = sameAsLive(object, asWritten(both, live, manager), manager);
  return [
    { ...step, object: both, changes: first.changed, part: 'union' },
    {
      ...step,
      stage: transition.late,
      changes: last === 'same' ? [] : last.changed,
      heldBy: [],
      part: 'final',
    },
  ];
}

/** The live object in the clothes of the wanted one: labels, status and what the server adds are not compared. */
const withoutMetadata = (live: LiveObject, { apiVersion, kind, metadata }: KubeObject): KubeObject => ({
  apiVersion,
  kind,
  metadata,
  ...(live.spec !== undefined && { spec: live.spec }),
});

/** Lists that have a union have no order. */
const hasSame = (one: KubeObject, other: KubeObject): boolean =>
  JSON.stringify(unordered(one.spec ?? null)) === JSON.stringify(unordered(other.spec ?? null));

function unordered(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(unordered).sort((a: Json, b: Json) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, unordered(inner ?? null)]));
}

/** The object as the first of the two writes leaves it. */
const asWritten = (object: KubeObject, live: LiveObject, manager: string): LiveObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    uid: live.metadata.uid,
    resourceVersion: live.metadata.resourceVersion,
    managedFields: [{ manager, operation: 'Apply', apiVersion: object.apiVersion, fieldsV1: ownedFields(object) }],
  },
});
