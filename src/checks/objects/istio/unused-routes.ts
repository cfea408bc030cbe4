import type { Json } from '../../../json.ts';
import type { Field } from '../../../objects/field.ts';
import { type Said, textOf, warning } from '../said.ts';
import { quoted } from './forms.ts';

/** `analyzeUnreachableHTTPRules` and its like: routes and matches that an earlier one leaves nothing to. */
export function* unusedRoutes(routes: readonly Field[]): Generator<Said> {
  const seen = new Map<string, Field>();
  let open: Field | undefined;
  for (const route of routes) {
    const matches = route.at('match').items;
    if (open) {
      const reason =
        matches.length === 0 ? 'only the last rule can have no matches' : 'route without matches defined before';
      yield warning(route, `virtualService rule ${nameOf(route)} not used (${reason})`);
    }
    if (matches.length === 0) open = route;
    let repeated = 0;
    for (const match of open ? [] : matches) {
      const key = JSON.stringify(sorted(withoutName(match.value)));
      const before = seen.get(key);
      if (before) {
        repeated++;
        const message = `virtualService rule ${nameOf(route)} match ${nameOf(match)} is not used (duplicate/overlapping match in rule ${nameOf(before)})`;
        yield warning(match, message);
      } else seen.set(key, route);
    }
    if (repeated > 0 && repeated === matches.length) {
      yield warning(route, `virtualService rule ${nameOf(route)} not used (all matches used by prior rules)`);
    }
  }
}

const nameOf = (field: Field): string => {
  const name = textOf(field.at('name'));
  return name === '' ? `#${field.path.at(-1)}` : quoted(name);
};

function withoutName(match: Json | undefined): Json {
  if (typeof match !== 'object' || match === null || Array.isArray(match)) return null;
  const { name: _name, ...rest } = match as Record<string, Json>; // a list was ruled out
  return rest;
}

function sorted(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted()
      .map(([key, child]) => [key, sorted(child)]),
  );
}
