import type { Path } from '../diagnostics.ts';

/** A set of paths that knows whether a path is in it, or below one that is. */
export class PathSet {
  readonly #keys = new Set<string>();

  constructor(paths: Iterable<Path> = []) {
    for (const path of paths) this.add(path);
  }

  add(path: Path): void {
    this.#keys.add(keyOf(path));
  }

  has(path: Path): boolean {
    return this.#keys.has(keyOf(path));
  }

  covers(path: Path): boolean {
    if (this.#keys.size === 0) return false;
    return [...path.keys(), path.length].some((length) => this.has(path.slice(0, length)));
  }
}

const keyOf = (path: Path): string => JSON.stringify(path);

/** `services.catalog.consumers[0]`, as people write it; a key with a dot in it is quoted. */
export function pathText(path: Path): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return /^[\w-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return steps.join('').replace(/^\./, '');
}
