import { describe, expect, test } from 'vitest';
import type { Inventory } from '../../src/plan/inventory.ts';
import type { LiveObject } from '../../src/plan/live.ts';
import type { Observation } from '../../src/plan/observation.ts';
import { buildPlan, type Course, type Plan } from '../../src/plan/plan.ts';
import { preImages } from '../../src/plan/pre-image.ts';
import { fromKept } from '../../src/plan/records.ts';
import { type FederationInput, federation, provider, service } from '../support/federation.ts';
import { afterSteps, applied, rendered } from '../support/simulate.ts';

const spec = (difference: Parameters<typeof service>[0] = {}): FederationInput =>
  federation({ services: { 'backend-api': service(difference) } });

/** As a merge-patch of one of our annotations leaves an object: the field is the editor's alone. */
const edited = (live: LiveObject): LiveObject => ({
  ...live,
  metadata: {
    ...live.metadata,
    annotations: { ...live.metadata.annotations, 'aegis-xc.dev/cluster': 'edited' },
    managedFields: [
      ...(live.metadata.managedFields ?? []).map((entry) => ({
        ...entry,
        fieldsV1: JSON.parse(JSON.stringify(entry.fieldsV1).replace('"f:aegis-xc.dev/cluster":{},', '')),
      })),
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
const planBack = (from: FederationInput, to: FederationInput, kind: string): Plan =>
  planAfterEdit(from, to, { kind, course: { kind: 'back', revision: 1 } });

function planAfterEdit(
  from: FederationInput,
  to: FederationInput,
  {
    kind,
    edit = edited,
    ...how
  }: { kind: string; edit?: (live: LiveObject) => LiveObject; course?: Course; takeOver?: boolean },
): Plan {
  const observations = applied(from).map(
    (one): Observation => ({
      ...one,
      objects: new Map([...one.objects].map(([key, live]) => [key, live.kind === kind ? edit(live) : live])),
    }),
  );
  return buildPlan({ ...rendered(to), observations, ...how });
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

  test('stays there where it would go, and is named', () => {
    const plan = planBack(more, spec(), 'ProxyConfig');
    expect(plan.leftAlone.map(({ op, id }) => `${op} ${id.kind} ${id.namespace}`)).toEqual([
      'update ProxyConfig shop',
      'delete ProxyConfig data',
    ]);
    expect(plan.steps.map(({ id }) => id.kind)).not.toContain('ProxyConfig');
    expect(plan.diagnostics.map(({ code }) => code)).toEqual(['AXC5004', 'AXC5004']);
  });
});

const more = federation({
  services: {
    'backend-api': service(),
    'orders-db': service({
      port: { number: 5432, protocol: 'TCP' },
      preset: 'postgres',
      providers: { 'cluster-b': provider({ namespace: 'data', workload: { app: 'orders-db' } }) },
    }),
  },
});
/** Somebody's own annotation, which is nobody's edit of ours. */
const annotated = (live: LiveObject): LiveObject => ({
  ...live,
  metadata: {
    ...live.metadata,
    annotations: { ...live.metadata.annotations, 'example.com/note': 'seen' },
    managedFields: [
      ...(live.metadata.managedFields ?? []),
      {
        manager: 'kubectl-annotate',
        operation: 'Update',
        apiVersion: live.apiVersion,
        fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:example.com/note': {} } } },
      },
    ],
  },
});

describe('what somebody else has changed and nobody wants any more', () => {
  test.for([
    ['is named, with who has changed what', edited, ['kubectl-edit']],
    ['goes with what others have noted on it', annotated, []],
  ] as const)('%s', ([, edit, heldBy]) => {
    const { steps, diagnostics } = planAfterEdit(more, spec(), { kind: 'AuthorizationPolicy', edit });
    const goes = steps.filter(({ op, id }) => op === 'delete' && id.kind === 'AuthorizationPolicy');
    expect(goes).toMatchObject([{ id: { namespace: 'data' }, heldBy }]);
    const said = diagnostics.filter(({ object }) => object?.namespace === 'data').map(({ message }) => message);
    expect(said).toEqual(
      heldBy.map(
        (who) =>
          `metadata.annotations["aegis-xc.dev/cluster"] of AuthorizationPolicy data/shop-orders-db in cluster-b was changed by ${who}`,
      ),
    );
  });
});

describe('on the way back, what was there and the inventory had lost', () => {
  test.each<[string, (inventory: Inventory | undefined) => Inventory | undefined]>([
    ['with some of its objects', (one) => one && { ...one, items: one.items.filter(({ kind }) => kind !== 'Gateway') }],
    ['with all of them', () => undefined],
  ])('%s, stays and is as it was', (_, lose) => {
    const there = applied(calledBy('frontend')).map((one) => ({ ...one, inventory: lose(one.inventory) }));
    const one = rendered(calledBy('orders'));
    const plan = buildPlan({ ...one, observations: there });
    const before = there.flatMap((observation) => {
      const wanted = one.manifests.filter(({ cluster }) => cluster === observation.cluster);
      return fromKept(observation.cluster, preImages('shop', observation, wanted));
    });
    const observations = afterSteps(plan, plan.steps, 'applying');
    const back = buildPlan({ ...one, manifests: before, observations, course: { kind: 'back', revision: 0 } });
    expect(plan.steps.map(({ op, id }) => `${op} ${id.kind}`)).toContain('update AuthorizationPolicy');
    expect(afterSteps(back).map(({ objects }) => objects)).toEqual(there.map(({ objects }) => objects));
    expect(back.diagnostics).toEqual([]);
  });
});
