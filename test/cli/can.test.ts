import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { aegisXc } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';

const fence = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: fence, namespace: backend }
spec:
  action: DENY
  rules:
    - from: [{ source: { namespaces: [shop] } }]
      when: [{ key: "request.headers[x-tier]", values: [free] }]
`;
const files = {
  'federation.yaml': readFileSync('examples/service-to-service/federation.yaml', 'utf8'),
  'database.yaml': readFileSync('examples/database/federation.yaml', 'utf8'),
  'policies/fence.yaml': fence,
  'tiers/fence.yaml': fence.replace(/ +- from.*\n +when/, '    - when'),
  'a=b/fence.yaml': fence,
  'routes/paths.yaml': `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: paths, namespace: backend }
spec: { hosts: [backend-api], http: [{ match: [{ uri: { prefix: /v1/ } }], route: [{ destination: { host: backend-api } }] }] }
`,
  'broken/fence.yaml': 'kind: [',
  'mesh/istio.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "trustDomainAliases: [old.example]" }
`,
  'mesh/policy.yaml': fence
    .replace('name: fence', 'name: aliases')
    .replace(/rules:[\s\S]*/, 'rules: [{ from: [{ source: { principals: [old.example/ns/backend/sa/batch] } }] }]\n'),
};
const can = (...args: string[]) => aegisXc(['can', ...args], { cwd: temporaryFolder(files) });
const frontend = ['--from', 'cluster-a/shop/frontend', '--to', 'backend-api'];

describe('one call', () => {
  test('that is allowed: by which rule, and where in the spec', async () => {
    expect(await can(...frontend, '--method', 'GET', '--path', '/api/x')).toEqual({
      code: 0,
      stderr: '',
      stdout: `✔ cluster-a/shop/frontend may call backend-api:80 (http) with GET /api/x
  rule 0 of AuthorizationPolicy backend/shop-backend-api in cluster-b lets it in
    federation.yaml:22:9  - cluster: cluster-a
`,
    });
  });

  test('that is refused: what would be allowed', async () => {
    expect(await can(...frontend, '--method', 'GET', '--path', '/api/../admin')).toEqual({
      code: 1,
      stderr: '',
      stdout: `✖ cluster-a/shop/frontend may not call backend-api:80 (http) with GET /api/../admin
  rule 0 of AuthorizationPolicy backend/shop-backend-api in cluster-b lets other requests in:
    GET, POST /api/*, /health
    federation.yaml:22:9  - cluster: cluster-a
`,
    });
  });

  test('that is refused beside a rule that hangs on something else: only what lets in is named', async () => {
    const { stdout } = await can(...frontend, '--method', 'PUT', '--path', '/api/x', '--with', 'tiers');
    expect(stdout).toBe(`✖ cluster-a/shop/frontend may not call backend-api:80 (http) with PUT /api/x
  rule 0 of AuthorizationPolicy backend/shop-backend-api in cluster-b lets other requests in:
    GET, POST /api/*, /health
    federation.yaml:22:9  - cluster: cluster-a
`);
  });

  test('that only some routes let through: each way that it may take', async () => {
    const { code, stdout } = await can('--from', 'cluster-b/backend/batch', '--to', 'backend-api', '--with', 'routes');
    expect([code, stdout]).toEqual([
      0,
      `✔ cluster-b/backend/batch may call backend-api:80 (http), for some requests
  in cluster-b: rule 1 of AuthorizationPolicy backend/shop-backend-api in cluster-b lets it in
    federation.yaml:27:9  - { namespace: backend, serviceAccount: batch }
  in no cluster: backend-api.backend.svc.cluster.local:80 has no route; see VirtualService backend/paths in cluster-b
    routes/paths.yaml:4:7  spec: { hosts: [backend-api], http: [{ match: [{ uri: { prefix: /v1/ } }], route: [{ destination: { host: backend-api } }] }] }
`,
    ]);
  });

  test.each([
    ['without a request: for some', frontend, 0, 'may call backend-api:80 (http), for some requests'],
    ['by the host', ['--from', 'cluster-a/shop/frontend', '--to', 'backend-api.cluster-b.local'], 0, 'may call'],
    [
      'of somebody else',
      ['--from', 'cluster-a/shop/reporting', '--to', 'backend-api'],
      1,
      'no rule of AuthorizationPolicy',
    ],
    [
      'without a sidecar',
      ['--from', 'cluster-b/backend/batch', '--to', 'backend-api', '--no-sidecar'],
      1,
      'the port takes no plaintext',
    ],
    [
      'of a local caller on any port',
      ['--from', 'cluster-b/backend/batch', '--to', 'backend-api', '--port', '9000'],
      0,
      'rule 1 of',
    ],
    [
      'with what others have written',
      [...frontend, '--with', 'policies'],
      1,
      'it depends on request.headers[x-tier] of the request',
    ],
    ['with a folder that has an equals sign', [...frontend, '--with', 'a=b'], 1, 'it depends on'],
    ['with what is in another cluster', [...frontend, '--with', 'cluster-a=policies'], 0, 'for some requests'],
    [
      'with a MeshConfig',
      ['--from', 'cluster-b/backend/batch', '--to', 'backend-api', '--with', 'cluster-b=mesh'],
      1,
      'rule 0 of AuthorizationPolicy backend/aliases in cluster-b refuses it',
    ],
  ])('%s', async (_, args, code, text) => {
    const ended = await can(...args);
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([code, expect.stringContaining(text), '']);
  });
});

