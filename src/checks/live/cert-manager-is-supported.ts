import { eachLiveCluster, gapIn } from './live-check.ts';
import { isBefore, type Version, versionOf, versionText } from './versions.ts';

const oldest: Version = [1, 18, 0];

/** Where Certificates are rendered there is a cert-manager that makes them. */
export const certManagerIsSupported = eachLiveCluster({
  title: 'cert-manager',
  codes: ['AXC4017'],
  when: ({ federation }) => federation.certificateAuthority !== undefined,
  *find({ live: { cluster, certManager } }) {
    yield* gapIn(certManager);
    if (certManager.items.length === 0 && certManager.gap === undefined) {
      yield { unread: 'no Deployment of cert-manager was found by its labels' };
    }
    for (const deployment of certManager.items) {
      const version = versionOf(deployment);
      if (version === undefined || !isBefore(version, oldest)) continue;
      yield {
        code: 'AXC4017',
        message: `cert-manager ${versionText(version)} in ${cluster} is too old: ${versionText(oldest)} or newer is needed`,
        hint: 'Upgrade it, or leave `trust.certManager` out of the spec.',
        at: ['clusters', cluster],
      };
    }
  },
});
