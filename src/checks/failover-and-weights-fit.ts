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
      if (failover) {
        const entries = failover.map((name, index) => ({ name, step: index }));
        yield* misfits(named, 'failover', entries, isCluster);
      }
      if (weights) {
        const entries = Object.keys(weights).map((name) => ({ name, step: name }));
        yield* misfits(named, 'weights', entries, isCluster);
      }
    }
  },
});

interface Entry {
  readonly name: string;
  readonly step: string | number;
}

function* misfits(
  { at: service, service: { providers } }: NamedService,
  key: 'failover' | 'weights',
  entries: readonly Entry[],
  isCluster: (name: string) => boolean,
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
  const strange = entries.filter(({ name }) => isCluster(name) && !clusters.includes(name));
  for (const { name, step } of strange) {
    yield {
      code: 'AXC1209',
      message: `"${name}" does not provide this service`,
      hint: `its providers: ${clusters.join(', ')}`,
      at: [...at, step],
      mark: key === 'weights' ? 'key' : 'value',
      looksAt,
    };
  }
  const named = new Set(entries.map(({ name }) => name));
  const left = clusters.filter((cluster) => !named.has(cluster));
  if (left.length === 0) return;
  yield {
    code: 'AXC1209',
    message: `\`${key}\` leaves out ${left.map((cluster) => `"${cluster}"`).join(', ')}`,
    hint: key === 'weights' ? 'give it a weight; 0 for no calls' : 'put it at its place in the order',
    at,
    mark: 'key',
    looksAt: [...looksAt, ...entries.map(({ step }) => [...at, step])],
  };
}
