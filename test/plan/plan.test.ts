import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../src/manifests/manifest.ts';
import type { Federation } from '../../src/model/federation.ts';
import { compile } from '../../src/pipeline.ts';
import { ownedFields } from '../../src/plan/compare.ts';
import type { Inventory } from '../../src/plan/inventory.ts';
import type { LiveObject } from '../../src/plan/live.ts';
import type { Observation } from '../../src/plan/observation.ts';
import { buildPlan, isEmpty, type Plan } from '../../src/plan/plan.ts';
import { stages } from '../../src/plan/stages.ts';
import { specText, federation as validSpec } from '../support/federation.ts';
import { observation } from '../support/observation.ts';

/** A federation of one service, as it was just rendered. */
function compiled(overrides?: Parameters<typeof validSpec>[0]): {
  federation: Federation;
  manifests: readonly Manifest[];
} {
  const { federation, manifests, diagnostics } = compile({
    file: 'federation.yaml',
    text: specText(validSpec(overrides)),
  });
  if (federation === undefined || manifests === undefined) throw new Error(JSON.stringify(diagnostics));
  return { federation, manifests };
}

const rendered = compiled();
const { federation, manifests } = rendered;
const names = federation.clusters.map(({ name }) => name);

/** Every Namespace that the manifests are in is there. */
const namespaces = new Map(
  manifests.flatMap(({ object }) => object.metadata.namespace ?? []).map((name) => [name, 'active' as const]),
);
const empty = (cluster: string, difference: Partial<Observation> = {}): Observation =>
  observation(cluster, { namespaces, ...difference });

/** The clusters as they are after a plan was done, and nothing has happened since. */
function afterwards(plan: Plan, change: (live: LiveObject) => LiveObject = (same) => same): Observation[] {
  return plan.clusters.map(({ observation: before, inventoryAfter }) => {
    const written = plan.steps.flatMap((step) =>
      step.cluster === before.cluster && step.op === 'create' ? [change(asWritten(step.object))] : [],
    );
    const uids = new Map(written.map(({ metadata }) => [metadata.name, metadata.uid]));
    const inventory: Inventory = {
      ...inventoryAfter,
      items: inventoryAfter.items.map((item) => ({ ...item, uid: uids.get(item.name) })),
    };
    return observation(before.cluster, { namespaces, inventory, live: written });
  });
}

const asWritten = (object: LiveObject | Manifest['object']): LiveObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    uid: `uid-of-${object.kind}-${object.metadata.name}`,
    resourceVersion: '7',
    managedFields: [
      {
        manager: `aegis-xc.${federation.name}`,
        operation: 'Apply',
        apiVersion: object.apiVersion,
        fieldsV1: ownedFields(object),
      },
    ],
  },
});

const first = buildPlan({ ...rendered, observations: names.map((name) => empty(name)) });

describe('a first plan', () => {
  test('creates every object once, in the order of the stages', () => {
    expect(first.steps).toHaveLength(manifests.length);
    expect(new Set(first.steps.map(({ op }) => op))).toEqual(new Set(['create']));
    const order = first.steps.map(({ stage }) => stages.indexOf(stage));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(first).toMatchObject({ revision: 1, diagnostics: [] });
  });

  test('puts our label on everything but the import Namespace', () => {
    for (const step of first.steps) {
      if (step.op !== 'create') continue;
      const { labels } = step.object.metadata;
      expect(labels?.['aegis-xc.dev/federation']).toBe(step.id.kind === 'Namespace' ? undefined : federation.name);
    }
  });

  test('says whom the first policy shuts out, and which pods have to be restarted', () => {
    const texts = first.notes.map(({ text }) => text).join('\n');
    expect(texts).toMatch(/every port lets in only the callers of the spec/);
    expect(texts).toMatch(/restart those that are running/);
  });
});

