import { hasStrayStar } from '../../objects/policies.ts';
import { defineClusterCheck } from './object-check.ts';

/** A star in a principal lets in who fits, from every mesh whose certificates are accepted. */
export const principalsNameSomebody = defineClusterCheck({
  codes: ['AXC2203'],
  *find({ policies }) {
    for (const { on, rules, action } of policies) {
      if (action !== 'ALLOW') continue;
      const sources = rules.flatMap((rule) => rule.sources);
      for (const field of sources.flatMap((source) => source.at('principals').items)) {
        const meaning = meaningOf(field.text ?? '');
        if (!meaning) continue;
        yield {
          code: 'AXC2203',
          severity: 'warning',
          message: `"${field.text}" is ${meaning}`,
          hint: 'name the callers: <trust domain>/ns/<namespace>/sa/<service account>, or <trust domain>/ns/<namespace>/*',
          on,
          field: field.path,
        };
      }
    }
  },
});

/** None of what matches nobody: `principals-can-match.ts` tells that. */
function meaningOf(text: string): string | undefined {
  if (hasStrayStar(text) || text.startsWith('spiffe://')) return undefined;
  if (text === '*') return 'everybody with a certificate, of every mesh whose root is trusted here';
  if (text.startsWith('*'))
    return 'a caller of that name in any trust domain: whoever can make certificates in another mesh gets in';
  if (text.endsWith('*') && !text.endsWith('/*'))
    return `every name that begins like that, "${text.slice(0, -1)}-other" too`;
  return undefined;
}
