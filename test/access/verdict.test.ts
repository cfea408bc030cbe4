import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/access/call.ts';
import { isOpen, type Truth } from '../../src/access/truth.ts';
import { judge } from '../../src/access/verdict.ts';
import type { JsonObject } from '../../src/json.ts';
import type { KubeObject } from '../../src/manifests/manifest.ts';

const workload = { namespace: 'backend', labels: { app: 'backend-api' } };
const mesh = { rootNamespace: 'istio-system', trustDomains: ['cluster-b.example', 'old.example'] };

const frontend = 'cluster-a.example/ns/shop/sa/frontend';
const call = (difference: Partial<Call> = {}): Call => ({
  principal: frontend,
  port: 8080,
  http: { method: 'GET', path: '/api/x', hosts: ['backend-api.cluster-b.local', 'backend-api.cluster-b.local:80'] },
  ...difference,
});
const tcp: Partial<Call> = { port: 5432, http: undefined };
const http = (method: string | undefined, path: string | undefined): Partial<Call> => ({
  http: { method, path, hosts: [] },
});
const plaintext: Partial<Call> = { principal: undefined };

interface Written {
  readonly name?: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}
const policy = (
  spec: JsonObject,
  { name = 'rules', namespace = 'backend', annotations }: Written = {},
): KubeObject => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name, namespace, ...(annotations && { annotations }) },
  spec,
});
const allow = (...rules: JsonObject[]): KubeObject => policy({ action: 'ALLOW', rules });
const deny = (...rules: JsonObject[]): KubeObject => policy({ action: 'DENY', rules }, { name: 'denied' });
const from = (source: JsonObject): JsonObject => ({ from: [{ source }] });
const to = (operation: JsonObject): JsonObject => ({ to: [{ operation }] });
const when = (key: string, ...values: string[]): JsonObject => ({ when: [{ key, values }] });

const verdict = (policies: readonly KubeObject[], made: Partial<Call> = {}) =>
  judge(policies, workload, call(made), mesh);
const word = (truth: Truth): string =>
  isOpen(truth) ? (truth.on.length > 0 ? 'depends' : 'some') : truth ? 'yes' : 'no';

