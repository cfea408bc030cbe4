import * as z from 'zod';

/** What `box load` reports. */
const reportSchema = z.object({
  requests: z.number(),
  /** By status; `cut` is an answer that broke off, `none` no answer at all, `unknown` a name that nobody knows. */
  byStatus: z.record(z.string(), z.number()),
  /** Answers 200 by `cluster/pod`. */
  byPod: z.record(z.string(), z.number()),
  /** The longest time without an answer 200. */
  worstGapMs: z.number(),
  worstTimeMs: z.number(),
  errors: z.array(z.string()).default([]),
  begin: z.string(),
  /** Second by second: a request belongs to the one in which it begins, a gap to the one in which it ends. */
  series: z.array(
    z.object({
      byStatus: z.record(z.string(), z.number()),
      byCluster: z.record(z.string(), z.number()),
      worstGapMs: z.number(),
    }),
  ),
});
export interface LoadReport extends z.infer<typeof reportSchema> {
  /** Everything that was not answered with 200. */
  readonly failed: number;
  /** Answers 200 by cluster. */
  readonly byCluster: Readonly<Record<string, number>>;
}

export interface LoadOptions {
  /** Requests per second; default 20. */
  readonly rate?: number;
  /** Default 10. */
  readonly seconds?: number;
  /** Requests at the same time, at most; default 4. */
  readonly clients?: number;
  readonly timeoutMs?: number;
  readonly method?: string;
  /** A new connection for each request. */
  readonly fresh?: boolean;
}

export function loadCommand(box: string, url: string, options: LoadOptions): string[] {
  const { rate = 20, seconds = 10, clients = 4, timeoutMs = 30_000, method = 'GET', fresh = false } = options;
  const flags = [`-rate=${rate}`, `-seconds=${seconds}`, `-clients=${clients}`, `-timeout=${timeoutMs}ms`];
  return [box, 'load', ...flags, `-method=${method}`, `-fresh=${fresh}`, url];
}

export function readLoadReport(stdout: string): LoadReport {
  const report = reportSchema.parse(JSON.parse(stdout));
  const byCluster: Record<string, number> = {};
  for (const [pod, count] of Object.entries(report.byPod)) {
    const cluster = pod.split('/')[0] ?? '';
    byCluster[cluster] = (byCluster[cluster] ?? 0) + count;
  }
  return { ...report, byCluster, failed: report.requests - (report.byStatus['200'] ?? 0) };
}
