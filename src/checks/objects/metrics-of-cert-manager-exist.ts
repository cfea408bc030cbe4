import type { Field } from '../../objects/field.ts';
import { kinds } from '../../objects/kind-names.ts';
import { defineClusterCheck } from './object-check.ts';

/** An alert on a metric that nobody has never fires. */
export const metricsOfCertManagerExist = defineClusterCheck({
  codes: ['AXC2193'],
  *find({ of }) {
    for (const { on, spec } of of(kinds.prometheusRule)) {
      for (const expression of spec.at('groups').items.flatMap(expressionsOf)) {
        const name = /\bcertmanager_certificate_[a-z_]+/.exec(expression.text ?? '')?.[0];
        if (name === undefined || known.has(name)) continue;
        yield {
          code: 'AXC2193',
          severity: 'warning',
          message: `cert-manager has no metric "${name}": this alert never fires`,
          hint: 'write `certmanager_certificate_expiration_timestamp_seconds - time()` for the time that is left',
          on,
          field: expression.path,
        };
      }
    }
  },
});

const expressionsOf = (group: Field): Field[] => group.at('rules').items.map((rule) => rule.at('expr'));

/** `pkg/metrics` of cert-manager. */
const known = new Set(
  ['expiration', 'not_after', 'not_before', 'renewal']
    .map((name) => `certmanager_certificate_${name}_timestamp_seconds`)
    .concat('certmanager_certificate_ready_status', 'certmanager_certificate_challenge_status'),
);
