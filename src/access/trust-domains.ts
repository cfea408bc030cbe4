/**
 * What a principal of a policy stands for in a mesh: one of the mesh's own trust domain, or of an alias, stands for all of them, and
 * so does `cluster.local`, whatever the trust domain is called (`pilot/pkg/security/trustdomain/bundle.go`). The first
 * trust domain is the mesh's own; without any the principal is itself.
 */
export function principalsMeant(principal: string, trustDomains: readonly string[]): readonly string[] {
  const [named = '', ...rest] = principal.split('/');
  if (trustDomains.length === 0 || rest.length !== 4 || named === '*') return [principal];
  const isOurs = named === 'cluster.local' || trustDomains.some((one) => areAlike(named, one));
  if (!isOurs) return [principal];
  const meant = trustDomains.map((one) => (isEndOf(named, one) ? principal : [one, ...rest].join('/')));
  return [...new Set(meant)];
}

/** Trust domains that a value of `source.trustDomains` stands for. */
export const trustDomainsMeant = (value: string, trustDomains: readonly string[]): readonly string[] =>
  trustDomains.includes(value) ? trustDomains : [value];

const areAlike = (named: string, known: string): boolean =>
  named === known ||
  isStartOf(named, known) ||
  isStartOf(known, named) ||
  isEndOf(named, known) ||
  isEndOf(known, named);
const isStartOf = (pattern: string, text: string): boolean =>
  pattern.endsWith('*') && text.startsWith(pattern.slice(0, -1));
const isEndOf = (pattern: string, text: string): boolean => pattern.startsWith('*') && text.endsWith(pattern.slice(1));