describe('lists', () => {
  test('everyone who may call a service', async () => {
    expect(await can('--to', 'backend-api')).toEqual({
      code: 0,
      stderr: '',
      stdout: `CALLER                    CALLS            MAY    REQUESTS                    BY
cluster-a/shop/frontend   backend-api:80   some   GET, POST /api/*, /health   rule 0 of AuthorizationPolicy backend/shop-backend-api in cluster-b
cluster-b/backend/batch   backend-api:80   yes    all                         rule 1 of AuthorizationPolicy backend/shop-backend-api in cluster-b
Everything else is refused: 5 of 7 that were looked at.
`,
    });
  });

  test('all that a caller may do', async () => {
    expect((await can('--from', 'cluster-a/shop/reporting')).stdout).toBe('Nothing may be called.\n');
    expect((await can('--from', 'cluster-b/backend/batch')).stdout).toMatch(
      /^cluster-b\/backend\/batch +backend-api:80 +yes/m,
    );
  });

  test('where it depends: the requests that may be let in', async () => {
    const { stdout } = await can('--to', 'backend-api', '--with', 'cluster-b=tiers');
    expect(stdout).toMatch(/^cluster-a\/shop\/frontend +backend-api:80 +depends +GET, POST \/api\/\*, \/health {2}/m);
    expect(stdout).toMatch(/^cluster-b\/backend\/batch +backend-api:80 +depends +all {2}/m);
  });

  test('where routes leave requests out: those that have one', async () => {
    const { stdout } = await can('--to', 'backend-api', '--with', 'cluster-b=routes');
    expect(stdout).toMatch(/^cluster-b\/backend\/batch +backend-api:80 +some +those that have a route {2}/m);
  });

  test('without a sidecar: nobody has one', async () => {
    expect((await can('--to', 'backend-api', '--no-sidecar')).stdout).toBe('Nothing may be called.\n');
    const { stdout } = await can('-f', 'database.yaml', '--port', '9187', '--no-sidecar');
    const callers = stdout.split('\n').filter((line) => line.startsWith('cluster-'));
    expect(callers.length).toBeGreaterThan(1);
    expect(callers.filter((line) => !line.includes('(no sidecar)'))).toEqual([]);
  });

  test('in JSON are complete', async () => {
    const { stdout } = await can('-o', 'json');
    const { schemaVersion, answers } = JSON.parse(stdout);
    expect([schemaVersion, answers.length]).toEqual([1, 7]);
    expect(answers[0]).toMatchObject({
      caller: { cluster: 'cluster-a', namespace: 'shop', serviceAccount: 'frontend', sidecar: true },
      service: 'backend-api',
      port: 80,
      may: 'some',
      ways: [
        {
          to: 'cluster-b',
          requests: { allowed: [{ methods: ['GET', 'POST'], paths: ['/api/*', '/health'] }] },
          by: [{ kind: 'AuthorizationPolicy', rule: 0, file: 'federation.yaml', line: 22 }],
          through: [
            { kind: 'VirtualService' },
            { kind: 'ServiceEntry' },
            { kind: 'DestinationRule' },
            { kind: 'Gateway' },
          ],
        },
      ],
    });
  });
});

describe('what could not be asked ends with 2 and a hint', () => {
  test.each([
    ['a caller of half a name', ['--from', 'cluster-a/shop'], 'Write it as <cluster>/<namespace>/<service account>.'],
    ['a caller in an unknown cluster', ['--from', 'cluster-x/shop/frontend'], 'is not a cluster of this federation'],
    ['an unknown service', ['--to', 'backend-ap'], 'Did you mean "backend-api"?'],
    ['a port that none can have', [...frontend, '--port', '0'], 'There is no port "0".'],
    ['what ports there are', [...frontend, '--port', '0'], 'Ports are http, or a number from 1 to 65535.'],
    ['a method of two words', [...frontend, '--method', 'G T'], '"G T" is not a method.'],
    ['objects of an unknown cluster', ['--with', 'cluster-z=policies'], '"cluster-z" is not a cluster'],
    ['an unknown port', [...frontend, '--port', 'grpc'], 'There is no port "grpc".'],
    ['a path without its slash', [...frontend, '--path', 'api'], 'A path begins with "/".'],
    ['a method on bytes', ['-f', 'database.yaml', '--method', 'GET'], 'Methods and paths are for HTTP ports.'],
    ['a folder that is not there', ['--with', 'nothing'], 'There is no file or folder nothing.'],
    ['a file that cannot be read', ['--with', 'broken'], 'broken/fence.yaml:1:'],
  ])('%s', async (_, args, hint) => {
    const { code, stdout, stderr } = await can(...args);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(hint)]);
  });
});
