import type { KubeObject } from '../../manifests/manifest.ts';
import { hashOfObject } from '../inventory.ts';
import type { Step } from '../step.ts';
import type { ProofInput } from './prove.ts';
import { stepKey, type World } from './world.ts';

/** Whether two inputs are the same for certain: the same steps, from the same versions of the same objects. Any doubt is a no. */
export function isSameChange(one: ProofInput, other: ProofInput): boolean {
  return (
    one.federation === other.federation &&
    isSameWorld(one.before, other.before) &&
    areSameSteps(one.steps, other.steps) &&
    areSameSteps(one.needed ?? one.steps, other.needed ?? other.steps) &&
    isSameSet(one.absent ?? new Set(), other.absent ?? new Set())
  );
}

const isSameWorld = (one: World, other: World): boolean =>
  one.size === other.size && [...one].every(([key, object]) => isSameVersion(object, other.get(key)));

/** A server gives every change of an object another version. */
function isSameVersion(one: KubeObject, other: KubeObject | undefined): boolean {
  if (one === other) return true;
  const { uid, resourceVersion } = one.metadata;
  return (
    uid !== undefined &&
    resourceVersion !== undefined &&
    uid === other?.metadata.uid &&
    resourceVersion === other.metadata.resourceVersion
  );
}

const areSameSteps = (one: readonly Step[], other: readonly Step[]): boolean =>
  one.length === other.length && one.every((step, n) => isSameStep(step, other[n]));

const isSameStep = (one: Step, other: Step | undefined): boolean =>
  other !== undefined && stepKey(one) === stepKey(other) && one.stage === other.stage && hashIn(one) === hashIn(other);

const hashIn = (step: Step): string | undefined => (step.op === 'delete' ? undefined : hashOfObject(step.object));

const isSameSet = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((name) => other.has(name));
