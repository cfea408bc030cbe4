/** Labels of Kubernetes objects. */
export type Labels = Readonly<Record<string, string>>;

/** One text per set of labels, whatever their order. */
export const labelsKey = (labels: Labels): string =>
  Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(',');
