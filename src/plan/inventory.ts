import { createHash } from 'node:crypto';
import * as z from 'zod';
import { UsageError } from '../errors.ts';
import { managedByLabel } from '../manifests/build.ts';
import { type BuildStage, buildStages, type KubeObject, type Resource } from '../manifests/manifest.ts';
import type { LiveObject } from './live.ts';
import { type Identified, objectKey } from './object-key.ts';
import { federationLabel, systemNamespace } from './ownership.ts';

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

export const configMaps: Resource = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
export const namespaces: Resource = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };

/** ConfigMaps hold 1 MiB; half of it leaves room for whatever a server adds. */
const shardBytes = 512 * 1024;
const schemaVersion = 1;

/** Names the inventory's ConfigMaps among those of a federation. */
const partLabel = 'aegis-xc.dev/part';
export const inventorySelector = (federation: string): string =>
  `${federationLabel}=${federation},${partLabel}=inventory`;

/** The ConfigMaps of an inventory; the first one is the head, which counts the others. */
export function inventoryObjects(inventory: Inventory): readonly [KubeObject, ...KubeObject[]] {
  const { items, ...head } = inventory;
  const [first = '', ...others] = shards(items);
  const { federation } = inventory;
  return [
    configMap(federation, federation, {
      'inventory.json': JSON.stringify({ schemaVersion, ...head, shards: others.length }, null, 1),
      items: first,
    }),
    ...others.map((text, n) => configMap(federation, `${federation}.items.${n + 1}`, { items: text })),
  ];
}

/** Puts the ConfigMaps together again; `undefined` where there is none. Throws when a newer program wrote them. */
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
  const { shards: count, schemaVersion: _read, ...rest } = parsed.data;
  const texts = [head, ...Array.from({ length: count }, (_, n) => byName.get(`${federation}.items.${n + 1}`))];
  const lines = texts.flatMap((data) => (data?.items ?? '').split('\n').filter(Boolean));
  return { ...rest, items: lines.map((line) => itemSchema.parse(JSON.parse(line))) };
}

/** A short fingerprint of a value, whatever the order of its keys. */
export const hashOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value, (_, child: unknown) => sorted(child)))
    .digest('hex')
    .slice(0, 16);

const headSchema = z.object({
  schemaVersion: z.literal(schemaVersion),
  federation: z.string(),
  id: z.string().optional(),
  revision: z.int(),
  state: z.enum(['applying', 'applied']),
  hash: z.string(),
  participants: z.array(z.object({ name: z.string(), uid: z.string() })),
  shards: z.int().min(0).max(10_000),
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

const configMap = (federation: string, name: string, data: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace: systemNamespace,
    labels: { ...managedByLabel, [federationLabel]: federation, [partLabel]: 'inventory' },
  },
  data,
});

/** The API's border: a ConfigMap's data are texts. */
const dataOf = (object: LiveObject): Readonly<Record<string, string>> =>
  (object.data ?? {}) as Readonly<Record<string, string>>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
