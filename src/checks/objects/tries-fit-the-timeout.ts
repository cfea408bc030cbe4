import { nanoseconds } from '../../objects/durations.ts';
import { defineClusterCheck } from './object-check.ts';

/** The time-out of a route is for all tries together. */
export const triesFitTheTimeout = defineClusterCheck({
  codes: ['AXC2134'],
  *find({ virtualServices }) {
    for (const { on, spec } of virtualServices) {
      for (const route of spec.at('http').items) {
        const timeout = nanoseconds(route.at('timeout').text ?? '');
        const tries = route.at('retries', 'attempts').number;
        const perTry = nanoseconds(route.at('retries', 'perTryTimeout').text ?? '');
        if (!timeout || !perTry || !tries) continue;
        // Two equal ones say that only the whole request is limited.
        if ((tries + 1) * perTry <= timeout || perTry === timeout) continue;
        const never = perTry > timeout;
        yield {
          code: 'AXC2134',
          severity: never ? 'warning' : 'info',
          message: never
            ? 'a try may take longer than the whole request: one that hangs is never tried again'
            : `${tries + 1} tries of ${route.at('retries', 'perTryTimeout').text} don't fit into ${route.at('timeout').text}: the last ones are cut short`,
          hint: '`timeout` has to be at least `perTryTimeout` times the tries, the first one included',
          on,
          field: route.at('retries', 'perTryTimeout').path,
        };
      }
    }
  },
});
