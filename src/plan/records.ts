import { gunzipSync, gzipSync } from 'node:zlib';
import { managedByLabel } from '../manifests/build.ts';
import type { KubeObject, Manifest, Resource } from '../manifests/manifest.ts';
import type { LiveObject } from './live.ts';
import { federationLabel, systemNamespace } from './ownership.ts';
import { resourceOf, stageOf } from './resources.ts';

/** What the tool keeps in a cluster are ConfigMaps of its own Namespace; `part` says of what. */
export type Part = 'inventory' | 'journal' | 'revision';

export const configMaps: Resource = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };

const partLabel = 'aegis-xc.dev/part';

export const recordSelector = (federation: string, ...parts: readonly Part[]): string =>
  `${federationLabel}=${federation},${partLabel} in (${parts.join(',')})`;

export const partOf = ({ metadata }: LiveObject): string | undefined => metadata.labels?.[partLabel];

export const record = (
  federation: string,
  part: Part,
  name: string,
  data: Readonly<Record<string, string>>,
  immutable = false,
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace: systemNamespace,
    labels: { ...managedByLabel, [federationLabel]: federation, [partLabel]: part },
  },
  ...(immutable && { immutable }),
  data,
});

/** The API's border: a ConfigMap's data are texts. */
export const dataOf = (object: LiveObject): Readonly<Record<string, string>> =>
  (object.data ?? {}) as Readonly<Record<string, string>>;

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** ConfigMaps hold 1 MiB; half of it leaves room for whatever a server adds. */
export const shardBytes = 512 * 1024;

/** A value as texts that fit into ConfigMaps. */
export function pack(value: unknown): string[] {
  const text = gzipSync(JSON.stringify(value)).toString('base64');
  const count = Math.max(1, Math.ceil(text.length / shardBytes));
  return Array.from({ length: count }, (_, n) => text.slice(n * shardBytes, (n + 1) * shardBytes));
}

/** Undefined when the texts are not what `pack` made, as when one is missing. */
export function unpack(parts: readonly string[]): unknown {
  try {
    return JSON.parse(gunzipSync(Buffer.from(parts.join(''), 'base64')).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A manifest without what the program knows by itself. */
export interface Kept {
  readonly stage: Manifest['stage'];
  readonly object: KubeObject;
  readonly source: Manifest['source'];
}

export const toKept = ({ stage, object, source }: Manifest): Kept => ({ stage, object, source });

/** What this version knows how to write; a kind that it doesn't know is left as it is. */
export const fromKept = (cluster: string, kept: readonly Kept[]): Manifest[] =>
  kept.flatMap(({ stage, object, source }) => {
    const resource = resourceOf(object);
    return resource === undefined ? [] : [{ cluster, resource, stage: stageOf(object, stage), object, source }];
  });
