import { apiVersionOf, isJudged, schemaOfKind } from '../../objects/kinds.ts';
import { defineObjectCheck } from './object-check.ts';

/** Of a kind or group that lint judges: what lacks either may be anything, as the values of a chart. */
export const objectsSayWhatTheyAre = defineObjectCheck({
  codes: ['AXC2012'],
  *find({ clusters }) {
    for (const on of clusters.flatMap(({ objects }) => objects)) {
      if (on.kind === '' && isJudged(on)) {
        yield {
          code: 'AXC2012',
          message: 'kind is missing',
          hint: 'write `kind: …` beside it',
          on,
          field: ['apiVersion'],
          mark: 'key',
        };
      }
      const schema = schemaOfKind(on.kind);
      if (on.apiVersion === '' && schema !== undefined) {
        const hint = `write \`apiVersion: ${apiVersionOf(schema)}\` beside it`;
        yield { code: 'AXC2012', message: 'apiVersion is missing', hint, on, field: ['kind'], mark: 'key' };
      }
    }
  },
});
