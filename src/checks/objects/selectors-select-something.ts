import { isSlip } from '../../nearest.ts';
import type { Catalogue } from '../../objects/catalogue.ts';
import type { Field } from '../../objects/field.ts';
import { type Kind, kindOf, kinds } from '../../objects/kind-names.ts';
import { isSubset, labelText } from '../../objects/label-index.ts';
import type { Located } from '../../objects/located.ts';
import type { SourcedObject } from '../../objects/object-set.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** Selectors look into their own namespace; in the root namespace only those of two kinds look further. */
export const selectorsSelectSomething = defineClusterCheck({
  codes: ['AXC2172', 'AXC2173', 'AXC2198'],
  analyzers: { AXC2172: 'IST0127' },
  *find(catalogue) {
    const values = labelValues(catalogue);
    for (const [kind, selectorOf] of selectors) {
      for (const located of catalogue.of(kind)) {
        const selector = selectorOf(located.spec);
        const isIgnored = kind === kinds.peerAuthentication && located.namespace === catalogue.rootNamespace;
        if (isIgnored) yield* inRootNamespace(catalogue, located, selector);
        else {
          yield* podsElsewhere(catalogue, located, selector, kind);
          if (kind !== kinds.serviceEntry) yield* nearlyThePods(catalogue, located, selector, values);
        }
      }
    }
  },
});

const selectors: readonly (readonly [Kind, (spec: Field) => Field])[] = [
  [kinds.authorizationPolicy, (spec) => spec.at('selector', 'matchLabels')],
  [kinds.requestAuthentication, (spec) => spec.at('selector', 'matchLabels')],
  [kinds.peerAuthentication, (spec) => spec.at('selector', 'matchLabels')],
  [kinds.telemetry, (spec) => spec.at('selector', 'matchLabels')],
  [kinds.sidecar, (spec) => spec.at('workloadSelector', 'labels')],
  [kinds.serviceEntry, (spec) => spec.at('workloadSelector', 'labels')],
];

const reachEverywhere: readonly Kind[] = [kinds.authorizationPolicy, kinds.requestAuthentication];

function* podsElsewhere(
  { workloads, of, rootNamespace }: Catalogue,
  { on, namespace }: Located,
  selector: Field,
  kind: Kind,
): Generator<ObjectFinding> {
  const labels = selector.labels;
  const found = workloads.with(labels);
  const isForAll = namespace === rootNamespace && reachEverywhere.includes(kind);
  if (namespace === '' || isForAll || found.length === 0) return;
  if (found.some((pod) => pod.namespace === namespace || pod.namespace === '')) return;
  if (kind === kinds.serviceEntry) {
    const isMachine = (entry: Located) =>
      entry.namespace === namespace && isSubset(labels, entry.spec.at('labels').labels);
    if (of(kinds.workloadEntry).some(isMachine)) return;
  }
  yield {
    code: 'AXC2172',
    severity: 'warning',
    message: `this selects pods of ${namespace} only, and those with ${labelText(labels)} are in ${[...new Set(found.map((pod) => pod.namespace))].join(', ')}: it selects nothing here`,
    hint: `move it to ${found[0]?.namespace}`,
    on,
    field: selector.path,
    mark: 'key',
  };
}

/** The values that a label has on the pods of a namespace. */
function labelValues({ workloads }: Catalogue): ReadonlyMap<string, ReadonlySet<string>> {
  const values = new Map<string, Set<string>>();
  for (const { namespace, labels } of workloads.all) {
    for (const [key, value] of labels) {
      const name = `${namespace}/${key}`;
      values.set(name, (values.get(name) ?? new Set()).add(value));
    }
  }
  return values;
}

/** Said where one value is a letter off those of a pod that fits otherwise; no other pods with this value may be in the files. */
function* nearlyThePods(
  { workloads, objects, rootNamespace }: Catalogue,
  { on, namespace }: Located,
  selector: Field,
  values: ReadonlyMap<string, ReadonlySet<string>>,
): Generator<ObjectFinding> {
  const { labels } = selector;
  if (namespace === '' || namespace === rootNamespace || workloads.with(labels).length > 0) return;
  for (const [key, value] of labels) {
    const known = values.get(`${namespace}/${key}`) ?? new Set();
    const meant = known.has(value)
      ? undefined
      : [...known].find(
          (other) => isSlip(value, other) && isThere(workloads, namespace, new Map([...labels, [key, other]])),
        );
    if (
      meant === undefined ||
      objects.some((object) => object.namespace === namespace && makesPods(object, key, value))
    )
      continue;
    yield {
      code: 'AXC2198',
      severity: 'warning',
      message: `no pods of ${namespace} in these files have ${key}: ${value}, and some have ${key}: ${meant}: this selects nothing`,
      hint: `did you mean "${meant}"?`,
      on,
      field: selector.at(key).path,
    };
    return;
  }
}

const isThere = (workloads: Catalogue['workloads'], namespace: string, labels: ReadonlyMap<string, string>): boolean =>
  workloads.with(labels).some((pod) => pod.namespace === namespace);

/** Jobs, WorkloadEntries and whatever else operators make pods of: all that says the label but for those that select by it. */
const makesPods = (object: SourcedObject, key: string, value: string): boolean =>
  !selectors.some(([kind]) => kind === kindOf(object)) &&
  /"labels":/.test(JSON.stringify(object.object)) &&
  JSON.stringify(object.object).includes(`${JSON.stringify(key)}:${JSON.stringify(value)}`);

/** `ComposePeerAuthentication` in `pilot/pkg/security/authn/policy_applier.go` takes no policy with a selector from there. */
function* inRootNamespace(
  { rootNamespace }: Catalogue,
  { on, spec }: Located,
  selector: Field,
): Generator<ObjectFinding> {
  if (selector.entries.length === 0) return;
  yield {
    code: 'AXC2173',
    severity: 'warning',
    message: `in the root namespace (${rootNamespace}) a PeerAuthentication is for the whole mesh, and one with a selector is ignored, even for pods there`,
    hint: 'move it to the namespace of the workloads, or remove the selector if it is meant for the whole mesh',
    on,
    field: spec.at('selector').path,
    mark: 'key',
  };
}
