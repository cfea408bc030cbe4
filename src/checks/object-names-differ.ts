import type { Manifest } from '../manifests/manifest.ts';
import { defineCheck } from './check.ts';

/** Two objects of one kind and name would be one object, the last one. */
export const objectNamesDiffer = defineCheck({
  evidence: 'manifests',
  codes: ['AXC1227'],
  *find(manifests) {
    const taken = new Map<string, Manifest>();
    for (const manifest of manifests) {
      const { cluster, resource, object, source } = manifest;
      const { namespace, name } = object.metadata;
      const key = `${cluster}/${resource.plural}/${namespace ?? ''}/${name}`;
      const other = taken.get(key);
      taken.set(key, other ?? manifest);
      if (other === undefined) continue;
      yield {
        code: 'AXC1227',
        at: source,
        mark: 'key',
        message: `two objects in ${cluster} would have the same name: ${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`,
        hint: `The other one comes from \`${other.source.join('.')}\`. Rename one of the two.`,
        looksAt: [other.source],
      };
    }
  },
});
