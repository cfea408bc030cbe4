import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import { eachLiveCluster, isUnread } from './live-check.ts';
import { selects } from './matching.ts';

/** istiod reads the Namespaces that objects of ours are in: `discoverySelectors` of the MeshConfig may leave some out. */
export const istiodReadsNamespaces = eachLiveCluster({
  title: 'discovery',
  codes: ['AXC4036'],
  *find({ manifests, live, site: { cluster } }) {
    const { mesh } = live;
    if (isUnread(mesh)) return yield mesh;
    const ours = manifests.filter((one) => one.cluster === cluster);
    const needed = new Set(ours.flatMap(({ object }) => object.metadata.namespace ?? []));
    for (const { config } of mesh.revisions) {
      const selectors = list(config.discoverySelectors);
      if (selectors.length === 0) continue;
      for (const name of needed) {
        const comes = ours.find(({ object }) => object.kind === 'Namespace' && object.metadata.name === name);
        const labels = live.namespaces.items.find((one) => one.name === name)?.labels ?? comes?.object.metadata.labels;
        if (labels === undefined) yield { unread: `the labels of the Namespace ${name} are not known` };
        else if (!selectors.some((one) => fits(one, { 'kubernetes.io/metadata.name': name, ...labels }))) {
          yield {
            code: 'AXC4036',
            message: `istiod of ${cluster} does not read the Namespace ${name}: no entry of discoverySelectors fits it`,
            hint: `Give the Namespace a label that one of them asks for${comes ? ' (make it before `apply` does)' : ''}: ${JSON.stringify(selectors)}`,
            at: ['clusters', cluster],
          };
        }
      }
    }
  },
});

type Labels = Readonly<Record<string, string>>;

const list = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
const texts = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);

/** A label selector of Kubernetes. */
function fits({ matchLabels, matchExpressions }: JsonObject, labels: Labels): boolean {
  const wanted = isJsonObject(matchLabels) ? matchLabels : {};
  const exact = Object.fromEntries(Object.entries(wanted).map(([key, value]) => [key, String(value)]));
  return selects(exact, labels) && list(matchExpressions).every((one) => holds(one, labels));
}

function holds({ key, operator, values }: JsonObject, labels: Labels): boolean {
  const value = labels[String(key)];
  switch (operator) {
    case 'In':
      return value !== undefined && texts(values).includes(value);
    case 'NotIn':
      return value === undefined || !texts(values).includes(value);
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}
