import { expect, test } from 'vitest';
import { type Action, actionsOf, actionsOfSteps, rolesFor } from '../../src/plan/permissions.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import { federation } from '../support/federation.ts';
import { observation } from '../support/observation.ts';
import { rendered } from '../support/simulate.ts';

const { federation: shop, manifests } = rendered(federation());
const text = ({ verb, resource: { plural }, namespace, name }: Action): string =>
  [verb, plural, ...(namespace ? [`in ${namespace}`] : []), ...(name ? [name] : [])].join(' ');

test('a role has each kind with the same verbs in one rule, and a Namespace has one role', () => {
  const own = manifests.filter(({ cluster }) => cluster === 'cluster-b');
  const roles = rolesFor('aegis-xc-shop', actionsOf(own));
  expect(roles.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
    ['ClusterRole', undefined],
    ['Role', 'aegis-xc-system'],
    ['Role', 'default'],
    ['Role', 'istio-system'],
  ]);
  expect(roles[2]).toMatchObject({
    metadata: { name: 'aegis-xc-shop' },
    rules: [
      {
        apiGroups: ['security.istio.io'],
        resources: ['authorizationpolicies', 'peerauthentications'],
        verbs: ['get', 'list', 'create', 'patch', 'delete'],
      },
    ],
  });
  expect(roles[0]).toMatchObject({
    rules: [
      {
        resources: ['namespaces'],
        resourceNames: ['aegis-xc-system', 'default', 'istio-system', 'kube-system'],
        verbs: ['get'],
      },
    ],
  });
});

test('nobody is allowed to make Namespaces, or to do anything with all kinds', () => {
  const roles = rolesFor('aegis-xc-shop', actionsOf(manifests));
  expect(JSON.stringify(roles)).not.toContain('*');
  expect(
    actionsOf(manifests).filter(({ verb, resource }) => resource.plural === 'namespaces' && verb !== 'get'),
  ).toEqual([]);
});

test('a plan asks for what it writes, and for what going back would write', () => {
  const plan = buildPlan({
    federation: shop,
    manifests,
    observations: [observation('cluster-a'), observation('cluster-b')],
  });
  const of = (cluster: string, hasRecords: boolean): string[] =>
    actionsOfSteps(
      plan.steps.filter((step) => step.cluster === cluster),
      hasRecords,
    ).map(text);
  expect(of('cluster-b', true)).toEqual(
    expect.arrayContaining([
      'create gateways in istio-system',
      'patch gateways in istio-system',
      'delete gateways in istio-system',
    ]),
  );
  expect(of('cluster-b', true)).not.toContain('create namespaces');
  expect(of('cluster-b', false)).toContain('create namespaces');
  expect(of('cluster-a', true)).toEqual(expect.arrayContaining(['create namespaces', 'patch namespaces aegis-xc']));
});
