import * as z from 'zod';
import { UsageError } from '../errors.ts';
import { type BuildStage, buildStages, type KubeObject, type Resource } from '../manifests/manifest.ts';
import { sha256 } from '../sha256.ts';
import type { LiveObject } from './live.ts';
import { type Identified, objectKey } from './object-key.ts';
import { systemNamespace } from './ownership.ts';
import { dataOf, parseJson, record, shardBytes } from './records.ts';

/** What the tool keeps in each cluster: the committed revision, and every object that is its own. */
export interface Inventory {
  readonly federation: string;
  /** The spec's `metadata.id`: tells two specs of one name apart. */
  readonly id?: string | undefined;
  readonly revision: number;
  /** `applying` stands from before the first write of a run until after its last. */
  readonly state: 'applying' | 'applied';
  /** Of everything that the spec renders, for all clusters. */
  readonly hash: string;
  readonly participants: readonly { readonly name: string; readonly uid: string }[];
  /** Names of participants that were left out when this revision was made. */
  readonly behind?: readonly string[] | undefined;
  readonly items: readonly InventoryItem[];
}

export interface InventoryItem extends Identified {
  /** In which it came, so that it goes in the mirrored one. */
  readonly stage: BuildStage;
  /** Missing until the object was written. */
  readonly uid?: string | undefined;
  /** Of the object as it was wanted. */
  readonly hash: string;
}

export const namespaces: Resource = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };

const schemaVersion = 1;

/**
 * The ConfigMaps of an inventory; the first one is the head, which names the others. Their names come from what is in them, so
 * that none is ever changed: with one write of the head a new inventory takes the place of the old one, whole.
 */
export function inventoryObjects(inventory: Inventory): readonly [KubeObject, ...KubeObject[]] {
  const { items, ...head } = inventory;
  const [first = '', ...others] = shards(items);
  const { federation } = inventory;
  const parts = others.map((text) =>
    record(federation, 'inventory', `${federation}.items.${hashOf(text)}`, { items: text }),
  );
  const names = parts.map(({ metadata }) => metadata.name);
  return [
    record(federation, 'inventory', federation, {
      'inventory.json': JSON.stringify({ schemaVersion, ...head, shards: names }, null, 1),
      items: first,
    }),
    ...parts,
  ];
}

/**
 * Puts the ConfigMaps together again; `undefined` where there is none. Throws when a newer program wrote them, or a part is
 * missing: what it names would be taken for somebody else's, and would stay for good.
 */
export function parseInventory(federation: string, live: readonly LiveObject[]): Inventory | undefined {
  const byName = new Map(live.map((object) => [object.metadata.name, dataOf(object)]));
  const head = byName.get(federation);
  if (head === undefined) return undefined;
  const parsed = headSchema.safeParse(parseJson(head['inventory.json'] ?? ''));
  if (!parsed.success) {
    throw new UsageError(
      `The inventory of "${federation}" (ConfigMap ${systemNamespace}/${federation}) was not written by this version of aegis-xc.`,
      'Use the version that wrote it, or a newer one.',
    );
  }
  const { shards, schemaVersion: _read, ...rest } = parsed.data;
  const names = typeof shards === 'number' ? numbered(federation, shards) : shards;
  const parts = names.map((name) => byName.get(name) ?? missing(federation, name));
  const lines = [head, ...parts].flatMap(({ items = '' }) => items.split('\n').filter(Boolean));
  return { ...rest, items: lines.map((line) => itemSchema.parse(JSON.parse(line))) };
}

/** The parts, as the first versions named them. */
const numbered = (federation: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${federation}.items.${n + 1}`);

function missing(federation: string, name: string): never {
  throw new UsageError(
    `The inventory of "${federation}" is damaged: ConfigMap ${systemNamespace}/${name}, a part of it, is missing.`,
    `Put it back; or delete ConfigMap ${systemNamespace}/${federation} and apply the last spec again, which finds its objects by their labels.`,
  );
}

/** A short fingerprint of a value, whatever the order of its keys. */
export const hashOf = (value: unknown): string =>
  sha256(JSON.stringify(value, (_, child: unknown) => sorted(child)))
    .toString('hex')
    .slice(0, 16);

const hashes = new WeakMap<KubeObject, string>();

/** The same of an object: a plan asks for it in its items, and again when it is compared with another one. */
export function hashOfObject(object: KubeObject): string {
  const known = hashes.get(object) ?? hashOf(object);
  hashes.set(object, known);
  return known;
}

const headSchema = z.object({
  schemaVersion: z.literal(schemaVersion),
  federation: z.string(),
  id: z.string().optional(),
  revision: z.int(),
  state: z.enum(['applying', 'applied']),
  hash: z.string(),
  participants: z.array(z.object({ name: z.string(), uid: z.string() })),
  behind: z.array(z.string()).optional(),
  shards: z.union([z.array(z.string()), z.int().min(0).max(10_000)]),
});

const itemSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  stage: z.enum(buildStages),
  uid: z.string().optional(),
  hash: z.string(),
});

/** An inventory in one piece. */
export const inventorySchema = headSchema
  .omit({ schemaVersion: true, shards: true })
  .extend({ items: z.array(itemSchema) });

function shards(items: readonly InventoryItem[]): string[] {
  const byKey = items.map((item) => [objectKey(item), JSON.stringify(item)] as const);
  const lines = byKey.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  const texts: string[] = [];
  let text = '';
  for (const line of lines) {
    if (text.length + line.length > shardBytes) {
      texts.push(text);
      text = '';
    }
    text += `${line}\n`;
  }
  return [...texts, text];
}

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