describe('a plan for what is there', () => {
  test('is empty when nothing has changed', () => {
    const again = buildPlan({ ...rendered, observations: afterwards(first) });
    expect(again.steps).toEqual([]);
    expect(isEmpty(again)).toBe(true);
    expect(again.revision).toBe(1);
  });

  test('is not empty when the last run was not finished', () => {
    const observations = afterwards(first).map((one) => ({
      ...one,
      ...(one.inventory && { inventory: { ...one.inventory, state: 'applying' as const } }),
    }));
    const again = buildPlan({ ...rendered, observations });
    expect(isEmpty(again)).toBe(false);
    expect(again.notes.map(({ text }) => text).join('\n')).toMatch(/was not finished here/);
  });

  test('sets back what somebody has changed, and says that it is drift', () => {
    const observations = afterwards(first, (live) =>
      live.kind === 'DestinationRule' ? { ...live, spec: { host: 'elsewhere.example' } } : live,
    );
    const plan = buildPlan({ ...rendered, observations });
    expect(plan.steps).toMatchObject([{ op: 'update', id: { kind: 'DestinationRule' }, drift: true }]);
  });

  test('deletes what is in the inventory and no longer wanted, callers first', () => {
    const plan = buildPlan({ federation, manifests: [], observations: afterwards(first) });
    const namespaced = manifests.filter(({ object }) => object.kind !== 'Namespace');
    expect(plan.steps).toHaveLength(namespaced.length);
    const kinds = plan.steps.map(({ id }) => id.kind);
    expect(kinds.indexOf('ServiceEntry')).toBeLessThan(kinds.indexOf('Gateway'));
    expect(kinds.indexOf('Gateway')).toBeLessThan(kinds.indexOf('AuthorizationPolicy'));
    expect(kinds).not.toContain('Namespace');
    expect(plan.notes.map(({ text }) => text).join('\n')).toMatch(/may call them again/);
  });

  test('leaves alone what has changed hands', () => {
    const observations = afterwards(first, (live) =>
      live.kind === 'Gateway'
        ? { ...live, metadata: { ...live.metadata, uid: 'made-anew', labels: {}, managedFields: [] } }
        : live,
    ).map((one) => ({
      ...one,
      ...(one.inventory && {
        inventory: { ...one.inventory, items: one.inventory.items.map((item) => ({ ...item, uid: 'the-old-one' })) },
      }),
    }));
    const plan = buildPlan({ federation, manifests: [], observations });
    expect(plan.steps.map(({ id }) => id.kind)).not.toContain('Gateway');
    expect(plan.diagnostics).toMatchObject([{ code: 'AXC5003', severity: 'warning' }]);
  });
});

describe('a plan is refused', () => {
  const provider = names[1] ?? '';
  test.each<[string, Partial<Observation>, string]>([
    ['when two contexts are one cluster', { uid: `uid-of-${names[0]}` }, 'AXC4001'],
    ['when Kubernetes is too old', { version: { major: 1, minor: 29, gitVersion: 'v1.29.3' } }, 'AXC4003'],
    ['when a kind is not served', { notServed: manifests.slice(-1).map(({ resource }) => resource) }, 'AXC4004'],
    ['when a Namespace is missing', { namespaces: new Map() }, 'AXC4006'],
    [
      'when a Namespace is being deleted',
      { namespaces: new Map([...namespaces.keys()].map((name) => [name, 'terminating'])) },
      'AXC4006',
    ],
  ])('%s', (_, difference, code) => {
    const observations = names.map((name) => empty(name, name === provider ? difference : {}));
    const { diagnostics } = buildPlan({ ...rendered, observations });
    expect(diagnostics.map((one) => one.code)).toContain(code);
    expect(diagnostics.every(({ severity }) => severity === 'error')).toBe(true);
  });

  test('when a pinned cluster is another one', () => {
    const { federation: pinned } = rendered;
    const clusters = pinned.clusters.map((cluster) => ({ ...cluster, uid: '5c1d7a52-0000-4000-8000-000000000000' }));
    const plan = buildPlan({
      federation: { ...pinned, clusters },
      manifests,
      observations: names.map((name) => empty(name)),
    });
    expect(plan.diagnostics.map(({ code }) => code)).toEqual(['AXC4002', 'AXC4002']);
  });

  test('when an object of that name is somebody else’s', () => {
    const [manifest] = manifests.filter(({ object }) => object.kind === 'Gateway');
    if (manifest === undefined) throw new Error('the provider has a Gateway');
    const foreign: LiveObject = {
      ...manifest.object,
      metadata: { ...manifest.object.metadata, uid: 'uid-of-another', resourceVersion: '3' },
    };
    const observations = names.map((name) =>
      observation(name, { namespaces, live: name === manifest.cluster ? [foreign] : [] }),
    );
    const { diagnostics } = buildPlan({ ...rendered, observations });
    expect(diagnostics).toMatchObject([{ code: 'AXC5001', object: { kind: 'Gateway' } }]);
  });

  test('when a cluster that took part is not in the spec any more', () => {
    const observations = afterwards(first).map((one) => ({
      ...one,
      ...(one.inventory && {
        inventory: {
          ...one.inventory,
          participants: [...one.inventory.participants, { name: 'cluster-c', uid: 'uid-of-c' }],
        },
      }),
    }));
    expect(buildPlan({ ...rendered, observations }).diagnostics).toMatchObject([
      { code: 'AXC4007', message: expect.stringContaining('cluster-c takes part') },
    ]);
  });
});

