import type { Entry } from '../../objects/entries.ts';
import { isWildcard } from '../../objects/hosts.ts';
import { defineClusterCheck } from './object-check.ts';

/** An endpoint that is ejected is of use where another one is left. */
export const ejectionHasAnAlternative = defineClusterCheck({
  codes: ['AXC2154'],
  *find({ rules, definitions }) {
    for (const { on, spec, host } of rules) {
      const outlier = spec.at('trafficPolicy', 'outlierDetection');
      const behind = outlier.isSet ? (definitions.get(host) ?? []) : [];
      if (behind.length === 0 || !behind.every((one): one is Entry => 'endpoints' in one)) continue;
      const addresses = new Set(behind.flatMap(({ endpoints }) => endpoints.map((one) => one.at('address').text)));
      if (
        addresses.size !== 1 ||
        behind.some(({ selector }) => selector.size > 0) ||
        isDisabled(outlier.at('maxEjectionPercent').number)
      )
        continue;
      yield {
        code: 'AXC2154',
        severity: 'warning',
        message: `${isWildcard(host) ? 'these hosts have' : `"${host}" has`} a single endpoint: when it is ejected, every call fails at once until it comes back`,
        hint: 'remove `outlierDetection`, or add a second endpoint',
        on,
        field: outlier.path,
        mark: 'key',
      };
    }
  },
});

const isDisabled = (percent: number | undefined): boolean => percent === 0;
