import type { Code } from '../../codes.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { eachCluster, type LiveCheck, type SiteEvidence } from './live-check.ts';

/** A check that is made where plans are: its findings become rows. */
export const fromPlan = (title: string, codes: readonly Code[]): LiveCheck =>
  eachCluster({ title, codes, find: (evidence) => own(evidence, codes) });

/** The same for what is only known when all clusters are. */
export const fromWholePlan = (title: string, codes: readonly Code[]): LiveCheck =>
  eachCluster({
    title,
    codes,
    *find(evidence) {
      if (evidence.isPlanned) yield* own(evidence, codes);
      else yield { unread: 'not every cluster could be read, so there is no plan' };
    },
  });

/** Every write was tried, and none refused; each state on the way is safe. */
export const writesAreAccepted = eachCluster({
  title: 'writes',
  codes: ['AXC5005', 'AXC5006'] satisfies readonly Code[],
  *find(evidence) {
    const { untried, isPlanned, site } = evidence;
    if (!isPlanned) return yield { unread: 'not every cluster could be read, so there is no plan' };
    yield* own(evidence, ['AXC5005', 'AXC5006']);
    const reasons = untried.filter(({ cluster }) => cluster === site.cluster).map(({ reason }) => reason);
    for (const reason of new Set(reasons)) {
      const number = reasons.filter((one) => one === reason).length;
      yield { unread: `${number} of its writes could not be tried: ${reason}` };
    }
  },
});

const own = ({ found, site: { cluster } }: SiteEvidence, codes: readonly Code[]): Diagnostic[] =>
  found.filter((one) => codes.includes(one.code) && [undefined, cluster].includes(one.cluster ?? one.object?.cluster));
