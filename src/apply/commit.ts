import { toKept } from '../plan/records.ts';
import type { Revision } from '../plan/revision.ts';
import { holderName } from './lock.ts';
import type { Noted, Run } from './options.ts';
import type { Outcome } from './outcome.ts';
import { eachSite, type Site, uidsOf } from './sites.ts';

/**
 * Cluster by cluster, in any order: who has committed has what was to come, and the others still have their journal. Those that
 * leave forget everything, so they come last: until all others have committed, the run can still go back.
 */
export async function commit(run: Run): Promise<Outcome> {
  const { sites, plan, leaving, onEvent } = run;
  const end = (work: (site: Noted) => Promise<void>) => async (site: Noted) => {
    await work(site);
    onEvent({ type: 'committed', cluster: site.cluster, revision: plan.revision });
  };
  const staying = sites.filter(({ cluster }) => !leaving.has(cluster));
  const going = sites.filter(({ cluster }) => leaving.has(cluster));
  const failures = await eachSite(
    staying,
    end((site) => keep(site, run)),
  );
  if (failures.length === 0) failures.push(...(await eachSite(going, end(leave))));
  return failures.length > 0 ? { kind: 'stopped', at: 'commit', failures, left: 0 } : { kind: 'done' };
}

async function leave({ records, lock }: Site): Promise<void> {
  await records.dropInventory();
  await records.dropRevisions();
  await records.dropJournal();
  await lock.release({ remove: true });
}

async function keep(site: Noted, { plan, manifests, change, about, written }: Run): Promise<void> {
  const { cluster, records, journal } = site;
  const own = manifests.filter((one) => one.cluster === cluster);
  const allowed = [...new Set([...journal.allowed, ...about.allowed])].sort();
  const revision: Revision = {
    federation: plan.federation,
    revision: plan.revision,
    hash: site.plan.inventoryAfter.hash,
    change,
    at: new Date().toISOString(),
    by: holderName(),
    ...(about.commit !== undefined && { commit: about.commit }),
    tool: about.tool,
    objects: own.length,
    ...(allowed.length > 0 && { allowed }),
  };
  await records.keepRevision(revision, own.map(toKept));
  await records.keepInventory(uidsOf(site, written));
  await records.dropJournal();
}
