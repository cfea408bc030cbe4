import type { Code } from '../../codes.ts';
import { Field } from '../../objects/field.ts';
import { groupOf } from '../../objects/kinds.ts';
import { fitsItsSchema } from '../../objects/schema/judge.ts';
import { certificate } from './cert-manager/certificate.ts';
import { issuer } from './cert-manager/issuer.ts';
import { defineObjectCheck } from './object-check.ts';
import type { Said } from './said.ts';

interface Validation {
  readonly code: Code;
  readonly problems: (spec: Field) => Iterable<Said>;
}

const validations: Readonly<Record<string, Validation>> = {
  Certificate: { code: 'AXC2041', problems: certificate },
  Issuer: { code: 'AXC2042', problems: issuer },
  ClusterIssuer: { code: 'AXC2042', problems: issuer },
};

/** What cert-manager's validation webhook refuses. */
export const certManagerAccepts = defineObjectCheck({
  codes: ['AXC2041', 'AXC2042'],
  *find({ clusters }) {
    for (const on of clusters.flatMap(({ objects }) => objects)) {
      const validation = groupOf(on.apiVersion) === 'cert-manager.io' ? validations[on.kind] : undefined;
      if (!validation || !fitsItsSchema(on)) continue;
      const { code, problems } = validation;
      for (const { field, ...said } of problems(new Field(on.object).at('spec'))) {
        yield { code, ...said, on, field: field.path };
      }
    }
  },
});
