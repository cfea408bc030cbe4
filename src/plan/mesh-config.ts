import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Prerequisite } from '../model/prerequisites.ts';

/** Whether a mesh has what it needs; `unknown` says why nobody looked. */
export interface Judgement {
  readonly state: 'met' | 'missing' | 'unknown';
  readonly found?: string;
}

/**
 * Compares one prerequisite with the MeshConfigs of its cluster, or with the reason why they could not be read. Each revision of
 * Istio has one, and workloads of its own: it is met when all of them have it.
 */
export function judgeMeshConfig(wanted: Prerequisite, configs: readonly JsonObject[] | string | undefined): Judgement {
  if (configs === undefined) return { state: 'unknown', found: 'the cluster was not read' };
  if (typeof configs === 'string') return { state: 'unknown', found: configs };
  const judged = configs.map((config) => judges[wanted.what](config, wanted.value));
  const missing = judged.find(({ met }) => !met);
  const [first] = judged;
  const found = (missing ?? first)?.found;
  return { state: missing ? 'missing' : 'met', ...(found !== undefined && { found }) };
}

interface Found {
  readonly met: boolean;
  readonly found: string;
}

const judges = {
  trustDomain: (mesh, value) => {
    const found = text(mesh.trustDomain) ?? 'cluster.local';
    return { met: found === value, found };
  },
  trustedDomains: (mesh, value) => {
    const listed = objects(mesh.caCertificates).flatMap(({ trustDomains }) => texts(trustDomains));
    const all = [...listed, ...texts(mesh.trustDomainAliases)];
    return { met: all.includes(value), found: all.join(', ') || 'none' };
  },
  extensionProvider: (mesh, value) => {
    const names = objects(mesh.extensionProviders).flatMap(({ name }) => text(name) ?? []);
    return { met: names.includes(value), found: names.join(', ') || 'none' };
  },
  tracing: (mesh) => ({ met: mesh.enableTracing === true, found: String(mesh.enableTracing ?? false) }),
} as const satisfies Record<Prerequisite['what'], (mesh: JsonObject, value: string) => Found>;

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const texts = (value: Json | undefined): string[] => list(value).flatMap((item) => text(item) ?? []);
const objects = (value: Json | undefined): JsonObject[] => list(value).filter(isJsonObject);
