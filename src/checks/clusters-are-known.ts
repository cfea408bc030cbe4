import type { Path } from '../diagnostics.ts';
import { didYouMean } from '../nearest.ts';
import { type NamedService, providersOf, servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** Every cluster that a service names is one of `clusters`. */
export const clustersAreKnown = defineCheck({
  evidence: 'spec',
  codes: ['AXC1201'],
  *find(spec) {
    const known = Object.keys(spec.clusters);
    const unknown = servicesOf(spec)
      .flatMap(mentions)
      .filter(({ cluster }) => !Object.hasOwn(spec.clusters, cluster));
    for (const [index, { cluster, at, mark }] of unknown.entries()) {
      // Nobody reads so many hints, and looking for near names takes its time.
      const guess = index < 50 ? didYouMean(cluster, known) : undefined;
      yield {
        code: 'AXC1201',
        message: `"${cluster}" is not a cluster of this federation`,
        hint: guess ?? `its clusters: ${known.slice(0, 20).join(', ')}`,
        at,
        mark,
        looksAt: [['clusters', '*']],
      };
    }
  },
});

interface Mention {
  readonly cluster: string;
  readonly at: Path;
  readonly mark: 'key' | 'value';
}

function mentions(named: NamedService): Mention[] {
  const { consumers, traffic } = named.service;
  const at = (...steps: Path): Path => [...named.at, ...steps];
  return [
    ...providersOf(named).map((provider) => ({ cluster: provider.cluster, at: provider.at, mark: 'key' as const })),
    ...consumers.map(({ cluster }, index) => ({
      cluster,
      at: at('consumers', index, 'cluster'),
      mark: 'value' as const,
    })),
    ...(traffic?.failover ?? []).map((cluster, index) => ({
      cluster,
      at: at('traffic', 'failover', index),
      mark: 'value' as const,
    })),
    ...Object.keys(traffic?.weights ?? {}).map((cluster) => ({
      cluster,
      at: at('traffic', 'weights', cluster),
      mark: 'key' as const,
    })),
  ];
}
