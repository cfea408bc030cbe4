import { mesh } from '../bench/mesh/fixtures.ts';
import type { LoadOptions, LoadReport } from '../bench/mesh/load.ts';

/** Requests of one kind, at a fixed rate, for as long as everything else takes. */
interface Flow {
  readonly app: 'web' | 'audit';
  readonly host: string;
  readonly load: LoadOptions;
  /** Answers that are no failure: a name is unknown before a service comes and after it has gone. */
  readonly fine: readonly string[];
}

const flows: readonly Flow[] = [
  { app: 'web', host: 'catalog.cluster-b.local', load: { rate: 250, method: 'POST' }, fine: ['200'] },
  { app: 'web', host: 'catalog.cluster-b.local', load: { rate: 50, fresh: true }, fine: ['200'] },
  { app: 'web', host: 'reviews.xc.global', load: { rate: 100 }, fine: ['200'] },
  { app: 'web', host: 'orders.cluster-b.local', load: { rate: 40, fresh: true }, fine: ['200', 'unknown'] },
  { app: 'audit', host: 'catalog.cluster-b.local', load: { rate: 10 }, fine: ['200', '403'] },
];

/** What the callers saw in some of the time. */
export interface Seen {
  readonly requests: number;
  readonly failed: number;
  /** Of the callers that are never without an answer: the longest time without one. */
  readonly worstGapMs: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

export interface Traffic {
  /** Ends it. Yields what was seen from each time (of `Date.now()`) to the next; the last part goes on to the end. */
  stop(times: readonly number[]): Promise<{ readonly parts: readonly Seen[]; readonly errors: readonly string[] }>;
}

/** `share` of the full rate of 450 requests a second. */
export function startTraffic(share: number): Traffic {
  const running = flows.map(({ app, host, load }) =>
    mesh.load('cluster-a', { namespace: 'web', app }, `http://${host}:8080/`, {
      seconds: 3600,
      clients: 16,
      timeoutMs: 10_000,
      ...load,
      rate: (load.rate ?? 1) * share,
    }),
  );
  return {
    stop: async (times) => {
      const reports = await Promise.all(running.map((load) => load.stop()));
      const seen = (from: number, to: number) =>
        sum(reports.map((report, n) => part(report, flows[n]?.fine ?? [], from, to)));
      return {
        parts: times.map((time, n) => seen(time, times[n + 1] ?? Number.POSITIVE_INFINITY)),
        errors: reports.flatMap(({ errors }) => errors),
      };
    },
  };
}

/** A second belongs to the part in which it begins. */
function part({ begin, series }: LoadReport, fine: readonly string[], from: number, to: number): Seen {
  const seconds = series.filter((_, n) => {
    const time = Date.parse(begin) + n * 1000;
    return time >= from && time < to;
  });
  const byStatus = merged(seconds.map((second) => second.byStatus));
  const requests = total(byStatus);
  return {
    requests,
    failed: requests - fine.reduce((count, status) => count + (byStatus[status] ?? 0), 0),
    worstGapMs: fine.length === 1 ? Math.max(0, ...seconds.map((second) => second.worstGapMs)) : 0,
    byStatus,
  };
}

export const sum = (all: readonly Seen[]): Seen => ({
  requests: all.reduce((count, { requests }) => count + requests, 0),
  failed: all.reduce((count, { failed }) => count + failed, 0),
  worstGapMs: Math.max(0, ...all.map(({ worstGapMs }) => worstGapMs)),
  byStatus: merged(all.map(({ byStatus }) => byStatus)),
});

function merged(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [status, count] of all.flatMap((one) => Object.entries(one)))
    counts[status] = (counts[status] ?? 0) + count;
  return counts;
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
