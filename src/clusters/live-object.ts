import { isJsonObject, type Json } from '../json.ts';
import type { Resource } from '../manifests/manifest.ts';
import type { LiveMetadata, LiveObject } from '../plan/live.ts';

/** An object of an answer; undefined when it is not one of this kind. Items of lists have no apiVersion and kind of their own. */
export function liveObject(value: Json | undefined, { apiVersion, kind }: Resource): LiveObject | undefined {
  if (!isJsonObject(value) || !isJsonObject(value.metadata)) return undefined;
  const isMetadataOnly = value.kind === 'PartialObjectMetadata';
  if (value.kind !== undefined && value.kind !== kind && !isMetadataOnly) return undefined;
  const { name, uid, resourceVersion = '' } = value.metadata;
  if (typeof name !== 'string' || typeof uid !== 'string' || typeof resourceVersion !== 'string') return undefined;
  // the rest of the metadata has the types that every API server gives it
  const metadata = { ...value.metadata, name, uid, resourceVersion } as LiveMetadata;
  return { ...value, apiVersion, kind, metadata };
}
