import { kinds } from '../../objects/kind-names.ts';
import { defineClusterCheck } from './object-check.ts';

/** A WorkloadEntry is used by what selects it, and only by labels. */
export const workloadEntriesCanBeSelected = defineClusterCheck({
  codes: ['AXC2110'],
  *find({ of }) {
    for (const { on, spec } of of(kinds.workloadEntry)) {
      if (spec.at('labels').entries.length > 0) continue;
      yield {
        code: 'AXC2110',
        severity: 'warning',
        message: 'no ServiceEntry or Service can select a WorkloadEntry without labels: it does nothing',
        hint: "add `labels`, and select them in the ServiceEntry's `workloadSelector`",
        on,
        field: spec.path,
        mark: 'key',
      };
    }
  },
});
