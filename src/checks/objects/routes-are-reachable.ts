import type { Json } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import type { Field } from '../../objects/field.ts';
import type { VirtualService } from '../../objects/virtual-services.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** Routes are tried in their order, and the first one that matches is taken. */
export const routesAreReachable = defineClusterCheck({
  codes: ['AXC2123', 'AXC2124'],
  analyzers: { AXC2123: 'IST0130', AXC2124: 'IST0131' },
  *find({ virtualServices }) {
    for (const virtualService of virtualServices) {
      for (const protocol of ['http', 'tls', 'tcp']) {
        const routes = virtualService.spec.at(protocol).items;
        yield* behindEverything(virtualService, routes);
        yield* takenBefore(virtualService, routes);
      }
    }
  },
});

function* behindEverything({ on }: VirtualService, routes: readonly Field[]): Generator<ObjectFinding> {
  const first = routes.findIndex(takesAll);
  for (const route of first < 0 ? [] : routes.slice(first + 1)) {
    yield {
      code: 'AXC2123',
      severity: 'warning',
      message: `this route is never used: route ${first + 1} before it takes everything`,
      hint: 'move the route without a condition to the end',
      on,
      field: route.path,
    };
  }
}

const takesAll = (route: Field): boolean => {
  const matches = route.at('match').items;
  return matches.length === 0 || matches.some(isEverything);
};

function isEverything(match: Field): boolean {
  const conditions = conditionsOf(match);
  if (conditions.some(([key]) => key !== 'uri')) return false;
  const uri = match.at('uri');
  return !uri.isSet || uri.at('prefix').text === '/' || ['*', '.*'].includes(uri.at('regex').text ?? '');
}

function* takenBefore({ on }: VirtualService, routes: readonly Field[]): Generator<ObjectFinding> {
  const seen = new Map<string, number>();
  const prefixes: { readonly prefix: string; readonly route: number }[] = [];
  for (const [index, route] of routes.entries()) {
    for (const match of route.at('match').items) {
      const text = canonical(Object.fromEntries(conditionsOf(match).map(([key, { value }]) => [key, value])));
      const uri = match.at('uri', 'prefix').text ?? match.at('uri', 'exact').text;
      const wider = uri === undefined ? undefined : prefixes.find(({ prefix }) => uri.startsWith(prefix));
      const earlier = seen.get(text) ?? wider?.route;
      if (earlier === undefined) seen.set(text, index);
      else {
        yield {
          code: 'AXC2124',
          severity: 'warning',
          message:
            earlier === index
              ? 'the same condition stands in this route already'
              : `route ${earlier + 1} already takes what matches here: the first route that matches is used`,
          hint: 'remove one of the two, add what tells them apart, or put the narrower one first',
          on,
          field: match.path,
        };
      }
    }
    prefixes.push(...plainPrefixes(route).map((prefix) => ({ prefix, route: index })));
  }
}

/** What a route takes by the beginning of the path alone; `/` is everything, and another finding. */
const plainPrefixes = (route: Field): string[] =>
  route.at('match').items.flatMap((match) => {
    const prefix = match.at('uri', 'prefix').text;
    return prefix !== undefined && prefix !== '/' && conditionsOf(match).length === 1 ? prefix : [];
  });

const conditionsOf = (match: Field): [string, Field][] => match.entries.filter(([key]) => key !== 'name');

function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value ?? null);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}
