import { load } from 'js-yaml';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { SourcedObject } from '../objects/object-set.ts';

/** The MeshConfig of each cluster, where the files have its ConfigMap: `istio`, or `istio-<revision>`. */
export function readMeshConfigs(
  objects: readonly SourcedObject[],
  clusters: readonly string[],
): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const { cluster, apiVersion, kind, name, object } of objects) {
    if (apiVersion !== 'v1' || kind !== 'ConfigMap' || !/^istio(?:-.+)?$/.test(name)) continue;
    const mesh = meshIn(object);
    for (const one of cluster === undefined ? clusters : [cluster]) if (mesh && !found.has(one)) found.set(one, mesh);
  }
  return found;
}

function meshIn({ data }: JsonObject): JsonObject | undefined {
  const text = isJsonObject(data) ? data.mesh : undefined;
  if (typeof text !== 'string') return undefined;
  try {
    const mesh: unknown = load(text);
    return isJsonObject(mesh) ? mesh : undefined;
  } catch {
    return undefined; // istiod would not start with it either
  }
}
