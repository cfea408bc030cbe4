import type { Code } from '../../codes.ts';
import { eachLiveCluster, gapIn, linksOf, type WithLive } from './live-check.ts';
import { isBefore, type Version, versionOf, versionText } from './versions.ts';

/** From here on every kind that is rendered is served as `v1`. */
const oldest: Version = [1, 25, 0];

interface KnownBug {
  readonly from: Version;
  /** The first version without it. */
  readonly fixed: Version;
  readonly issue: string;
  readonly what: string;
  /** Whether it can hurt this federation. */
  readonly concerns: (evidence: WithLive) => boolean;
}

/** Bugs of released versions that break what is rendered here; looked up in Istio's issues in November 2026. */
const bugs: readonly KnownBug[] = [
  {
    from: [1, 25, 1],
    fixed: [1, 25, 2],
    issue: 'istio/istio#55793',
    what: 'proxies get only the first of several roots, so that the other cluster is not trusted',
    concerns: ({ live: { roots, foreignRoots } }) =>
      (Array.isArray(roots) ? roots.length : 0) + (Array.isArray(foreignRoots) ? foreignRoots.length : 0) > 1,
  },
];

/** istiod is a version that knows what is rendered, and has no bug that breaks it. */
export const istioIsSupported = eachLiveCluster({
  title: 'istio',
  codes: ['AXC4015', 'AXC4016'] satisfies readonly Code[],
  when: ({ federation, own }) =>
    linksOf(federation).some(({ consumer, provider }) => consumer === own || provider === own),
  *find(evidence) {
    const { live } = evidence;
    const at = ['clusters', live.cluster];
    yield* gapIn(live.istiod);
    if (live.istiod.items.length === 0 && live.istiod.gap === undefined) yield { unread: 'no Deployment of istiod' };
    for (const istiod of live.istiod.items) {
      const version = versionOf(istiod);
      if (version === undefined) {
        yield { unread: `the version of ${istiod.name} is not in its labels or image` };
        continue;
      }
      const what = `Istio ${versionText(version)} (Deployment ${istiod.namespace}/${istiod.name} in ${live.cluster})`;
      if (isBefore(version, oldest)) {
        yield {
          code: 'AXC4015',
          message: `${what} is too old: ${versionText(oldest)} or newer is needed`,
          hint: 'Upgrade Istio there first.',
          at,
        };
      }
      for (const bug of bugs.filter(({ from, fixed }) => !isBefore(version, from) && isBefore(version, fixed))) {
        if (!bug.concerns(evidence)) continue;
        yield {
          code: 'AXC4016',
          severity: 'warning',
          message: `${what} has a known bug: ${bug.what} (${bug.issue})`,
          hint: `Upgrade to ${versionText(bug.fixed)} or newer.`,
          at,
        };
      }
    }
  },
});
