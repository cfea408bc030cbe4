import * as z from 'zod';
import type { Ran } from './shell.ts';

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Default 15 s. */
  readonly timeoutMs?: number;
  /** More arguments for curl. */
  readonly curl?: readonly string[];
}

export interface HttpAnswer {
  /** 0: no answer; `error` says why. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly seconds: number;
  /** curl's exit code: 6 no such name, 7 no connection, 28 too late, 35 TLS, 52 empty answer, 56 reset. */
  readonly exit: number;
  readonly error: string;
  /** Who answered, when it was a web server of the bench. */
  readonly from: { readonly cluster: string; readonly namespace: string; readonly pod: string } | undefined;
}

/** curl's own words for what happened come after the answer. */
export function curlCommand(
  url: string,
  { method, headers = {}, body, timeoutMs = 15_000, curl = [] }: RequestOptions,
): string[] {
  return [
    ...['curl', '-sS', '-i', '--max-time', String(timeoutMs / 1000), '-w', `${mark}%{json}`],
    ...(method === undefined ? [] : ['-X', method]),
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    ...(body === undefined ? [] : ['--data-binary', body]),
    ...curl,
    url,
  ];
}

const mark = '\n--curl--\n';
const spoken = z.object({ http_code: z.number(), time_total: z.number(), errormsg: z.string().nullish() });
const answerer = z.object({ cluster: z.string(), namespace: z.string(), pod: z.string() });

export function readAnswer({ code, stdout, stderr }: Ran): HttpAnswer {
  const [answer = '', report = ''] = stdout.split(mark);
  if (report === '')
    return { status: 0, headers: {}, body: '', seconds: 0, exit: code, error: stderr, from: undefined };
  const { http_code: status, time_total: seconds, errormsg } = spoken.parse(JSON.parse(report));
  const end = answer.indexOf('\r\n\r\n');
  const body = end < 0 ? '' : answer.slice(end + 4);
  const headers = Object.fromEntries(
    answer
      .slice(0, Math.max(end, 0))
      .split('\r\n')
      .slice(1)
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status, headers, body, seconds, exit: code, error: errormsg ?? '', from: whoIn(body) };
}

function whoIn(body: string): HttpAnswer['from'] {
  try {
    return answerer.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
