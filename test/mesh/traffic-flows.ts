import { mesh } from '../bench/mesh/fixtures.ts';
import type { LoadOptions, LoadReport } from '../bench/mesh/load.ts';

/** What a change does to the service that is there for a part of the time. */
export type Edge = 'comes' | 'goes';

/** Requests of one kind, at a fixed rate, for as long as everything else takes. */
interface Flow {
  readonly app: 'web' | 'audit';
  readonly host: string;
  readonly load: LoadOptions;
  /** Answers that are no failure: a name is unknown before a service comes and after it has gone. */
  readonly fine: readonly string[];
  /** And while the service comes, or goes: for some milliseconds a proxy knows the name and no way, not yet or not any more. */
  readonly edges?: Readonly<Record<Edge, readonly string[]>>;
}

const flows: readonly Flow[] = [
  { app: 'web', host: 'catalog.cluster-b.local', load: { rate: 250, method: 'POST' }, fine: ['200'] },
  { app: 'web', host: 'catalog.cluster-b.local', load: { rate: 50, fresh: true }, fine: ['200'] },
  { app: 'web', host: 'reviews.xc.global', load: { rate: 100 }, fine: ['200'] },
  {
    app: 'web',
    host: 'orders.cluster-b.local',
    load: { rate: 40, fresh: true },
    fine: ['200', 'unknown'],
    edges: { comes: ['503', 'none'], goes: ['503'] },
  },
  { app: 'audit', host: 'catalog.cluster-b.local', load: { rate: 10 }, fine: ['200', '403'] },
];

/** What the callers saw in some of the time. */
export interface Seen {
  /** Those of a name that nobody knew are left out. */
  readonly requests: number;
  readonly failed: number;
  /** Of a service that comes or goes, in that moment: the name was known, and no way to it. Not among those that failed. */
  readonly atEdges: number;
  /** Of the callers that are never without an answer: the longest time without one. */
  readonly worstGapMs: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Answers with 200, by caller and host: `web orders.cluster-b.local`. */
  readonly answered: Readonly<Record<string, number>>;
}

/** The moment at which a change begins. */
export interface Mark {
  /** Of `Date.now()`. */
  readonly time: number;
  readonly edge: Edge | undefined;
}

export interface Traffic {
  /** Ends it. Yields what was seen from each mark to the next; the last part goes on to the end. */
  stop(marks: readonly Mark[]): Promise<{ readonly parts: readonly Seen[]; readonly errors: readonly string[] }>;
}

/** `share` of the full rate of 450 requests a second. */
export function startTraffic(share: number): Traffic {
  const running = flows.map((flow) => {
    const { app, host, load } = flow;
    const options = { seconds: 3600, clients: 16, timeoutMs: 10_000, ...load, rate: (load.rate ?? 1) * share };
    return { flow, load: mesh.load('cluster-a', { namespace: 'web', app }, `http://${host}:8080/`, options) };
  });
  return {
    stop: async (marks) => {
      const reports = await Promise.all(running.map(async ({ flow, load }) => ({ flow, report: await load.stop() })));
      const ends = [...marks.slice(1).map(({ time }) => time), Number.POSITIVE_INFINITY];
      return {
        parts: marks.map((mark, n) =>
          sum(reports.map(({ flow, report }) => judge(flow, mark, secondsOf(report, mark.time, ends[n] ?? 0)))),
        ),
        // of a service that comes and goes they are counted, and some are fine
        errors: reports.flatMap(({ flow, report }) => (flow.edges ? [] : report.errors)),
      };
    },
  };
}

/** A second belongs to the part in which it begins. */
function secondsOf({ begin, series }: LoadReport, from: number, to: number): LoadReport['series'] {
  const timeOf = (n: number) => Date.parse(begin) + n * 1000;
  return series.filter((_, n) => timeOf(n) >= from && timeOf(n) < to);
}

function judge({ app, host, fine, edges }: Flow, { edge }: Mark, seconds: LoadReport['series']): Seen {
  const byStatus = merged(seconds.map((second) => second.byStatus));
  const { unknown = 0 } = byStatus;
  const atEdge = edge && edges ? edges[edge] : [];
  const count = (fits: (status: string) => boolean): number =>
    total(Object.fromEntries(Object.entries(byStatus).filter(([status]) => fits(status))));
  return {
    requests: total(byStatus) - (fine.includes('unknown') ? unknown : 0),
    failed: count((status) => !fine.includes(status) && !atEdge.includes(status)),
    atEdges: count((status) => atEdge.includes(status)),
    worstGapMs: fine.length === 1 ? Math.max(0, ...seconds.map((second) => second.worstGapMs)) : 0,
    byStatus,
    answered: { [`${app} ${host}`]: byStatus['200'] ?? 0 },
  };
}

export const sum = (all: readonly Seen[]): Seen => ({
  requests: all.reduce((count, { requests }) => count + requests, 0),
  failed: all.reduce((count, { failed }) => count + failed, 0),
  atEdges: all.reduce((count, { atEdges }) => count + atEdges, 0),
  worstGapMs: Math.max(0, ...all.map(({ worstGapMs }) => worstGapMs)),
  byStatus: merged(all.map(({ byStatus }) => byStatus)),
  answered: merged(all.map(({ answered }) => answered)),
});

function merged(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [status, count] of all.flatMap((one) => Object.entries(one)))
    counts[status] = (counts[status] ?? 0) + count;
  return counts;
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
