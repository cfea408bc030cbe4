import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Place } from './symptom.ts';

/** A line of Envoy's access log, as far as it tells why a call fails. */
export interface AccessLine {
  readonly status: number | undefined;
  readonly flags: readonly string[];
  readonly details: string;
  readonly termination: string;
  /** Why a TLS connection to or from here failed. */
  readonly failure: string;
  readonly cluster: string;
  readonly host: string;
  readonly sni: string;
  readonly method: string;
  readonly path: string;
  readonly place: Place | undefined;
}

/** Istio's own text format, or JSON with Istio's names or names like them. */
export function readAccessLine(text: string): AccessLine | undefined {
  const line = text.trim();
  const fields = line.startsWith('{') ? jsonFields(line) : textFields(line);
  return fields && toLine(fields);
}

type Fields = Readonly<Record<string, string>>;

/** By what a name ends in: `response_flags`, `flags`, `%RESPONSE_FLAGS%`. */
const names = {
  status: /^(?:response_)?(?:code|status)$|status_code$/,
  flags: /flags$/,
  details: /details$/,
  termination: /termination/,
  failure: /failure/,
  cluster: /cluster$/,
  host: /^(?:authority|host)$/,
  sni: /sni$|server_name$/,
  method: /method$/,
  path: /path$/,
} as const;

function jsonFields(line: string): Fields | undefined {
  const read = parsed(line);
  if (read === undefined) return undefined;
  const entries = Object.entries(read).map(([name, value]) => [name.toLowerCase(), textOf(value)] as const);
  const find = (pattern: RegExp): string =>
    entries.find(([name, value]) => pattern.test(name) && value !== '')?.[1] ?? '';
  const fields = Object.fromEntries(Object.entries(names).map(([name, pattern]) => [name, find(pattern)]));
  // Connection termination details are details, too.
  const details = entries.find(
    ([name, value]) => names.details.test(name) && !names.termination.test(name) && value !== '',
  );
  return { ...fields, details: details?.[1] ?? '' };
}

function parsed(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const textOf = (value: Json | undefined): string =>
  typeof value === 'string' ? (value === '-' ? '' : value) : typeof value === 'number' ? String(value) : '';

/** https://istio.io/latest/docs/tasks/observability/logs/access-log/#default-access-log-format */
function textFields(line: string): Fields | undefined {
  const [time, request, ...rest] = [...line.matchAll(/\[[^\]]*\]|"[^"]*"|\S+/g)].map(([part]) => part);
  if (!time?.startsWith('[') || !request?.startsWith('"')) return undefined;
  const [status, flags, details, termination, failure] = rest;
  const quoted = rest.filter((part) => part.startsWith('"'));
  const after = rest.slice(rest.lastIndexOf(quoted.at(-1) ?? '') + 1);
  const [method = '', path = ''] = bare(request).split(' ');
  return Object.fromEntries(
    Object.entries({
      status,
      flags,
      details,
      termination,
      failure,
      host: quoted.at(-2),
      cluster: after[0],
      sni: after[4],
      method,
      path,
    }).map(([name, value]) => [name, bare(value)]),
  );
}

const bare = (part = ''): string => {
  const text = part.replace(/^"|"$/g, '');
  return text === '-' ? '' : text;
};

function toLine({ status = '', flags = '', details = '', ...fields }: Fields): AccessLine | undefined {
  if (!/^\d+$/.test(status) && flags === '' && details === '') return undefined;
  const { cluster = '', sni = '' } = fields;
  return {
    status: Number(status) > 0 ? Number(status) : undefined,
    flags: flags.split(',').filter((flag) => flag !== ''),
    details,
    termination: fields.termination ?? '',
    failure: fields.failure ?? '',
    cluster,
    sni,
    host: fields.host ?? '',
    method: fields.method ?? '',
    path: fields.path ?? '',
    place: placeOf(cluster, sni),
  };
}

/** A sidecar that is called has `inbound|` clusters, one that calls `outbound|`, and a gateway for SNI `outbound_.`. */
function placeOf(cluster: string, sni: string): Place | undefined {
  if (cluster.startsWith('inbound|')) return 'workload';
  if (cluster.startsWith('outbound_.')) return 'gateway';
  if (cluster.startsWith('outbound|') || /^(?:BlackHole|Passthrough)Cluster$/.test(cluster)) return 'caller';
  return cluster === '' && sni.startsWith('outbound_.') ? 'gateway' : undefined;
}
