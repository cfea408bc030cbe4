import { milliseconds } from '../spec/names.ts';
import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** A request that may be tried three times, each for so long, gets that long in all. */
export const timeoutsLeaveRoomForTries = defineCheck({
  evidence: 'spec',
  codes: ['AXC1226'],
  *find(spec) {
    for (const { service, at } of servicesOf(spec)) {
      const { timeout, retries } = service.traffic ?? {};
      if (timeout === undefined || retries?.perTryTimeout === undefined) continue;
      const tries = retries.attempts + 1;
      const needed = tries * milliseconds(retries.perTryTimeout);
      if (milliseconds(timeout) >= needed) continue;
      yield {
        code: 'AXC1226',
        severity: 'warning',
        message: `${timeout} for the whole request, but ${tries} tries of ${retries.perTryTimeout} take up to ${needed / 1000}s`,
        hint: `the last tries would be cut off: raise it to ${Math.ceil(needed / 1000)}s, or lower \`attempts\` or \`perTryTimeout\``,
        at: [...at, 'traffic', 'timeout'],
        looksAt: [
          [...at, 'traffic', 'retries', 'attempts'],
          [...at, 'traffic', 'retries', 'perTryTimeout'],
        ],
      };
    }
  },
});
