import type { Code } from '../../codes.ts';
import { eachCluster } from './live-check.ts';

/** A mesh calls itself what the spec calls it, and knows the trust domains of its callers. */
export const trustDomainsFit = eachCluster({
  title: 'trust domains',
  codes: ['AXC4018', 'AXC4019'] satisfies readonly Code[],
  *find({ prerequisites, site: { cluster } }) {
    for (const { cluster: where, what, value, state, found = '' } of prerequisites) {
      if (where !== cluster || (what !== 'trustDomain' && what !== 'trustedDomains')) continue;
      if (state === 'unknown') yield { unread: found };
      if (state !== 'missing') continue;
      yield what === 'trustDomain'
        ? {
            code: 'AXC4018',
            message: `the mesh of ${cluster} calls itself "${found}", the spec says "${value}": every identity in the policies would be wrong`,
            hint: `Write \`trustDomain: ${found}\` into the spec. (A running mesh gets another name only by restarting all its workloads.)`,
            at: ['clusters', cluster, 'trustDomain'],
          }
        : {
            code: 'AXC4019',
            message: `the mesh of ${cluster} does not accept callers of the trust domain "${value}"; it accepts: ${found}`,
            hint: `Add to its MeshConfig: caCertificates: [{ trustDomains: [${value}] }]`,
            at: ['clusters', cluster],
          };
    }
  },
});
