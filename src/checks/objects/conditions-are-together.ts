import type { Field } from '../../objects/field.ts';
import type { Policy } from '../../objects/policies.ts';
import type { VirtualService } from '../../objects/virtual-services.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** Entries of a list are alternatives; what has to hold together stands in one entry. */
export const conditionsAreTogether = defineClusterCheck({
  codes: ['AXC2204', 'AXC2205'],
  *find({ policies, virtualServices }) {
    for (const policy of policies) yield* inPolicy(policy);
    for (const virtualService of virtualServices) yield* inRoutes(virtualService);
  },
});

function* inPolicy({ on, rules, action }: Policy): Generator<ObjectFinding> {
  for (const rule of rules) {
    for (const [entries, word] of [
      [rule.sources, 'from'],
      [rule.operations, 'to'],
    ] as const) {
      const split = splitOf(entries);
      // A token and a certificate are two ways to say who somebody is: often either will do.
      if (!split || [...split.keys].some((key) => key.toLowerCase().includes('requestprincipals'))) continue;
      yield {
        code: 'AXC2204',
        // Of callers, a list of alternatives is as usual as the mistake.
        severity: word === 'to' ? 'warning' : 'info',
        message: `one of these entries is enough: ${[...split.keys].map((key) => `\`${key}\``).join(' and ')} in entries of their own mean "or", and the rule ${action === 'DENY' ? 'denies' : 'allows'} more than each of them`,
        hint: `write both into one entry of \`${word}\` if both have to hold`,
        on,
        field: split.field.path,
      };
    }
  }
}

function* inRoutes({ on, spec }: VirtualService): Generator<ObjectFinding> {
  for (const route of spec.at('http').items) {
    const matches = route.at('match').items;
    const split = matches.length === 2 ? splitOf(matches) : undefined;
    if (!split?.keys.has('uri') || ![...split.keys].some((key) => key === 'headers' || key === 'method')) continue;
    yield {
      code: 'AXC2205',
      severity: 'info',
      message: `one of these entries is enough: ${[...split.keys].map((key) => `\`${key}\``).join(' and ')} in entries of their own mean "or"`,
      hint: 'write both into one entry of `match` if both have to hold',
      on,
      field: split.field.path,
    };
  }
}

/** The second of two entries that have one condition each, and different ones. */
function splitOf(entries: readonly Field[]): { readonly field: Field; readonly keys: ReadonlySet<string> } | undefined {
  const conditions = entries.map((entry) => entry.entries.map(([key]) => key).filter((key) => key !== 'name'));
  const keys = new Set(conditions.flat());
  const field = entries[1];
  return field && keys.size === entries.length && conditions.every((list) => list.length === 1)
    ? { field, keys }
    : undefined;
}
