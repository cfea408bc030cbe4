import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { KubeObject } from './manifest.ts';

/** How an object of a kind changes while calls go through it. */
export interface Transition {
  /**
   * `after`, and beside it what only `before` lets through: whoever was served and whoever is to be served gets through it.
   * What has no union, such as a time-out, is `after`'s.
   */
  readonly union: (before: KubeObject, after: KubeObject) => KubeObject;
  /** When that goes which only `before` had. */
  readonly late: 'unroute' | 'unpublish' | 'tighten' | 'unlisten';
  /** An object of the kind restricts what was open: it comes early only where nothing is open yet. */
  readonly restricts?: boolean;
}

/** The entries of both lists, `after`'s first; entries with one key are one, as `after` has it. */
export function unionOf(
  before: Json | undefined,
  after: Json | undefined,
  keyOf: (entry: Json) => unknown = (entry) => entry,
): readonly Json[] {
  const [old, now] = [listOf(before), listOf(after)];
  const keys = now.map(keyOf);
  return [...now, ...old.filter((entry) => !keys.some((key) => isDeepStrictEqual(key, keyOf(entry))))];
}

/** The object with some fields of its spec set; an undefined one stays away. */
export const withSpec = (object: KubeObject, fields: JsonObject): KubeObject => ({
  ...object,
  spec: { ...specOf(object), ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) },
});

export const specOf = ({ spec }: JsonObject): JsonObject => (isJsonObject(spec) ? spec : {});
export const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
export const textsOf = (value: Json | undefined): readonly string[] =>
  listOf(value).flatMap((one) => (typeof one === 'string' ? [one] : []));
export const objectsOf = (value: Json | undefined): readonly JsonObject[] => listOf(value).filter(isJsonObject);

/** A missing `exportTo` is everywhere, and so is its union with anything. */
export function exportToOf(before: KubeObject, after: KubeObject): readonly Json[] | undefined {
  const [old, now] = [specOf(before).exportTo, specOf(after).exportTo];
  return old === undefined || now === undefined ? undefined : unionOf(old, now);
}
