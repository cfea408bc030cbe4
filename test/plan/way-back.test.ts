import { describe, expect, test } from 'vitest';
import type { LiveObject } from '../../src/plan/live.ts';
import type { Observation } from '../../src/plan/observation.ts';
import { buildPlan, type Plan } from '../../src/plan/plan.ts';
import { type FederationInput, federation, provider, service } from '../support/federation.ts';
import { applied, rendered } from '../support/simulate.ts';

const spec = (difference: Parameters<typeof service>[0] = {}): FederationInput =>
  federation({ services: { 'backend-api': service(difference) } });

/** As a merge-patch of one of our annotations leaves an object. */
const edited = (live: LiveObject): LiveObject => ({
  ...live,
  metadata: {
    ...live.metadata,
    annotations: { ...live.metadata.annotations, 'aegis-xc.dev/cluster': 'edited' },
    managedFields: [
      ...(live.metadata.managedFields ?? []),
      {
        manager: 'kubectl-edit',
        operation: 'Update',
        apiVersion: live.apiVersion,
        fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:aegis-xc.dev/cluster': {} } } },
      },
    ],
  },
});

/** Back from one spec to another, after somebody has edited the objects of a kind. */
function planBack(from: FederationInput, to: FederationInput, kind: string): Plan {
  const observations = applied(from).map(
    (one): Observation => ({
      ...one,
      objects: new Map([...one.objects].map(([key, live]) => [key, live.kind === kind ? edited(live) : live])),
    }),
  );
  return buildPlan({ ...rendered(to), observations, course: { kind: 'back', revision: 1 } });
}

const calledBy = (serviceAccount: string) =>
  spec({ consumers: [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount }] });

describe('on the way back, what somebody else has changed since', () => {
  test('is left alone with all its writes, and named', () => {
    const plan = planBack(calledBy('orders'), calledBy('frontend'), 'AuthorizationPolicy');
    expect(plan.steps).toEqual([]);
    expect(plan.leftAlone.map(({ id, stage }) => `${stage} ${id.kind}`)).toEqual([
      'guard AuthorizationPolicy',
      'tighten AuthorizationPolicy',
    ]);
    expect(plan.diagnostics).toMatchObject([{ code: 'AXC5004', severity: 'warning' }]);
  });

  test('holds up the way where calls would break without it', () => {
    const moved = spec({ providers: { 'cluster-b': provider({ namespace: 'other' }) } });
    const plan = planBack(moved, spec(), 'Gateway');
    expect(plan.leftAlone.map(({ id }) => id.kind)).toContain('Gateway');
    const [finding] = plan.diagnostics.filter(({ severity }) => severity === 'error');
    expect(finding).toMatchObject({ code: 'AXC5006', hint: expect.stringContaining('--take-over') });
  });
});
