const made = new Map<string, RegExp>();

/** A pattern in Go's syntax, as resource definitions have them. */
export function goPattern(source: string): RegExp {
  const known = made.get(source);
  if (known) return known;
  const ignoresCase = source.includes('(?i)');
  const pattern = new RegExp(source.replaceAll('(?i)', ''), ignoresCase ? 'i' : '');
  made.set(source, pattern);
  return pattern;
}
