import type { Journal } from './journal.ts';
import type { Observation } from './observation.ts';

/**
 * A run that another cluster has left behind: it went on without the one whose journal this is, so there is nothing to finish
 * and nothing to go back to. The next apply brings the cluster up.
 */
export const isOvertaken = ({ journal, cluster }: Observation, observations: readonly Observation[]): boolean =>
  journal !== undefined &&
  observations.some(
    ({ journal: other, inventory }) =>
      other === undefined &&
      inventory?.state === 'applied' &&
      (inventory.revision > journal.revision ||
        (inventory.revision === journal.revision &&
          // Another revision of that number, or this one, finished without the cluster.
          (inventory.hash !== journal.hash || inventory.behind?.includes(cluster)))),
  );

/** A cluster that took part in the run, has ended it, and does not have what the run makes: it went back alone. */
export const hasGoneBack = ({ journal, inventory, uid }: Observation, run: Journal): boolean =>
  journal === undefined &&
  run.participants.some(
    // Nothing is left of one that leaves, once it has done its part.
    (one) => one.uid === uid && (inventory === undefined ? !one.leaves : inventory.revision < run.revision),
  );
