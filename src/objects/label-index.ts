/** Things with labels, found by some of those without looking at each. */
export class LabelIndex<Item extends { readonly labels: ReadonlyMap<string, string> }> {
  readonly all: readonly Item[];
  readonly #byLabel = new Map<string, Item[]>();
  /** By the one of its labels that the fewest others have: a label of everything is no way to find anything. */
  readonly #byRarest: ReadonlyMap<string, Item[]>;

  constructor(all: readonly Item[]) {
    this.all = all;
    for (const item of all) {
      for (const label of item.labels) {
        const group = this.#byLabel.get(label.join('='));
        if (group) group.push(item);
        else this.#byLabel.set(label.join('='), [item]);
      }
    }
    const rarity = (label: string): number => this.#byLabel.get(label)?.length ?? 0;
    const rarest = new Map<string, Item[]>();
    for (const item of all) {
      const [label] = [...item.labels].map((one) => one.join('=')).sort((one, other) => rarity(one) - rarity(other));
      const group = label === undefined ? undefined : rarest.get(label);
      if (group) group.push(item);
      else if (label !== undefined) rarest.set(label, [item]);
    }
    this.#byRarest = rarest;
  }

  /** Those that have all of these labels; none for no labels at all, which select everything. */
  with(labels: ReadonlyMap<string, string>): readonly Item[] {
    const candidates = [...labels].map((label) => this.#byLabel.get(label.join('=')) ?? []);
    const fewest = candidates.toSorted((one, other) => one.length - other.length)[0] ?? [];
    return fewest.filter((item) => isSubset(labels, item.labels));
  }

  /** Those all of whose labels are among these: selectors that select what has them. */
  within(labels: ReadonlyMap<string, string>): readonly Item[] {
    const candidates = [...labels].flatMap((label) => this.#byRarest.get(label.join('=')) ?? []);
    return candidates.filter((item) => isSubset(item.labels, labels));
  }
}

export const isSubset = (some: ReadonlyMap<string, string>, all: ReadonlyMap<string, string>): boolean =>
  [...some].every(([key, value]) => all.get(key) === value);

export const labelText = (labels: ReadonlyMap<string, string>): string =>
  [...labels].map(([key, value]) => `${key}: ${value}`).join(', ');

/** One text per set of labels, whatever their order. */
export const sortedLabelText = (labels: ReadonlyMap<string, string>): string =>
  labelText(new Map([...labels].toSorted()));
