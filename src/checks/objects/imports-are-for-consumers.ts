import { isImport } from '../../objects/entries.ts';
import { exportedTo } from '../../objects/located.ts';
import { defineClusterCheck } from './object-check.ts';

/** What nobody may call needs no address in the namespace. */
export const importsAreForConsumers = defineClusterCheck({
  codes: ['AXC2209'],
  *find({ entries }) {
    for (const entry of entries) {
      if (!isImport(entry) || exportedTo(entry)) continue;
      const field = entry.spec.at('exportTo');
      yield {
        code: 'AXC2209',
        severity: 'info',
        message: `every namespace of the cluster can call "${entry.hosts[0]}" in the other one`,
        hint: 'name the namespaces of its callers in `exportTo`, here and in its DestinationRule and VirtualService',
        on: entry.on,
        field: field.isSet ? field.path : entry.spec.path,
        mark: 'key',
      };
    }
  },
});
