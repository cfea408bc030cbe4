import type { Served } from './served.ts';
import type { World } from './world.ts';

/** A few objects that have to be looked at together, and what must hold of them at every moment. */
export interface Scope {
  /** `worldKey`s. */
  readonly keys: readonly string[];
  /** What is wrong with a state of these objects, in words; undefined when it is as good as before and after. */
  check(state: World): string | undefined;
  /**
   * The same of what takes several writes, which are never made in one instant: it must hold where a run waits, after every stage.
   */
  checkBetween?(state: World): string | undefined;
}

export interface Frame {
  readonly before: World;
  readonly after: World;
  /** `worldKey`s of what the plan writes. */
  readonly changed: ReadonlySet<string>;
  readonly served: Served;
  /** Trust domains by cluster, where no other mesh has the same: who shows one is a caller of that cluster. */
  readonly ownDomains: ReadonlyMap<string, string>;
  /** Clusters that nobody has looked at: the ways into them are as they were. */
  readonly absent: ReadonlySet<string>;
}
