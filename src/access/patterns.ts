/**
 * How Istio compares a text with a value of a policy: `*` is any text but the empty one, `*end`, `start*`, or the text itself
 * (`pilot/pkg/security/authz/matcher/string.go`). A star elsewhere is a letter like any other.
 */
export function fits(pattern: string, text: string): boolean {
  if (pattern === '*') return text !== '';
  if (pattern.startsWith('*')) return text.endsWith(pattern.slice(1));
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

/** Every star stands for any number of letters. Each part is looked for once, so that no pattern takes long. */
export function globFits(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let place = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, place);
    if (found < 0) return false;
    place = found + part.length;
  }
  return place <= text.length - last.length;
}

/** A host of an Istio object, such as `*.example.net`, and a name. A missing port or Namespace is the caller's to add. */
export const hostFits = (pattern: string, name: string): boolean =>
  pattern === name || pattern === '*' || (pattern.startsWith('*.') && name.endsWith(pattern.slice(1)));
