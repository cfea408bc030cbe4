import { describe, expect, test } from 'vitest';
import { buildPlan, type Plan } from '../../src/plan/plan.ts';
import { type FederationInput, federation, provider, service } from '../support/federation.ts';
import { emptyClusters, planFrom, rendered } from '../support/simulate.ts';

const caller = (serviceAccount: string) => ({ cluster: 'cluster-a', namespace: 'shop', serviceAccount });
const http = (...callers: string[]) =>
  federation({ services: { 'backend-api': service({ consumers: callers.map(caller) }) } });
const postgres = (...callers: string[]) =>
  federation({
    services: {
      'orders-db': service({
        preset: 'postgres',
        port: undefined,
        providers: { 'cluster-b': provider() },
        consumers: callers.map(caller),
      }),
    },
  });

const firstPlan = (spec: FederationInput): Plan => {
  const after = rendered(spec);
  return buildPlan({ ...after, observations: emptyClusters(after) });
};

const shut = 'from now on every port lets in only the callers of the spec';
const drain = 'their open TCP connections end 45s after the write';
const last = 'over each HTTP connection that is open one more request may come, for 45s';

/** What Envoy was seen to do: test/mesh/service-to-service.mesh.test.ts, test/mesh/database.mesh.test.ts. */
describe('of connections that are open when a policy is written', () => {
  test.each<[string, FederationInput | undefined, FederationInput, string[]]>([
    ['a first policy, HTTP', undefined, http('frontend'), [shut, last]],
    ['a first policy, TCP', undefined, postgres('frontend'), [shut, drain]],
    ['a caller more, HTTP', http('frontend'), http('frontend', 'orders'), []],
    ['a caller more, TCP', postgres('frontend'), postgres('frontend', 'orders'), [drain]],
    ['a caller less, HTTP', http('frontend', 'orders'), http('frontend'), [last]],
    ['a caller less, TCP', postgres('frontend', 'orders'), postgres('frontend'), [drain]],
    ['another caller, HTTP', http('frontend'), http('orders'), [last]],
  ])('%s', (_, before, after, said) => {
    const notes = (before ? planFrom(before, after) : firstPlan(after)).notes.filter(({ text }) =>
      text.startsWith('pods '),
    );
    expect(notes.flatMap(({ text }) => text.replace(/^pods .*? in \S+: /, '').split('; '))).toEqual(said);
  });
});
