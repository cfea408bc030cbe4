import type { Diagnostic, Path } from '../diagnostics.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Federation } from '../model/federation.ts';
import { objectName } from '../model/names.ts';
import type { SourcedObject } from '../objects/object-set.ts';

interface Rendered {
  readonly federation: Federation;
  readonly manifests: readonly Manifest[];
  readonly locate: (found: Diagnostic) => Diagnostic;
}

/** What was rendered, each object with the place in the spec that it comes from; a rule of a policy with whom it is for. */
export const renderedObjects = ({ federation, manifests, locate }: Rendered): SourcedObject[] =>
  manifests.map((manifest) => {
    const { cluster, object, source } = manifest;
    return {
      cluster,
      apiVersion: object.apiVersion,
      kind: object.kind,
      namespace: object.metadata.namespace,
      name: object.metadata.name,
      object,
      locate: (field) => {
        const at = ruleSource(manifest, federation, field) ?? source;
        return locate({ code: 'AXC1101', severity: 'info', message: '', at }).position;
      },
    };
  });

/** `['spec', 'rules', 3]`: rules are rendered in the order of the workload's. */
function ruleSource({ cluster, object }: Manifest, { name, workloads }: Federation, field: Path): Path | undefined {
  const [, list, number] = field;
  if (object.kind !== 'AuthorizationPolicy' || list !== 'rules' || typeof number !== 'number') return undefined;
  const workload = workloads.find(
    (one) =>
      one.cluster.name === cluster &&
      one.namespace === object.metadata.namespace &&
      objectName(name, one.name) === object.metadata.name,
  );
  return workload?.rules[number]?.at;
}