describe('an ALLOW rule', () => {
  test.each<[string, string, JsonObject, Partial<Call>?]>([
    ['without conditions lets everybody in', 'yes', {}, plaintext],
    ['names the caller', 'yes', from({ principals: [frontend] })],
    ['names somebody else', 'no', from({ principals: ['cluster-a.example/ns/shop/sa/reporting'] })],
    ['names nobody who has no identity', 'no', from({ principals: ['*'] }), plaintext],
    ['for everybody but the nameless', 'yes', from({ principals: ['*'] })],
    ['for those without an identity', 'yes', from({ notPrincipals: ['*'] }), plaintext],
    ['for those without an identity, and the caller has one', 'no', from({ notPrincipals: ['*'] })],
    ['with a start that fits', 'yes', from({ principals: ['cluster-a.example/ns/shop/*'] })],
    ['with an end that fits', 'yes', from({ principals: ['*/sa/frontend'] })],
    ['with a star within, which is a letter', 'no', from({ principals: ['cluster-a.example/ns/*/sa/frontend'] })],
    ['with a scheme, which no principal has', 'no', from({ principals: [`spiffe://${frontend}`] })],
    ['but for the caller', 'no', from({ principals: ['cluster-a.example/*'], notPrincipals: [frontend] })],
    [
      'for an alias of the trust domain',
      'yes',
      from({ principals: ['old.example/ns/jobs/sa/batch'] }),
      { principal: 'cluster-b.example/ns/jobs/sa/batch' },
    ],
    [
      'for cluster.local, which is the own trust domain',
      'yes',
      from({ principals: ['cluster.local/ns/jobs/sa/batch'] }),
      { principal: 'cluster-b.example/ns/jobs/sa/batch' },
    ],
    [
      'for cluster.local, which is no other trust domain',
      'no',
      from({ principals: ['cluster.local/ns/shop/sa/frontend'] }),
    ],
    ['for a Namespace, in whatever trust domain', 'yes', from({ namespaces: ['shop'] })],
    ['for Namespaces by a pattern', 'yes', from({ namespaces: ['sh*'] })],
    ['for another Namespace', 'no', from({ namespaces: ['sho'] })],
    ['for a service account', 'yes', from({ serviceAccounts: ['shop/frontend'] })],
    ["for a service account of the policy's own Namespace", 'no', from({ serviceAccounts: ['frontend'] })],
    ['for a trust domain', 'yes', from({ trustDomains: ['cluster-*.example'] })],
    ['for addresses', 'depends', from({ ipBlocks: ['10.0.0.0/8'] })],
    ['for addresses, and somebody else', 'no', from({ ipBlocks: ['10.0.0.0/8'], namespaces: ['web'] })],
    [
      'of which one of two sources fits',
      'yes',
      { from: [{ source: { namespaces: ['web'] } }, { source: { namespaces: ['shop'] } }] },
    ],
    ['for the port', 'yes', to({ ports: ['8080'] })],
    ["for the Service's port, which is not the workload's", 'no', to({ ports: ['80'] })],
    ['for every other port', 'no', to({ notPorts: ['8080'] })],
    ['for the method', 'yes', to({ methods: ['GET', 'POST'] })],
    ['for another method', 'no', to({ methods: ['POST'] })],
    ['for a method in small letters', 'no', to({ methods: ['get'] })],
    ['for the start of the path', 'yes', to({ paths: ['/api/*'] })],
    ['for a path that the end of which is missing', 'no', to({ paths: ['/api'] })],
    ['for one segment', 'yes', to({ paths: ['/api/{*}'] })],
    ['for two segments', 'no', to({ paths: ['/api/{*}/{*}'] })],
    ['for any number of segments', 'yes', to({ paths: ['/{**}'] })],
    ['for a path with method, of which nobody has asked', 'some', to({ methods: ['GET'] }), http(undefined, undefined)],
    ['for a path that is walked out of', 'no', to({ paths: ['/api/*'] }), http('GET', '/api/../admin')],
    ['for a path behind its query', 'yes', to({ paths: ['*/x'] }), http('GET', '/api/x?of=/y')],
    ['for a host', 'depends', to({ hosts: ['backend-api.cluster-b.local'] })],
    ['for a host with and without a port', 'yes', to({ hosts: ['Backend-api.cluster-b.local*'] })],
    ['for a method, on a TCP port', 'no', to({ methods: ['GET'] }), tcp],
    [
      'for a method or a port, on a TCP port: void as a whole',
      'no',
      { to: [{ operation: { methods: ['GET'] } }, { operation: { ports: ['5432'] } }] },
      tcp,
    ],
    ['for a TCP port', 'yes', to({ ports: ['5432'] }), tcp],
    ['with a condition that holds', 'yes', when('source.namespace', 'shop')],
    ['with a condition that does not', 'no', when('destination.port', '9090')],
    ['with a condition on a header', 'depends', when('request.headers[x-tier]', 'gold')],
    ['with a condition on a claim', 'depends', when('request.auth.claims[group]', 'admin')],
    ['with a condition on a claim, on a TCP port', 'no', when('request.auth.claims[group]', 'admin'), tcp],
    ['with a condition that Istio does not know', 'no', when('source.colour', 'red')],
  ])('%s: %s', (_, expected, rule, made) => {
    expect(word(verdict([allow(rule)], made).allowed)).toBe(expected);
  });
});

