import type { Path } from '../diagnostics.ts';
import { type NamedService, servicesOf } from '../spec/services.ts';
import { defineCheck, type Finding } from './check.ts';

/** `failover` and `weights` name each provider, and nothing else. */
export const failoverAndWeightsFit = defineCheck({
  evidence: 'spec',
  codes: ['AXC1209'],
  *find(spec) {
    for (const named of servicesOf(spec)) {
      const { failover, weights } = named.service.traffic ?? {};
      const isCluster = (name: string): boolean => Object.hasOwn(spec.clusters, name);
      if (failover) yield* misfits(named, 'failover', failover.filter(isCluster), (name) => failover.indexOf(name));
      if (weights) yield* misfits(named, 'weights', Object.keys(weights).filter(isCluster), (name) => name);
    }
  },
});

function* misfits(
  { at: service, service: { providers } }: NamedService,
  key: 'failover' | 'weights',
  named: readonly string[],
  stepOf: (cluster: string) => string | number,
): Generator<Finding> {
  const at: Path = [...service, 'traffic', key];
  const clusters = Object.keys(providers);
  const looksAt = [
    [...service, 'providers', '*'],
    [...at, '*'],
  ];
  if (clusters.length === 1) {
    const hint = 'name more providers, or remove it';
    yield { code: 'AXC1209', message: `\`${key}\` with a single provider`, hint, at, mark: 'key', looksAt };
    return;
  }
  for (const cluster of named.filter((name) => !clusters.includes(name))) {
    yield {
      code: 'AXC1209',
      message: `"${cluster}" does not provide this service`,
      hint: `its providers: ${clusters.join(', ')}`,
      at: [...at, stepOf(cluster)],
      mark: key === 'weights' ? 'key' : 'value',
      looksAt,
    };
  }
  const left = clusters.filter((cluster) => !named.includes(cluster));
  if (left.length === 0) return;
  yield {
    code: 'AXC1209',
    message: `\`${key}\` leaves out ${left.map((cluster) => `"${cluster}"`).join(', ')}`,
    hint: key === 'weights' ? 'give it a weight; 0 for no calls' : 'put it at its place in the order',
    at,
    mark: 'key',
    looksAt: [...looksAt, ...named.map((cluster) => [...at, stepOf(cluster)])],
  };
}
