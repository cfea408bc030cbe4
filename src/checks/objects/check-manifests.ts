import type { Diagnostic } from '../../diagnostics.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { objectSetOf, type SourcedObject } from '../../objects/object-set.ts';
import { checkObjects, type ObjectReport } from './run.ts';
import type { Suppression } from './suppress.ts';

export interface Rendered {
  readonly manifests: readonly Manifest[];
  /** Finds the place in the spec that a finding means. */
  readonly locate: (found: Diagnostic) => Diagnostic;
}

/** The objects for all clusters, judged as if somebody had written them by hand, at the places of the spec that they come from. */
export function checkManifests(
  { manifests, locate }: Rendered,
  suppressions: readonly Suppression[] = [],
): ObjectReport {
  const objects = manifests.map(({ cluster, object, source }): SourcedObject => {
    const { apiVersion, kind, metadata } = object;
    const place = { code: 'AXC2001', severity: 'info', message: '', at: source } as const;
    const { name, namespace } = metadata;
    return { cluster, apiVersion, kind, namespace, name, object, locate: () => locate(place).position };
  });
  return checkObjects(objectSetOf(objects), [...suppressions, ...judgedInTheSpec]);
}

/** AXC1226 says it once, of what the user wrote; that the default tries are cut short by a time-out is what a time-out is for. */
const judgedInTheSpec: readonly Suppression[] = [{ codes: /^AXC2134$/, objects: undefined }];
