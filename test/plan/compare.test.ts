import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/json.ts';
import type { KubeObject } from '../../src/manifests/manifest.ts';
import { type FieldChange, ownedFields, sameAsLive } from '../../src/plan/compare.ts';
import type { LiveObject } from '../../src/plan/live.ts';
import { applied, withEntry } from '../support/server-side-apply.ts';

/** `compare.cluster.test.ts` holds the same function against a real API server. */

const ours = 'aegis-xc.shop';
const entry: KubeObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'ServiceEntry',
  metadata: { name: 'shop-backend-api', namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'aegis-xc' } },
  spec: {
    hosts: ['backend-api.cluster-b.local'],
    resolution: 'STATIC',
    ports: [
      { name: 'http', number: 80, protocol: 'HTTP' },
      { name: 'grpc', number: 81, protocol: 'GRPC' },
    ],
    endpoints: [{ address: '203.0.113.20', ports: { http: 15443 } }],
  },
};
const spec = entry.spec as JsonObject;
const withSpec = (change: JsonObject): KubeObject => ({ ...entry, spec: { ...spec, ...change } });

const changes = (wanted: KubeObject, live: LiveObject): readonly FieldChange[] => {
  const result = sameAsLive(wanted, live, ours);
  return result === 'same' ? [] : result.changed;
};

describe('the fields that an apply owns', () => {
  test('are leaves: lists as a whole, but for the ports of a ServiceEntry', () => {
    expect(ownedFields(entry)).toEqual({
      'f:metadata': { 'f:labels': { 'f:app.kubernetes.io/managed-by': {} } },
      'f:spec': {
        'f:hosts': {},
        'f:resolution': {},
        'f:ports': {
          'k:{"name":"http"}': { 'f:name': {}, 'f:number': {}, 'f:protocol': {} },
          'k:{"name":"grpc"}': { 'f:name': {}, 'f:number': {}, 'f:protocol': {} },
        },
        'f:endpoints': {},
      },
    });
  });

  test.each<[string, KubeObject, JsonObject]>([
    ['nothing but a name', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'y' } }, {}],
    [
      'empty objects and lists',
      { apiVersion: 'a/v1', kind: 'X', metadata: { name: 'x', labels: {} }, spec: { a: {}, b: [] } },
      { 'f:metadata': { 'f:labels': {} }, 'f:spec': { 'f:a': {}, 'f:b': {} } },
    ],
    [
      'a Service: ports by number and protocol, the selector as a whole',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'x' },
        spec: { selector: { app: 'kafka' }, ports: [{ name: 'tcp', port: 9094 }] },
      },
      {
        'f:spec': {
          'f:selector': {},
          'f:ports': { 'k:{"port":9094,"protocol":"TCP"}': { 'f:name': {}, 'f:port': {} } },
        },
      },
    ],
    [
      'a NetworkPolicy: the pod selector as a whole',
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'x' },
        spec: { podSelector: { matchLabels: { a: 'b' } }, ingress: [{}] },
      },
      { 'f:spec': { 'f:podSelector': {}, 'f:ingress': {} } },
    ],
  ])('of %s', (_, object, fields) => {
    expect(ownedFields(object)).toEqual(fields);
  });
});

describe('the same as live', () => {
  const live = applied(entry, ours);

  test.each<[string, KubeObject, LiveObject]>([
    ['is what we applied', entry, live],
    [
      'whatever the order of keys',
      withSpec({ resolution: 'STATIC', endpoints: [{ ports: { http: 15443 }, address: '203.0.113.20' }] }),
      live,
    ],
    [
      'with a status and with labels of others',
      entry,
      {
        ...live,
        status: { addresses: [] },
        metadata: { ...live.metadata, generation: 3, labels: { ...live.metadata.labels, team: 'shop' } },
      },
    ],
    [
      'with fields that somebody shares with us',
      entry,
      withEntry(live, { manager: 'argocd', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:resolution': {} } } }),
    ],
    [
      'with parents that the server notes',
      entry,
      {
        ...live,
        metadata: {
          ...live.metadata,
          managedFields: [
            {
              manager: ours,
              operation: 'Apply',
              apiVersion: entry.apiVersion,
              fieldsV1: { ...ownedFields(entry), '.': {} },
            },
          ],
        },
      },
    ],
    [
      'with a port of somebody else',
      entry,
      {
        ...live,
        spec: {
          ...spec,
          ports: [
            { name: 'http', number: 80, protocol: 'HTTP' },
            { name: 'debug', number: 9, protocol: 'TCP' },
            { name: 'grpc', number: 81, protocol: 'GRPC' },
          ],
        },
      },
    ],
    [
      'is a Namespace, whatever it has',
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { a: 'b' } } },
      applied({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, 'somebody'),
    ],
  ])('%s', (_, wanted, there) => {
    expect(sameAsLive(wanted, there, ours)).toBe('same');
  });

  test('is a Service to which the server added its defaults', () => {
    const service: KubeObject = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'x' },
      spec: { ports: [{ name: 'tcp', port: 9094, targetPort: 9094 }] },
    };
    const there = applied(service, ours);
    const defaults = {
      clusterIP: '10.96.0.7',
      type: 'ClusterIP',
      ports: [{ name: 'tcp', port: 9094, targetPort: 9094, protocol: 'TCP' }],
    };
    expect(sameAsLive(service, { ...there, spec: defaults }, ours)).toBe('same');
  });
});

