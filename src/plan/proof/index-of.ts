import type { KubeObject } from '../../manifests/manifest.ts';
import type { Step } from '../step.ts';
import { stepKey, type World } from './world.ts';

/** An object, in every form that it has in the course of a plan. */
export interface Known {
  readonly key: string;
  readonly cluster: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly versions: readonly KubeObject[];
}

export interface Index {
  /** By kind and cluster: `Gateway cluster-b`. */
  of(kind: string, cluster: string): readonly Known[];
  /** One object, by kind, cluster, Namespace and name. */
  one(kind: string, cluster: string, namespace: string, name: string): Known | undefined;
  readonly all: readonly Known[];
}

export function indexOf(before: World, steps: readonly Step[]): Index {
  const versions = new Map<string, KubeObject[]>([...before].map(([key, object]) => [key, [object]]));
  for (const step of steps) {
    if (step.op === 'delete') continue;
    const known = versions.get(stepKey(step));
    if (known) known.push(step.object);
    else versions.set(stepKey(step), [step.object]);
  }
  const all = [...versions].flatMap(([key, objects]): Known[] => {
    const [first] = objects;
    if (first === undefined) return [];
    const { namespace = '', name } = first.metadata;
    return [{ key, cluster: key.slice(0, key.indexOf(' ')), kind: first.kind, namespace, name, versions: objects }];
  });
  const byKind = new Map<string, Known[]>();
  for (const known of all) {
    const place = `${known.kind} ${known.cluster}`;
    const others = byKind.get(place);
    if (others) others.push(known);
    else byKind.set(place, [known]);
  }
  const byName = new Map(
    all.map((known) => [`${known.kind} ${known.cluster} ${known.namespace}/${known.name}`, known]),
  );
  return {
    all,
    of: (kind, cluster) => byKind.get(`${kind} ${cluster}`) ?? [],
    one: (kind, cluster, namespace, name) => byName.get(`${kind} ${cluster} ${namespace}/${name}`),
  };
}
