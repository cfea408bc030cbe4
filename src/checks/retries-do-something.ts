import type { Path } from '../diagnostics.ts';
import { saidPorts, speaksHttp } from '../spec/ports.ts';
import { hasOrder, servicesOf, sharingPaths } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/**
 * Envoy's first retry stays where the first try went, so one more try does not leave the cluster (seen on real meshes). And a time for each
 * try goes with the tries: without any, Istio's route has no place for it.
 */
export const retriesDoSomething = defineCheck({
  evidence: 'spec',
  codes: ['AXC1234'],
  *find(spec) {
    for (const named of servicesOf(spec)) {
      const { service, at } = named;
      const { retries } = service.traffic ?? {};
      if (retries === undefined || !saidPorts(service).some(speaksHttp)) continue;
      const path: Path = [...at, 'traffic', 'retries'];
      if (retries.attempts === 1 && hasOrder(service)) {
        yield {
          code: 'AXC1234',
          severity: 'warning',
          message: 'one try more does not leave the cluster of the first: a failed request is not tried in another one',
          hint: 'write `attempts: 2` or more',
          at: [...path, 'attempts'],
          looksAt: sharingPaths(named),
        };
      }
      if (retries.attempts === 0 && retries.perTryTimeout !== undefined) {
        yield {
          code: 'AXC1234',
          severity: 'warning',
          message: 'a time for each try does nothing where there are no tries',
          hint: 'say how long a request may take with `timeout`, or set `attempts`',
          at: [...path, 'perTryTimeout'],
          looksAt: [[...path, 'attempts']],
        };
      }
    }
  },
});
