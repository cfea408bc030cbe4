import * as z from 'zod';
import type { KubeObject } from '../manifests/manifest.ts';
import { keptSchema } from './journal.ts';
import type { LiveObject } from './live.ts';
import { dataOf, type Kept, pack, parseJson, record, unpack } from './records.ts';

/** A state of the federation that was applied, as one cluster keeps it. */
export interface Revision {
  readonly federation: string;
  readonly revision: number;
  /** Of everything that was rendered, for all clusters. */
  readonly hash: string;
  readonly change: 'apply' | 'delete' | 'rollback';
  readonly at: string;
  readonly by: string;
  readonly commit?: string | undefined;
  readonly tool: string;
  readonly objects: number;
  /** Codes of findings that were acknowledged for the run (`--allow`); undefined when there were none. */
  readonly allowed?: readonly string[] | undefined;
}

/** Older ones go. */
export const keptRevisions = 10;

const schemaVersion = 1;

export function revisionObjects(revision: Revision, manifests: readonly Kept[]): readonly KubeObject[] {
  const { federation } = revision;
  const [first = '', ...others] = pack(manifests);
  const head = JSON.stringify({ schemaVersion, ...revision, shards: others.length }, null, 1);
  const name = revisionName(federation, revision.revision);
  return [
    ...others.map((part, n) => record(federation, 'revision', `${name}.${n + 1}`, { part }, true)),
    record(federation, 'revision', name, { 'revision.json': head, part: first }, true),
  ];
}

export const revisionName = (federation: string, revision: number): string => `${federation}.rev.${revision}`;

/** The number in the name of a record of a revision, of whatever shard. */
export const revisionNumber = (federation: string, name: string): number | undefined => {
  const [, number] = name.startsWith(`${federation}.rev.`) ? name.slice(federation.length).split(/\.rev\./) : [];
  const parsed = Number(number?.split('.')[0]);
  return Number.isInteger(parsed) ? parsed : undefined;
};

/** Every revision that can be read, newest first. */
export function parseRevisions(live: readonly LiveObject[]): Revision[] {
  return live
    .flatMap((object) => headOf(object) ?? [])
    .map(({ shards: _shards, schemaVersion: _version, ...revision }) => revision)
    .sort((a, b) => b.revision - a.revision);
}

/** What a revision had in the cluster; undefined when it is not kept (any more). */
export function parseRevision(
  federation: string,
  number: number,
  live: readonly LiveObject[],
): { readonly revision: Revision; readonly manifests: readonly Kept[] } | undefined {
  const byName = new Map(live.map((object) => [object.metadata.name, object]));
  const name = revisionName(federation, number);
  const object = byName.get(name);
  const head = object && headOf(object);
  if (object === undefined || head === undefined) return undefined;
  const { shards, schemaVersion: _version, ...revision } = head;
  const others = Array.from({ length: shards }, (_, n) => byName.get(`${name}.${n + 1}`));
  const parts = [object, ...others].map((one) => (one ? (dataOf(one).part ?? '') : ''));
  const manifests = keptSchema.safeParse(unpack(parts));
  return manifests.success ? { revision, manifests: manifests.data as readonly Kept[] } : undefined;
}

const headOf = (object: LiveObject): z.output<typeof headSchema> | undefined =>
  headSchema.safeParse(parseJson(dataOf(object)['revision.json'] ?? '')).data;

const headSchema = z.object({
  schemaVersion: z.literal(schemaVersion),
  federation: z.string(),
  revision: z.int().min(1),
  hash: z.string(),
  change: z.enum(['apply', 'delete', 'rollback']),
  at: z.string(),
  by: z.string(),
  commit: z.string().optional(),
  tool: z.string(),
  objects: z.int().min(0),
  allowed: z.array(z.string()).optional(),
  shards: z.int().min(0).max(10_000),
});
