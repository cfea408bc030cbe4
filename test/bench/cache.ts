import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where built things live: outside the checkout, so that a fresh clone finds them. Safe to delete at any time. */
export function cacheRoot(): string {
  const { AEGIS_XC_BENCH_CACHE, XDG_CACHE_HOME } = process.env;
  return AEGIS_XC_BENCH_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'aegis-xc', 'bench');
}
