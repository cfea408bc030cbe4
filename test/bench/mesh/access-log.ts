import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { PodPlace } from './pods.ts';

const text = z
  .union([z.string(), z.number(), z.boolean()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? '' : String(value)));

/** One line; what Envoy had no value for is an empty text. */
const entrySchema = z.object({
  time: text,
  method: text,
  path: text,
  host: text,
  status: text.transform(Number),
  flags: text,
  details: text,
  termination: text,
  received: text.transform(Number),
  sent: text.transform(Number),
  milliseconds: text.transform(Number),
  attempts: text.transform(Number),
  upstream: text,
  cluster: text,
  downstream: text,
  sni: text,
  /** `spiffe://…` of the caller. */
  peer: text,
  /** `spiffe://…` of the one that was called. */
  server: text,
  upstreamFailure: text,
  downstreamFailure: text,
  traceparent: text,
});
export type AccessLogEntry = z.infer<typeof entrySchema>;

export interface LogQuery {
  /** Only what began then or later. */
  readonly since?: Date;
  /** The file of the provider `federation-audit` instead of the mesh's own log. */
  readonly audit?: boolean;
}

/** What a proxy has logged. Envoy writes once a second, so ask `eventually`. */
export function readAccessLog({ folder }: PodPlace, { since, audit = false }: LogQuery = {}): AccessLogEntry[] {
  const file = join(folder, audit ? 'audit.log' : 'istio-proxy.log');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}')) // the agent logs to the same place
    .map((line) => entrySchema.parse(JSON.parse(line)))
    .filter(({ time }) => since === undefined || new Date(time) >= since);
}
