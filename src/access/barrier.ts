import type { KubeObject } from '../manifests/manifest.ts';
import { allOf, dependsOn, isOpen, type Truth } from './truth.ts';

/** Whether calls are stopped, and the objects that stop them. */
export interface Barrier {
  readonly stops: Truth;
  readonly by: readonly KubeObject[];
}

/** One of several objects counts, or none, which is undefined; a fact tells which. */
export function barrierOf(
  candidates: readonly (KubeObject | undefined)[],
  stops: (object: KubeObject) => boolean,
  fact: string,
): Barrier {
  const by = candidates.filter((one) => one !== undefined).filter(stops);
  return { stops: by.length > 0 && (by.length === candidates.length || dependsOn(fact)), by };
}

/** What a barrier stops ends there; where it may, a call goes on or ends there. */
export function past<Way extends { readonly when: Truth }>(
  { stops }: Barrier,
  end: Way,
  ways: readonly Way[],
): readonly Way[] {
  if (!isOpen(stops)) return stops ? [end] : ways;
  return [...ways, end].map((way) => ({ ...way, when: allOf([way.when, stops]) }));
}
