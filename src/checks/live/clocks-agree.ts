import { eachLiveCluster } from './live-check.ts';

const warnFrom = 30_000;
const refuseFrom = 5 * 60_000;

/** A certificate is valid from and until a time: with clocks apart a new one is not valid yet. */
export const clocksAgree = eachLiveCluster({
  title: 'clock',
  codes: ['AXC4010'],
  *find({ live: { cluster, clockSkew } }) {
    if (clockSkew === undefined) return yield { unread: 'its answers have no Date' };
    const apart = Math.abs(clockSkew);
    if (apart <= warnFrom) return;
    yield {
      code: 'AXC4010',
      severity: apart > refuseFrom ? 'error' : 'warning',
      message: `the clock of ${cluster} is ${Math.round(apart / 1000)} s ${clockSkew > 0 ? 'ahead of' : 'behind'} this machine's`,
      hint: 'Certificates begin and end at a time. Let NTP set the clocks of both; if all clusters show this, it is this machine.',
      at: ['clusters', cluster],
    };
  },
});
