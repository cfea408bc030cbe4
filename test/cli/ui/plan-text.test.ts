import { describe, expect, test } from 'vitest';
import { plain } from '../../../src/cli/ui/colour.ts';
import { planMarkdown } from '../../../src/cli/ui/plan-markdown.ts';
import { planText } from '../../../src/cli/ui/plan-text.ts';
import { clusterStatus } from '../../../src/plan/status.ts';
import { type FederationInput, federation, service } from '../../support/federation.ts';
import { applied, planFrom, rendered } from '../../support/simulate.ts';

const calledBy = (serviceAccount: string): FederationInput =>
  federation({
    services: { 'backend-api': service({ consumers: [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount }] }) },
  });

describe('an object that is written twice', () => {
  const plan = planFrom(calledBy('frontend'), calledBy('orders'));
  const prepared = { plan, dryRun: { accepted: 2, skipped: [], diagnostics: [] }, diagnostics: [] };

  test('is shown in both stages, and is one in every total', () => {
    const text = planText(prepared, { paint: plain, full: false });
    expect(text).toContain(
      'guard (who may call, before anybody can)\n  cluster-b\n    ~ AuthorizationPolicy default/shop-backend-api (old and new together)',
    );
    expect(text).toContain('    ~ AuthorizationPolicy default/shop-backend-api (the new alone)');
    expect(text).toContain('shop: 0 to create, 1 to change, 0 to delete');
    expect(text).toMatch(/^cluster-b +prod-cluster-b +1 +0 +1 +0 +/m);
    expect(planMarkdown(prepared)).toContain('0 to create, 1 to change, 0 to delete');
  });

  test('is one that is pending', () => {
    const [, there] = applied(calledBy('frontend'));
    if (there === undefined) throw new Error('there are two clusters');
    const { pending, state } = clusterStatus(
      'shop',
      rendered(calledBy('orders')).manifests,
      there,
      applied(calledBy('frontend')),
    );
    expect(state).toBe('behind');
    expect(pending.map(({ id }) => id.kind)).toEqual(['AuthorizationPolicy']);
  });
});