describe('a DENY rule', () => {
  test.each<[string, string, JsonObject, Partial<Call>?]>([
    ['that matches keeps out whom an ALLOW rule names', 'no', from({ namespaces: ['shop'] })],
    ['for somebody else does nothing', 'yes', from({ namespaces: ['web'] })],
    ['for a method is wider on a TCP port: for everything', 'no', to({ methods: ['DELETE'] }), tcp],
    [
      'for a method and another port stays for that port on a TCP port',
      'yes',
      to({ methods: ['DELETE'], ports: ['9'] }),
      tcp,
    ],
    ['for a token is for every connection on a TCP port', 'no', when('request.auth.claims[group]', 'guest'), tcp],
    ['for addresses leaves it open', 'depends', from({ ipBlocks: ['192.0.2.0/24'] })],
    [
      'for methods leaves some, where nobody has asked of one',
      'some',
      to({ methods: ['DELETE'] }),
      http(undefined, '/api/x'),
    ],
  ])('%s: %s', (_, expected, rule, made) => {
    expect(word(verdict([allow({}), deny(rule)], made).allowed)).toBe(expected);
  });
});

describe('policies', () => {
  const everybody = { rules: [{}] };
  const nobody = { rules: [from({ principals: ['nobody'] })] };
  test.each<[string, string, readonly KubeObject[]]>([
    ['none: everybody may', 'yes', []],
    ['an ALLOW policy without rules: nobody may', 'no', [policy({})]],
    ['one of another Namespace is not for it', 'yes', [policy(nobody, { namespace: 'web' })]],
    ['one of the root Namespace is', 'no', [policy(nobody, { namespace: 'istio-system' })]],
    ['one for another workload is not', 'yes', [policy({ ...nobody, selector: { matchLabels: { app: 'web' } } })]],
    [
      'one for a label that the spec does not know may be',
      'depends',
      [policy({ ...nobody, selector: { matchLabels: { tier: 'gold' } } })],
    ],
    [
      'one of those that lets the caller in either way',
      'yes',
      [policy({ ...everybody, selector: { matchLabels: { tier: 'gold' } } })],
    ],
    [
      'one for a gateway or a waypoint is not for pods',
      'yes',
      [policy({ ...nobody, targetRefs: [{ kind: 'Gateway', name: 'edge' }] })],
    ],
    ['two that allow add up', 'yes', [policy(nobody), policy(everybody, { name: 'more' })]],
    ['one that is tried out does nothing', 'yes', [policy(nobody, { annotations: { 'istio.io/dry-run': 'true' } })]],
    ['one that only logs does nothing', 'yes', [policy({ ...everybody, action: 'AUDIT' })]],
    [
      'an external authorizer decides',
      'depends',
      [policy({ ...everybody, action: 'CUSTOM', provider: { name: 'opa' } })],
    ],
    [
      'an external authorizer is not asked of others',
      'yes',
      [policy({ ...nobody, action: 'CUSTOM', provider: { name: 'opa' } })],
    ],
    [
      'DENY comes first, whatever the authorizer would say',
      'no',
      [policy({ ...everybody, action: 'CUSTOM', provider: { name: 'opa' } }), deny({})],
    ],
  ])('%s: %s', (_, expected, policies) => {
    expect(word(verdict(policies).allowed)).toBe(expected);
  });

  test('say which rule decides', () => {
    const named = from({ principals: [frontend] });
    const [one, other] = [allow(from({ namespaces: ['web'] }), named), deny(named)];
    expect(verdict([one])).toMatchObject({ decided: 'allow-rule', by: [{ policy: one, rule: 1 }] });
    expect(verdict([one, other])).toMatchObject({ decided: 'deny-rule', by: [{ policy: other, rule: 0 }] });
    expect(verdict([one], plaintext)).toMatchObject({
      decided: 'no-allow-rule',
      by: [{ policy: one, rule: undefined }],
    });
    expect(verdict([])).toEqual({ allowed: true, decided: 'no-policy', by: [] });
  });

  test('say on what it depends', () => {
    const guarded = policy({
      action: 'CUSTOM',
      provider: { name: 'opa' },
      rules: [when('request.headers[x-tier]', 'gold')],
    });
    expect(verdict([guarded]).allowed).toEqual({ request: false, on: ['what the external authorizer opa answers'] });
    expect(verdict([allow(when('request.headers[x-tier]', 'gold'))]).allowed).toEqual({
      request: false,
      on: ['request.headers[x-tier] of the request'],
    });
  });
});
