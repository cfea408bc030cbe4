import { grouped } from '../../objects/catalogue.ts';
import { type Kind, kinds } from '../../objects/kind-names.ts';
import { sortedLabelText } from '../../objects/label-index.ts';
import { type Located, nameOf } from '../../objects/located.ts';
import { defineClusterCheck } from './object-check.ts';

/** Of several that apply alike, Istio takes one, the oldest, and does not merge them. */
export const defaultsAreSaidOnce = defineClusterCheck({
  codes: ['AXC2174'],
  *find({ of }) {
    for (const kind of single) {
      for (const [first, ...others] of grouped(of(kind).filter(isSelecting), placeOf).values()) {
        for (const other of first ? others : []) {
          if (!first || nameOf(first) === nameOf(other)) continue;
          const selector = selectorOf(other);
          yield {
            code: 'AXC2174',
            severity: 'warning',
            message: `${nameOf(first)} applies to the same ${selector.size > 0 ? 'pods' : 'namespace'}: Istio uses the older one of the two, and ignores the other`,
            hint: selector.size > 0 ? 'merge the two' : 'merge the two, or give one of them a selector',
            on: other.on,
            field: ['metadata', 'name'],
          };
        }
      }
    }
  },
});

const single: readonly Kind[] = [kinds.peerAuthentication, kinds.sidecar, kinds.telemetry];

const selectorOf = ({ spec }: Located): ReadonlyMap<string, string> =>
  spec.at('selector', 'matchLabels').isSet
    ? spec.at('selector', 'matchLabels').labels
    : spec.at('workloadSelector', 'labels').labels;

const isSelecting = ({ spec }: Located): boolean => !spec.at('targetRefs').isSet && !spec.at('targetRef').isSet;

const placeOf = (located: Located): string => `${located.namespace}|${sortedLabelText(selectorOf(located))}`;
