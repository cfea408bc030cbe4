import { defineClusterCheck } from './object-check.ts';

/** A subset is those pods of the Service that have its labels; said where the files have pods of the Service. */
export const subsetsSelectPods = defineClusterCheck({
  codes: ['AXC2163'],
  analyzers: { AXC2163: 'IST0173' },
  *find({ rules, definitions, workloads }) {
    for (const { on, spec, host } of rules) {
      const services = definitions.get(host) ?? [];
      const pods = services
        .filter(({ selector }) => selector.size > 0)
        .flatMap(({ selector, namespace }) => workloads.with(selector).filter((pod) => pod.namespace === namespace));
      if (pods.length === 0 || services.some((one) => 'endpoints' in one)) continue;
      for (const subset of spec.at('subsets').items) {
        const labels = [...subset.at('labels').labels].filter(([key]) => !key.startsWith('topology.'));
        if (labels.length === 0 || pods.some((pod) => labels.every(([key, value]) => pod.labels.get(key) === value)))
          continue;
        yield {
          code: 'AXC2163',
          severity: 'info',
          message: `no pods of "${host}" in these files have ${labels.map(([key, value]) => `${key}: ${value}`).join(', ')}: requests for subset "${subset.at('name').text ?? ''}" fail with 503`,
          hint: "compare the labels with those of the Deployment's pods",
          on,
          field: subset.at('labels').path,
        };
      }
    }
  },
});