test('a CA that a mesh signs with is left alone, also where it is ours and the spec wants another one', () => {
  const withIssuer = (issuer: string) => compiled({ trust: { certManager: { issuer } } });
  const { federation: withCa, manifests: wanted } = withIssuer('company-root');
  const running = buildPlan({
    federation: withCa,
    manifests: wanted,
    observations: names.map((name) => empty(name, { meshRuns: true })),
  });
  expect(running.steps.filter(({ id }) => id.kind === 'Certificate')).toEqual([]);
  expect(running.notes.map(({ text }) => text).join('\n')).toMatch(/its CA is left alone/);
  const fresh = buildPlan({ federation: withCa, manifests: wanted, observations: names.map((name) => empty(name)) });
  expect(fresh.steps.filter(({ id }) => id.kind === 'Certificate')).toHaveLength(2);

  const later = afterwards(fresh).map((one) => ({ ...one, meshRuns: true }));
  const { federation: other, manifests } = withIssuer('another-root');
  const changed = buildPlan({ federation: other, manifests, observations: later });
  expect(changed.steps.filter(({ id }) => id.kind === 'Certificate')).toEqual([]);
  for (const { inventoryAfter } of changed.clusters)
    expect(inventoryAfter.items.filter(({ kind }) => kind === 'Certificate')).toHaveLength(1);
});

describe('a CA that a mesh signs with stays, is named and is kept in the inventory', () => {
  const withCa = compiled({ trust: { certManager: { issuer: 'company-root' } } });
  const elsewhere = compiled({ trust: { certManager: { issuer: 'company-root', namespace: 'other-mesh' } } });
  const fresh = buildPlan({ ...withCa, observations: names.map((name) => empty(name)) });

  test.each<[string, { federation: Federation; manifests: readonly Manifest[] }]>([
    ['when `trust.certManager` is taken out', rendered],
    ['when its Namespace changes', elsewhere],
    ['when the federation is deleted', { federation: withCa.federation, manifests: [] }],
  ])('%s', (_, wanted) => {
    const planned = (meshRuns: boolean): Plan =>
      buildPlan({
        ...wanted,
        observations: afterwards(fresh).map((one) => ({
          ...one,
          meshRuns,
          namespaces: new Map([...namespaces, ['other-mesh', 'active']]),
        })),
      });
    const deleted = ({ steps }: Plan) => steps.filter(({ op, id }) => op === 'delete' && id.kind === 'Certificate');
    expect(deleted(planned(false))).toHaveLength(2);

    const plan = planned(true);
    expect(plan.steps.filter(({ id }) => id.kind === 'Certificate')).toEqual([]);
    expect(plan.diagnostics).toMatchObject(
      names.map((name) => ({
        code: 'AXC5008',
        severity: 'warning',
        message: `Certificate istio-system/shop-istio-ca in ${name} is no longer wanted, but a mesh that runs has its CA from it: it stays`,
        hint: expect.stringContaining('kubectl delete certificate -n istio-system shop-istio-ca'),
      })),
    );
    for (const { inventoryAfter } of plan.clusters)
      expect(inventoryAfter.items).toContainEqual(expect.objectContaining({ kind: 'Certificate', stage: 'trust' }));
  });
});
