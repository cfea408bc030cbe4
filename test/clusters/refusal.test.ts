import { describe, expect, test } from 'vitest';
import { aboutObject, type Purpose } from '../../src/clusters/purpose.ts';
import { refusal } from '../../src/clusters/refusal.ts';
import type { ClusterError, ClusterReason } from '../../src/errors.ts';
import { statusBody } from '../support/api-server.ts';
import { serviceEntries } from '../support/objects.ts';

/** The bodies are those of a kube-apiserver 1.36, and of istiod's webhook. */

const where = { cluster: 'cluster-b', context: 'prod-b', server: 'https://api.example.net:6443' };
const about = (verb: Purpose['verb']) =>
  aboutObject(verb, { resource: serviceEntries, namespace: 'shop', name: 'backend-api' }, where);

interface Given {
  readonly verb?: Purpose['verb'];
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

const said = ({ verb = 'update', status, body, headers = {} }: Given): ClusterError =>
  refusal({ status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) }, about(verb), where);

const modified =
  'Operation cannot be fulfilled on serviceentries.networking.istio.io "backend-api": the object has been modified; please apply your changes to the latest version and try again';

describe('what an API server says', () => {
  test.each<[string, Given, ClusterReason, string]>([
    [
      '401',
      { status: 401, body: statusBody(401, 'Unauthorized', 'Unauthorized') },
      'unauthorized',
      'cluster-b does not accept the credentials of the context "prod-b".',
    ],
    [
      '403',
      {
        status: 403,
        body: statusBody(
          403,
          'Forbidden',
          'serviceentries.networking.istio.io "backend-api" is forbidden: User "ci" cannot patch resource "serviceentries" in API group "networking.istio.io" in the namespace "shop"',
        ),
      },
      'forbidden',
      'cluster-b does not allow it: User "ci" cannot patch resource "serviceentries" in API group "networking.istio.io" in the namespace "shop".',
    ],
    [
      'a namespace that goes',
      {
        status: 403,
        body: statusBody(
          403,
          'Forbidden',
          'serviceentries.networking.istio.io "backend-api" is forbidden: unable to create new content in namespace shop because it is being terminated',
          {
            causes: [
              {
                reason: 'NamespaceTerminating',
                message: 'namespace shop is being terminated',
                field: 'metadata.namespace',
              },
            ],
          },
        ),
      },
      'terminating',
      'The namespace of ServiceEntry shop/backend-api in cluster-b is being deleted.',
    ],
    [
      'a namespace that is missing',
      {
        status: 404,
        body: statusBody(404, 'NotFound', 'namespaces "shop" not found', { name: 'shop', kind: 'namespaces' }),
      },
      'namespace-missing',
      'The namespace shop of ServiceEntry shop/backend-api does not exist in cluster-b.',
    ],
    [
      'an object that is missing',
      {
        verb: 'read',
        status: 404,
        body: statusBody(404, 'NotFound', 'serviceentries "backend-api" not found', {
          name: 'backend-api',
          kind: 'serviceentries',
        }),
      },
      'not-found',
      'ServiceEntry shop/backend-api does not exist in cluster-b.',
    ],
    [
      'a group that is not served',
      { status: 404, body: '404 page not found\n' },
      'not-served',
      'cluster-b does not know networking.istio.io/v1 ServiceEntry.',
    ],
    [
      'a resource that is not served',
      { status: 404, body: statusBody(404, 'NotFound', 'the server could not find the requested resource') },
      'not-served',
      'cluster-b does not know networking.istio.io/v1 ServiceEntry.',
    ],
    [
      'another version',
      { status: 409, body: statusBody(409, 'Conflict', modified) },
      'changed',
      'ServiceEntry shop/backend-api in cluster-b was changed since it was read.',
    ],
    [
      'a create that came second',
      { verb: 'create', status: 409, body: statusBody(409, 'Conflict', modified) },
      'exists',
      'ServiceEntry shop/backend-api exists in cluster-b already.',
    ],
    [
      'an object that is gone',
      {
        status: 409,
        body: statusBody(
          409,
          'Conflict',
          'Operation cannot be fulfilled on serviceentries.networking.istio.io "backend-api": uid mismatch: the provided object specified uid U, and no existing object was found',
        ),
      },
      'replaced',
      'ServiceEntry shop/backend-api in cluster-b was deleted, and perhaps made again, since it was read.',
    ],
    [
      'an object that was made again',
      {
        status: 422,
        body: statusBody(422, 'Invalid', 'metadata.uid: Invalid value', {
          causes: [
            { reason: 'FieldValueInvalid', message: 'Invalid value: "a": field is immutable', field: 'metadata.uid' },
          ],
        }),
      },
      'replaced',
      'ServiceEntry shop/backend-api in cluster-b was deleted, and perhaps made again, since it was read.',
    ],
    [
      'a delete of another object',
      {
        verb: 'delete',
        status: 409,
        body: statusBody(
          409,
          'Conflict',
          'Operation cannot be fulfilled on ServiceEntry "backend-api": the UID in the precondition (A) does not match the UID in record (B). The object might have been deleted and then recreated',
        ),
      },
      'replaced',
      'ServiceEntry shop/backend-api in cluster-b was deleted, and perhaps made again, since it was read.',
    ],
    [
      'a delete of another version',
      {
        verb: 'delete',
        status: 409,
        body: statusBody(
          409,
          'Conflict',
          'Operation cannot be fulfilled on ServiceEntry "backend-api": the ResourceVersion in the precondition (302) does not match the ResourceVersion in record (304). The object might have been modified',
        ),
      },
      'changed',
      'ServiceEntry shop/backend-api in cluster-b was changed since it was read.',
    ],
    [
      'a body that is too large',
      { status: 413, body: statusBody(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728') },
      'too-large',
      'ServiceEntry shop/backend-api is too large for cluster-b: Request entity too large: limit is 3145728.',
    ],
    [
      'an object that is too large for etcd',
      { status: 500, body: statusBody(500, '', 'etcdserver: request is too large') },
      'too-large',
      'ServiceEntry shop/backend-api is too large for cluster-b: etcdserver: request is too large.',
    ],
    [
      'a field that the CRD does not have',
      {
        status: 500,
        body: statusBody(
          500,
          '',
          'failed to create typed patch object (shop/backend-api; networking.istio.io/v1, Kind=ServiceEntry): .spec.endpoints[0].adress: field not declared in schema',
        ),
      },
      'invalid',
      'cluster-b refuses ServiceEntry shop/backend-api: its networking.istio.io/v1 has no field spec.endpoints[0].adress.',
    ],
    [
      'a wrong type',
      {
        status: 500,
        body: statusBody(
          500,
          '',
          'failed to create typed patch object (shop/backend-api; networking.istio.io/v1, Kind=ServiceEntry): .spec.hosts: expected list, got &{x}',
        ),
      },
      'invalid',
      'cluster-b refuses ServiceEntry shop/backend-api: spec.hosts: expected list, got &{x}.',
    ],
    [
      'a value that the schema refuses, without the noise beside it',
      {
        status: 422,
        body: statusBody(
          422,
          'Invalid',
          'ServiceEntry.networking.istio.io "backend-api" is invalid: [spec.location: …]',
          {
            causes: [
              {
                reason: 'FieldValueNotSupported',
                message: 'Unsupported value: "MESH_INSIDE": supported values: "MESH_EXTERNAL", "MESH_INTERNAL"',
                field: 'spec.location',
              },
              { reason: 'FieldValueInvalid', message: 'some validation rules were not checked', field: '<nil>' },
            ],
          },
        ),
      },
      'invalid',
      'cluster-b refuses ServiceEntry shop/backend-api: spec.location: Unsupported value: "MESH_INSIDE": supported values: "MESH_EXTERNAL", "MESH_INTERNAL".',
    ],
    [
      'a webhook, whose answer has no reason',
      {
        status: 400,
        body: statusBody(
          400,
          '',
          'admission webhook "validation.istio.io" denied the request: configuration is invalid: unsupported protocol: POSTGRES',
        ),
      },
      'denied-by-webhook',
      'The webhook validation.istio.io in cluster-b refuses ServiceEntry shop/backend-api: configuration is invalid: unsupported protocol: POSTGRES',
    ],
    [
      'a policy',
      {
        status: 422,
        body: statusBody(
          422,
          'Invalid',
          `serviceentries "backend-api" is forbidden: ValidatingAdmissionPolicy 'owners' with binding 'all' denied request: no team label`,
        ),
      },
      'denied-by-webhook',
      'The policy owners in cluster-b refuses ServiceEntry shop/backend-api: no team label',
    ],
    [
      '429',
      { status: 429, body: statusBody(429, 'TooManyRequests', 'too many requests') },
      'throttled',
      'cluster-b has too much to do and did not take ServiceEntry shop/backend-api after several tries.',
    ],
    [
      'a webhook that is away',
      {
        status: 500,
        body: statusBody(
          500,
          'InternalError',
          'Internal error occurred: failed calling webhook "validation.istio.io": connection refused',
        ),
      },
      'server',
      'cluster-b failed (500) on ServiceEntry shop/backend-api: failed calling webhook "validation.istio.io": connection refused.',
    ],
    [
      '500 of a read',
      { verb: 'read', status: 500, body: statusBody(500, '', 'strange') },
      'server',
      'cluster-b failed (500) on ServiceEntry shop/backend-api: strange.',
    ],
    [
      'a gateway',
      { status: 503, body: '<html>no backends</html>', headers: { 'content-type': 'text/html' } },
      'server',
      'cluster-b failed (503) on ServiceEntry shop/backend-api: (text/html).',
    ],
    [
      'a media type that it does not take',
      { status: 415, body: statusBody(415, 'UnsupportedMediaType', 'accepted media types include: application/json') },
      'unexpected-answer',
      'cluster-b (https://api.example.net:6443) does not answer as an API server does: 415 accepted media types include: application/json.',
    ],
  ])('%s', (_, given, reason, message) => {
    const error = said(given);
    expect(error.reason).toBe(reason);
    expect(error.message).toBe(message);
    expect(error.object).toMatchObject({
      cluster: 'cluster-b',
      kind: 'ServiceEntry',
      namespace: 'shop',
      name: 'backend-api',
    });
  });
});

test('a field conflict names the managers and their fields', () => {
  const cause = (message: string, field: string) => ({ reason: 'FieldManagerConflict', message, field });
  const error = said({
    status: 409,
    body: statusBody(409, 'Conflict', 'Apply failed with 3 conflicts: …', {
      causes: [
        cause('conflict with "kubectl-edit" using networking.istio.io/v1', '.spec.resolution'),
        cause('conflict with "kubectl-edit" using networking.istio.io/v1', '.spec.hosts'),
        cause('conflict with "argocd"', '.metadata.labels.app'),
      ],
    }),
  });
  expect(error.reason).toBe('field-conflict');
  expect(error.conflicts).toEqual([
    { manager: 'kubectl-edit', fields: ['spec.resolution', 'spec.hosts'] },
    { manager: 'argocd', fields: ['metadata.labels.app'] },
  ]);
  expect(error.message).toBe(
    'Somebody else manages fields of ServiceEntry shop/backend-api in cluster-b: spec.resolution, spec.hosts (kubectl-edit); metadata.labels.app (argocd).',
  );
});

test.each<[string, Given, string]>([
  [
    'a field that does not exist',
    { status: 500, body: statusBody(500, '', '.spec.endpoints[0].adress: field not declared in schema') },
    'spec.endpoints[0].adress',
  ],
  [
    'a field of the wrong type',
    { status: 500, body: statusBody(500, '', '.spec.hosts: expected list, got &{x}') },
    'spec.hosts',
  ],
  [
    'a value that is refused',
    { status: 422, body: statusBody(422, 'Invalid', 'no', { causes: [{ message: 'no', field: 'spec.location' }] }) },
    'spec.location',
  ],
])('the object of an error points at %s', (_, given, field) => {
  expect(said(given).object?.field).toBe(field);
});

test('the audit id of an answer is kept', () => {
  expect(said({ status: 403, body: statusBody(403, 'Forbidden', 'no'), headers: { 'audit-id': 'a-1' } }).auditId).toBe(
    'a-1',
  );
});

test('somebody without credentials is told so', () => {
  const message =
    'serviceentries.networking.istio.io is forbidden: User "system:anonymous" cannot list resource "serviceentries"';
  expect(said({ status: 403, body: statusBody(403, 'Forbidden', message) }).hint).toBe(
    'The context "prod-b" has no credentials.',
  );
});
