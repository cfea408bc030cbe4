import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { listOf, specOf } from '../manifests/transition.ts';
import type { Labels } from '../model/labels.ts';
import { allOf, dependsOn, type Truth } from './truth.ts';

/** Pods, as far as the spec knows them: they may have more labels. */
export interface Workload {
  readonly namespace: string;
  readonly labels: Labels;
  /** Of other pods, by the spec: what selects those exactly is not for these. */
  readonly others?: readonly Labels[];
}

/**
 * Whether a policy is for the pods: it stands in their Namespace or in the mesh's root Namespace, and its selector, if it has one,
 * fits. One that names targets is for gateways and waypoints (`pilot/pkg/model/policyattachment.go`).
 */
export function selects(policy: KubeObject, workload: Workload, rootNamespace: string): Truth {
  const { selector, targetRef, targetRefs } = specOf(policy);
  const { namespace } = policy.metadata;
  if (namespace !== workload.namespace && namespace !== rootNamespace) return false;
  if (targetRef !== undefined || listOf(targetRefs).length > 0) return false;
  const wanted = isJsonObject(selector) ? selector.matchLabels : undefined;
  if (isJsonObject(wanted) && workload.others?.some((labels) => isDeepStrictEqual({ ...labels }, { ...wanted })))
    return false;
  return hasLabels(workload.labels, wanted);
}

/** A label that the spec doesn't name is one that the pods may have or not. */
export function hasLabels(labels: Labels, wanted: Json | undefined): Truth {
  const pairs = Object.entries(isJsonObject(wanted) ? wanted : {});
  return allOf(
    pairs.map(([key, value]) =>
      key in labels ? labels[key] === value : dependsOn(`whether its pods have the label ${key}=${String(value)}`),
    ),
  );
}

export const hasSelector = (policy: KubeObject): boolean => {
  const { selector } = specOf(policy);
  return isJsonObject(selector) && isJsonObject(selector.matchLabels) && Object.keys(selector.matchLabels).length > 0;
};
