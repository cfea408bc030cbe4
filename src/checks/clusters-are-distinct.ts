import { defineCheck } from './check.ts';

/** Two clusters of a federation are two clusters: not one under two names. */
export const clustersAreDistinct = defineCheck({
  evidence: 'spec',
  codes: ['AXC1212'],
  *find(spec) {
    for (const key of ['context', 'uid'] as const) {
      const first = new Map<string, string>();
      for (const [name, { [key]: value }] of Object.entries(spec.clusters)) {
        if (value === undefined) continue;
        const spelling = key === 'uid' ? value.toLowerCase() : value;
        const before = first.get(spelling);
        if (before === undefined) first.set(spelling, name);
        else {
          yield {
            code: 'AXC1212',
            message: `${key} of "${before}" again: a federation has two clusters or more, and each once`,
            hint:
              key === 'uid' ? 'kubectl get namespace kube-system -o jsonpath={.metadata.uid}' : 'name another context',
            at: ['clusters', name, key],
            looksAt: [['clusters', before, key]],
          };
        }
      }
    }
  },
});