describe('a difference', () => {
  const live = applied(entry, ours);
  const edited = withEntry(applied(withSpec({ resolution: 'DNS' }), ours), {
    manager: 'kubectl-edit',
    fieldsV1: { 'f:spec': { 'f:resolution': {} } },
  });
  const without = (fields: JsonObject): LiveObject => ({
    ...live,
    metadata: {
      ...live.metadata,
      managedFields: [{ manager: ours, operation: 'Apply', apiVersion: entry.apiVersion, fieldsV1: fields }],
    },
  });
  const { resolution: _, ...withoutResolution } = spec;

  test.each<[string, KubeObject, LiveObject, FieldChange[]]>([
    [
      'that we want',
      withSpec({ resolution: 'DNS' }),
      live,
      [{ path: 'spec.resolution', kind: 'set', wanted: 'DNS', live: 'STATIC', managers: [] }],
    ],
    [
      'that somebody made is named with who it was',
      entry,
      edited,
      [{ path: 'spec.resolution', kind: 'set', wanted: 'STATIC', live: 'DNS', managers: ['kubectl-edit'] }],
    ],
    [
      'in a list is the whole list',
      withSpec({ hosts: ['a.example'] }),
      live,
      [{ path: 'spec.hosts', kind: 'set', wanted: ['a.example'], live: ['backend-api.cluster-b.local'], managers: [] }],
    ],
    [
      'in a port names the port',
      withSpec({
        ports: [
          { name: 'http', number: 8080, protocol: 'HTTP' },
          { name: 'grpc', number: 81, protocol: 'GRPC' },
        ],
      }),
      live,
      [{ path: 'spec.ports[name=http].number', kind: 'set', wanted: 8080, live: 80, managers: [] }],
    ],
    [
      'in the order of ports is one',
      withSpec({
        ports: [
          { name: 'grpc', number: 81, protocol: 'GRPC' },
          { name: 'http', number: 80, protocol: 'HTTP' },
        ],
      }),
      live,
      [
        {
          path: 'spec.ports',
          kind: 'set',
          wanted: [
            { name: 'grpc', number: 81, protocol: 'GRPC' },
            { name: 'http', number: 80, protocol: 'HTTP' },
          ],
          live: [
            { name: 'http', number: 80, protocol: 'HTTP' },
            { name: 'grpc', number: 81, protocol: 'GRPC' },
          ],
          managers: [],
        },
      ],
    ],
    [
      'of a field that is missing',
      entry,
      { ...live, spec: withoutResolution },
      [{ path: 'spec.resolution', kind: 'set', wanted: 'STATIC', live: undefined, managers: [] }],
    ],
    [
      'of a field that we no longer want',
      { ...entry, spec: withoutResolution },
      live,
      [{ path: 'spec.resolution', kind: 'remove', wanted: undefined, live: 'STATIC', managers: [] }],
    ],
    [
      'of a label, whose name is quoted',
      { ...entry, metadata: { ...entry.metadata, labels: { 'app.kubernetes.io/managed-by': 'helm' } } },
      live,
      [
        {
          path: 'metadata.labels["app.kubernetes.io/managed-by"]',
          kind: 'set',
          wanted: 'helm',
          live: 'aegis-xc',
          managers: [],
        },
      ],
    ],
    [
      'of ownership: the value is right and nobody holds it',
      entry,
      without({ ...ownedFields({ ...entry, spec: withoutResolution }) }),
      [{ path: 'spec.resolution', kind: 'own', wanted: 'STATIC', live: 'STATIC', managers: [] }],
    ],
    [
      'of apiVersion in our entry',
      entry,
      applied({ ...entry, apiVersion: 'networking.istio.io/v1beta1' }, ours),
      [
        {
          path: 'apiVersion',
          kind: 'own',
          wanted: 'networking.istio.io/v1',
          live: 'networking.istio.io/v1beta1',
          managers: [],
        },
      ],
    ],
  ])('%s', (_, wanted, there, expected) => {
    expect(changes(wanted, there)).toEqual(expected);
  });

  test('is everything where we own nothing, and an Update under our name is somebody else', () => {
    const posted = withEntry(
      { ...live, metadata: { ...live.metadata, managedFields: [] } },
      { manager: ours, fieldsV1: ownedFields(entry) },
    );
    const result = changes(entry, posted);
    expect(result.map(({ kind }) => kind)).toEqual(Array(10).fill('own'));
    expect(result.map(({ managers }) => managers)).toEqual(Array(10).fill([ours]));
  });

  test('inside something that we hold as empty is one', () => {
    const policy = (mtls: JsonObject): KubeObject => ({
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: { name: 'x' },
      spec: { mtls },
    });
    const there = { ...applied(policy({}), ours), spec: { mtls: { mode: 'STRICT' } } };
    expect(changes(policy({ mode: 'STRICT' }), there).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'own spec.mtls.mode',
      'remove spec.mtls',
    ]);
  });

  test('of what a server keeps as a whole is one, also where something is left out', () => {
    const service = (selector: JsonObject): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'x' },
      spec: { selector },
    });
    const there = applied(service({ app: 'kafka', version: 'v37' }), ours);
    expect(changes(service({ app: 'kafka' }), there).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'set spec.selector',
    ]);
  });

  test('of a NetworkPolicy beside its defaults is found', () => {
    const policy = (port: number): KubeObject => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'x' },
      spec: { podSelector: {}, ingress: [{ ports: [{ port }] }] },
    });
    const there = {
      ...applied(policy(15443), ours),
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 15443, protocol: 'TCP' }] }] },
    };
    expect(sameAsLive(policy(15443), there, ours)).toBe('same');
    expect(changes(policy(15444), there).map(({ path }) => path)).toEqual(['spec.ingress']);
  });
});
