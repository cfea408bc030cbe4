import { usualRootNamespace } from '../../access/sites.ts';
import type { CallerSide } from '../../access/ways.ts';
import type { KubeObject } from '../../manifests/manifest.ts';
import { objectKey } from '../object-key.ts';
import type { Observation } from '../observation.ts';
import { isOurs } from '../ownership.ts';
import type { Step } from '../step.ts';

/** The objects of all clusters at one moment, by `worldKey`. */
export type World = ReadonlyMap<string, KubeObject>;

export const worldKey = (cluster: string, key: string): string => `${cluster} ${key}`;
export const stepKey = ({ cluster, id }: Step): string => worldKey(cluster, objectKey(id));

/** What is ours in the clusters now. What others have is not known, and takes no part in the proof. */
export function presentWorld(federation: string, observations: readonly Observation[]): World {
  return new Map(
    observations.flatMap(({ cluster, objects, inventory }) => {
      const uids = new Map((inventory?.items ?? []).map((item) => [objectKey(item), item.uid]));
      return [...objects]
        .filter(([key, live]) => isOurs(live, federation, uids.get(key)))
        .map(([key, live]) => [worldKey(cluster, key), live] as const);
    }),
  );
}

export function worldAfter(world: World, steps: readonly Step[]): World {
  const next = new Map(world);
  for (const step of steps) {
    if (step.op === 'delete') next.delete(stepKey(step));
    else next.set(stepKey(step), step.object);
  }
  return next;
}

export const objectsIn = (world: World, cluster: string): KubeObject[] =>
  [...world].flatMap(([key, object]) => (key.startsWith(`${cluster} `) ? [object] : []));

/** What the proxies of the callers in a cluster hear of. */
export const callerSideIn = (world: World, cluster: string): CallerSide => callerSideOf(objectsIn(world, cluster));

/** The same of some objects of one cluster, those first that were there before the plan, as a `World` has them. */
export function callerSideOf(objects: readonly KubeObject[]): CallerSide {
  const of = (kind: string): KubeObject[] => objects.filter((one) => one.kind === kind);
  return {
    entries: of('ServiceEntry'),
    rules: of('DestinationRule'),
    routes: of('VirtualService'),
    rootNamespace: usualRootNamespace,
    oldestFirst: true,
  };
}
