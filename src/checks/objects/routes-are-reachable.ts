import type { Json } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import type { Field } from '../../objects/field.ts';
import { defineClusterCheck } from './object-check.ts';

/** Routes are tried in their order, and the first one that matches is taken. */
export const routesAreReachable = defineClusterCheck({
  codes: ['AXC2123', 'AXC2124'],
  analyzers: { AXC2123: 'IST0130', AXC2124: 'IST0131' },
  *find({ virtualServices }) {
    for (const { on, spec } of virtualServices) {
      const routes = spec.at('http').items;
      const catchAll = routes.findIndex(takesAll);
      if (catchAll >= 0) {
        for (const route of routes.slice(catchAll + 1)) {
          yield {
            code: 'AXC2123',
            severity: 'warning',
            message: `this route is never used: route ${catchAll + 1} before it takes every request`,
            hint: 'move the route without a condition to the end',
            on,
            field: route.path,
          };
        }
      }
      const seen = new Map<string, number>();
      for (const [index, route] of routes.entries()) {
        for (const match of route.at('match').items) {
          const text = canonical(conditionsOf(match));
          const earlier = seen.get(text);
          if (earlier === undefined) seen.set(text, index);
          else {
            yield {
              code: 'AXC2124',
              severity: 'warning',
              message: `route ${earlier + 1} already takes what matches here: the first route that matches is used`,
              hint: 'remove one of the two, or add what tells them apart',
              on,
              field: match.path,
            };
          }
        }
      }
    }
  },
});

const takesAll = (route: Field): boolean => {
  const matches = route.at('match').items;
  return matches.length === 0 || matches.some((match) => isEverything(match));
};

function isEverything(match: Field): boolean {
  const conditions = match.entries.filter(([key]) => key !== 'name');
  if (conditions.some(([key]) => key !== 'uri')) return false;
  const uri = match.at('uri');
  return !uri.isSet || uri.at('prefix').text === '/' || ['*', '.*'].includes(uri.at('regex').text ?? '');
}

const conditionsOf = (match: Field): Json =>
  Object.fromEntries(match.entries.filter(([key]) => key !== 'name').map(([key, { value }]) => [key, value]));

function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value ?? null);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}
