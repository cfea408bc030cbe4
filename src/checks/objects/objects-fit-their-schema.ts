import type { Code } from '../../codes.ts';
import { judge } from '../../objects/schema/judge.ts';
import type { SchemaProblem } from '../../objects/schema/validate.ts';
import { defineObjectCheck } from './object-check.ts';

const codes = {
  unknown: 'AXC2002',
  missing: 'AXC2003',
  type: 'AXC2004',
  value: 'AXC2005',
  form: 'AXC2006',
  limit: 'AXC2007',
  choice: 'AXC2008',
} as const satisfies Record<SchemaProblem['what'], Code>;

/** What the API server says by the definition of the kind: its schema, and then its rules. */
export const objectsFitTheirSchema = defineObjectCheck({
  codes: [...Object.values(codes), 'AXC2009'],
  analyzers: ['IST0106'],
  *find({ clusters }) {
    for (const on of clusters.flatMap(({ objects }) => objects)) {
      const { problems, broken } = judge(on);
      for (const { what, ...problem } of problems) yield { code: codes[what], ...problem, on };
      for (const rule of broken) yield { code: 'AXC2009', ...rule, on };
    }
  },
});
