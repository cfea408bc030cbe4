/** Things with labels, found by some of those without looking at each. */
export class LabelIndex<Item extends { readonly labels: ReadonlyMap<string, string> }> {
  readonly all: readonly Item[];
  readonly #byLabel = new Map<string, Item[]>();

  constructor(all: readonly Item[]) {
    this.all = all;
    for (const item of all) {
      for (const label of item.labels) {
        const group = this.#byLabel.get(label.join('='));
        if (group) group.push(item);
        else this.#byLabel.set(label.join('='), [item]);
      }
    }
  }

  /** Those that have all of these labels; none for no labels at all, which select everything. */
  with(labels: ReadonlyMap<string, string>): readonly Item[] {
    const candidates = [...labels].map((label) => this.#byLabel.get(label.join('=')) ?? []);
    const fewest = candidates.toSorted((one, other) => one.length - other.length)[0] ?? [];
    return fewest.filter((item) => isSubset(labels, item.labels));
  }

  /** Those all of whose labels are among these: selectors that select what has them. */
  within(labels: ReadonlyMap<string, string>): readonly Item[] {
    const candidates = [...labels].flatMap((label) => this.#byLabel.get(label.join('=')) ?? []);
    return [...new Set(candidates)].filter((item) => isSubset(item.labels, labels));
  }
}

export const isSubset = (some: ReadonlyMap<string, string>, all: ReadonlyMap<string, string>): boolean =>
  [...some].every(([key, value]) => all.get(key) === value);

export const labelText = (labels: ReadonlyMap<string, string>): string =>
  [...labels].map(([key, value]) => `${key}: ${value}`).join(', ');

/** One text per set of labels, whatever their order. */
export const sortedLabelText = (labels: ReadonlyMap<string, string>): string =>
  labelText(new Map([...labels].toSorted()));
