import { eachCluster } from './live-check.ts';

/** Every cluster has the same revision of the federation: after a run that ended in one and not in the other, it has not. */
export const revisionsAgree = eachCluster({
  title: 'revision',
  codes: ['AXC4014'],
  *find({ site: { cluster, observation }, sites }) {
    const newest = Math.max(0, ...sites.map((site) => site.observation?.inventory?.revision ?? 0));
    const own = observation?.inventory?.revision ?? 0;
    if (own === newest) return;
    yield {
      code: 'AXC4014',
      severity: 'warning',
      message: `${cluster} has ${own === 0 ? 'no revision' : `revision ${own}`} of this federation, other clusters have ${newest}`,
      hint: '`aegis-xc apply` brings it up to the others; `aegis-xc history` shows what was applied when.',
      at: ['clusters', cluster],
    };
  },
});
