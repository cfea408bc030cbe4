import type { Said } from './problem.ts';
import { aliasBomb, recursiveAlias, tooManyAliases, unknownAlias } from './refusals.ts';
import { limits } from './scan.ts';
import type { Node } from './tree.ts';

/** What `&name` marks. */
export interface Anchor {
  /** Not there as long as it is open. */
  node?: Node;
  /** How many nodes it has, those behind its aliases counted each time. */
  size: number;
}

/** The anchors of a document, and how much of the limits its aliases have used. */
export class Anchors {
  readonly #byName = new Map<string, Anchor>();
  #aliases = 0;

  mark(name: string): Anchor {
    const anchor: Anchor = { size: 0 };
    this.#byName.set(name, anchor);
    return anchor;
  }

  /** What `*name` stands for, or why it stands for nothing. `before` is the size of the document so far. */
  resolve(name: string, before: number): Required<Anchor> | Said {
    const anchor = this.#byName.get(name);
    this.#aliases++;
    if (this.#aliases > limits.aliases) return tooManyAliases;
    if (!anchor) return unknownAlias(name, this.#byName.keys());
    const { node, size } = anchor;
    if (!node) return recursiveAlias(name);
    return before + size > limits.entries ? aliasBomb : { node, size };
  }
}
