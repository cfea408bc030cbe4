import { renderedObjects } from '../../src/access/rendered.ts';
import { type Sites, sitesOf } from '../../src/access/sites.ts';
import type { JsonObject } from '../../src/json.ts';
import type { Manifest } from '../../src/manifests/manifest.ts';
import { readObjects } from '../../src/objects/read-objects.ts';
import { compile } from '../../src/pipeline.ts';
import { type FederationInput, specText } from './federation.ts';

/** What differs from what a spec renders. */
export interface Beside {
  /** Objects that somebody else has written, by cluster. */
  readonly with?: Readonly<Record<string, readonly JsonObject[]>>;
  /** What is rendered otherwise, or left out. */
  readonly change?: (manifest: Manifest) => readonly Manifest[];
  readonly meshConfigs?: ReadonlyMap<string, JsonObject>;
}

export function sitesWith(input: FederationInput, { with: others = {}, change, meshConfigs }: Beside = {}): Sites {
  const compiled = compile({ file: 'federation.yaml', text: specText(input) });
  const { federation, manifests = [], diagnostics, locate } = compiled;
  if (federation === undefined) throw new Error(JSON.stringify(diagnostics));
  const ours = renderedObjects({ federation, manifests: change ? manifests.flatMap(change) : manifests, locate });
  const theirs = Object.entries(others).flatMap(([cluster, objects]) => {
    const text = objects.map((one) => JSON.stringify(one)).join('\n---\n');
    return readObjects({ file: `${cluster}.yaml`, text, cluster }).objects;
  });
  return sitesOf({ federation, objects: [...ours, ...theirs], ...(meshConfigs && { meshConfigs }) });
}

/** Another spec for the objects of a kind; undefined takes them away. */
export const changed =
  (kind: string, body: (spec: JsonObject) => JsonObject | undefined) =>
  (manifest: Manifest): Manifest[] => {
    if (manifest.resource.kind !== kind) return [manifest];
    const now = body(manifest.object.spec as JsonObject); // a rendered object has one
    return now ? [{ ...manifest, object: { ...manifest.object, spec: now } }] : [];
  };

/** An object of Istio, as somebody writes it. */
export const istioObject = (kind: string, name: string, namespace: string, spec: JsonObject): JsonObject => ({
  apiVersion: `${['AuthorizationPolicy', 'PeerAuthentication'].includes(kind) ? 'security' : 'networking'}.istio.io/v1`,
  kind,
  metadata: { name, namespace },
  spec,
});
