/** Labels of Kubernetes objects. */
export type Labels = Readonly<Record<string, string>>;

/** One text per set of labels, whatever their order. */
export const labelsKey = (labels: Labels): string =>
  Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(',');

/** What has all the labels of the one has those of the other: its selector selects them. */
export const isWithin = (some: Labels, all: Labels): boolean =>
  Object.entries(some).every(([key, value]) => all[key] === value);
