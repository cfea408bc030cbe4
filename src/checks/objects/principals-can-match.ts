import type { Field } from '../../objects/field.ts';
import { hasStrayStar, identityOf, type PolicyRule, principalsOf } from '../../objects/policies.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** Istio compares `spiffe://` and the text with the URI of the caller's certificate; a star counts at one end only. */
export const principalsCanMatch = defineClusterCheck({
  codes: ['AXC2167', 'AXC2168', 'AXC2169'],
  *find({ policies }) {
    for (const { on, rules } of policies) {
      for (const rule of rules) {
        for (const field of principalsOf(rule)) {
          const found = badForm(field);
          if (found) yield { ...found, on, field: field.path };
        }
        for (const field of contradictions(rule)) {
          yield {
            code: 'AXC2169',
            message:
              'a caller has to fit `principals` and `namespaces` both, and these have no namespace in common: nobody does',
            hint: 'keep `principals`, which say the namespace already; two entries under `from` are for one or the other',
            on,
            field: field.path,
            mark: 'key',
          };
        }
      }
    }
  },
});

function badForm({ text }: Field): Pick<ObjectFinding, 'code' | 'severity' | 'message' | 'hint'> | undefined {
  if (text === undefined || text === '') return undefined;
  if (text.startsWith('spiffe://')) {
    return {
      code: 'AXC2167',
      message: `Istio puts "spiffe://" before a principal itself: "${text}" matches nobody`,
      hint: `write "${text.slice('spiffe://'.length)}"`,
    };
  }
  if (hasStrayStar(text)) {
    return {
      code: 'AXC2168',
      message: `a star counts at the beginning or at the end, not both or between: "${text}" matches only a caller with a star in its name`,
      hint: 'write one entry for each identity',
    };
  }
  if (text.includes('*') || identityOf(text)) return undefined;
  return {
    code: 'AXC2168',
    severity: 'warning',
    message: `"${text}" is no identity of a workload: those are <trust domain>/ns/<namespace>/sa/<service account>`,
    hint: 'write "cluster.local/ns/shop/sa/frontend", with the trust domain of the caller\'s mesh',
  };
}

function contradictions({ sources }: PolicyRule): Field[] {
  return sources
    .filter((source) => {
      const namespaces = source.at('namespaces').texts;
      const identities = source.at('principals').texts.map(identityOf);
      return (
        namespaces.length > 0 &&
        identities.length > 0 &&
        !namespaces.some((one) => one.includes('*')) &&
        identities.every((one) => one && !one.namespace.includes('*') && !namespaces.includes(one.namespace))
      );
    })
    .map((source) => source.at('namespaces'));
}
