import { impossiblePath } from '../../objects/request-paths.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** `exact` and `prefix` of a route know no patterns, and look at nothing but the path. */
export const routePathsCanMatch = defineClusterCheck({
  codes: ['AXC2197'],
  *find({ virtualServices, mesh }) {
    const isNormal = mesh?.config.at('pathNormalization', 'normalization').text !== 'NONE';
    for (const { on, spec } of virtualServices) {
      const matches = spec.at('http').items.flatMap((route) => route.at('match').items);
      for (const uri of matches.map((match) => match.at('uri'))) {
        for (const kind of ['exact', 'prefix'] as const) {
          const field = uri.at(kind);
          const problem = field.text === undefined ? undefined : problemOf(field.text, kind, isNormal);
          if (problem) yield { code: 'AXC2197', severity: 'warning', ...problem, on, field: field.path };
        }
      }
    }
  },
});

function problemOf(
  text: string,
  kind: 'exact' | 'prefix',
  isNormal: boolean,
): Pick<ObjectFinding, 'message' | 'hint'> | undefined {
  const star = text.indexOf('*');
  if (star >= 0) {
    const isLast = /^\*+$/.test(text.slice(star));
    return {
      message: `a star is a letter in \`${kind}\`: only paths with a star in them fit "${text}"`,
      hint: isLast
        ? `write \`prefix: "${text.slice(0, star) || '/'}"\``
        : 'write `regex`, with [^/]+ for one part of the path',
    };
  }
  const found = text === '' ? undefined : impossiblePath(text, kind === 'exact' ? 'all' : 'begin', isNormal);
  return (
    found && {
      message: `no request has a path like "${text}": ${found.why}`,
      hint: /[?#]/.test(text)
        ? `write "${found.instead}", and what the query must have into \`queryParams\``
        : `write "${found.instead}"`,
    }
  );
}
