import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { validateSpec } from '../../src/checks/validate.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { minimalSpec } from '../../src/spec/minimal-spec.ts';
import { parseSpec } from '../../src/spec/parse.ts';
import { pathText } from '../../src/spec/paths.ts';
import { federation, service, sharedService, specText } from '../support/federation.ts';

const read = (text: string) => validateSpec({ file: 'federation.yaml', text });
const said = ({ code, position, message }: Diagnostic): string =>
  `${code} ${position?.line}:${position?.column} ${message}`;

test('five mistakes of five kinds are told in one run, each at its place', () => {
  const text = `apiVersion: aegis-xc.dev/v1alpha1
kind: Federation
metadata: { name: shop }
clusters:
  cluster-a:
\ttrustDomain: cluster-a.example
  cluster-b:
    trustDomain: cluster-b.example
    gateway: { addresses: [203.0.113.20] }
services:
  backend-api:
    port: { number: "80", protocol: HTTP }
    provders:
      cluster-b: { namespace: default, workload: { app: backend-api }, serviceAccounts: [backend] }
    consumers:
      - { cluster: cluster-c, namespace: shop, serviceAccount: frontend }
    localCallers: any
    localCallers: []
`;
  expect(read(text).diagnostics.map(said)).toEqual([
    'AXC1003 6:1 a tab in the indentation',
    'AXC1104 12:21 "number" must be a whole number from 1 to 65535; found the text "80"',
    'AXC1102 13:5 unknown key "provders"',
    'AXC1201 16:20 "cluster-c" is not a cluster of this federation',
    'AXC1004 18:5 the key "localCallers" twice in one map: the first is on line 17',
  ]);
});

test('ten mistakes are ten findings in one run, each with its place and a hint that is right', () => {
  const text = `apiVersion: aegis-xc.dev/v1alpha1
kind: Federation
metadata:
  name: shop
clusters:
  cluster-a:
    trustdomain: cluster-a.example
  cluster-b:
    trustDomain: spiffe://cluster-b.example
    gateway:
      addresses: [203.0.113.20:15443]
      port: 99999
services:
  backend-api:
    port: { number: 80, targetPort: 8080, protocol: HTP }
    providers:
      cluster-c:
        namespace: backend
        workload: app=backend-api
        serviceAccounts: [backend]
    consumers:
      - { cluster: cluster-a, namespace: shop, serviceAccount: frontend, allow: { methods: [get], paths: [api] } }
    localCallers: []
    traffic:
      timeout: 10
`;
  const told = read(text).diagnostics.map((one) => [said(one), one.hint]);
  expect(told).toEqual([
    ['AXC1102 7:5 unknown key "trustdomain"', 'did you mean "trustDomain"?'],
    [
      'AXC1106 9:18 "trustDomain" must be lower-case letters, digits, ".", "-" and "_"; found the text "spiffe://cluster-b.example"',
      'write cluster-b.example',
    ],
    [
      'AXC1106 11:19 "addresses[0]" must be an IP address or a host name; found the text "203.0.113.20:15443"',
      "write 203.0.113.20 here, and 15443 as the gateway's `port`",
    ],
    ['AXC1107 12:13 "port" must be a whole number from 1 to 65535; found the number 99999', undefined],
    [
      'AXC1105 15:53 "protocol" must be one of "HTTP", "HTTP2", "GRPC", "TCP"; found the text "HTP"',
      'did you mean "HTTP"?',
    ],
    ['AXC1201 17:7 "cluster-c" is not a cluster of this federation', 'did you mean "cluster-a"?'],
    ['AXC1104 19:19 "workload" must be a map; found the text "app=backend-api"', 'write { app: backend-api }'],
    ['AXC1106 22:93 "methods[0]" must be an HTTP method in upper case such as GET; found the text "get"', 'write GET'],
    [
      'AXC1106 22:107 "paths[0]" must be a path that begins with "/", without braces; one "*" may stand at its end; found the text "api"',
      'write /api',
    ],
    ['AXC1104 25:16 "timeout" must be a duration such as 500ms, 10s or 1h30m; found the number 10', 'write 10s'],
  ]);
});

test('the spec that an empty file is offered is valid', () => {
  expect(read(minimalSpec).diagnostics).toEqual([]);
});

test('the example of the language is valid', () => {
  const text = readFileSync(new URL('whole-language.yaml', import.meta.url), 'utf8');
  expect(read(text).diagnostics.map(said)).toEqual([]);
});

test('byte order mark and Windows line ends make no difference', () => {
  const text = `\ufeff${specText(federation()).replaceAll('\n', '\r\n')}`;
  expect(read(text)).toMatchObject({ diagnostics: [], spec: { metadata: { name: 'shop' } } });
  const [finding] = read(text.replace('kind: Federation', 'kind: Federation\r\nknid: x')).diagnostics;
  expect(finding?.position).toMatchObject({ line: 3, column: 1, text: 'knid: x', length: 4 });
});

test('an anchor and its alias are one value, and a finding in the alias is at the alias', () => {
  const text = specText(federation({ services: { catalog: sharedService() } }))
    .replace(
      /cluster-a:\n\s+namespace: default[\s\S]*?- backend\n/,
      'cluster-a: &provider { namespace: default, workload: { app: x }, serviceAccounts: [x] }\n',
    )
    .replace(/cluster-b:\n\s+namespace: default[\s\S]*?- backend\n/, 'cluster-b: *provider\n');
  expect(text).toContain('*provider');
  expect(read(text).diagnostics).toEqual([]);
  const wrong = read(text.replace('serviceAccounts: [x]', 'serviceAccounts: [X]')).diagnostics;
  expect(wrong.map(({ at, position }) => [pathText(at ?? []), position?.text.trim().slice(0, 11)])).toEqual([
    ['services.catalog.providers.cluster-a.serviceAccounts[0]', 'cluster-a: '],
    ['services.catalog.providers.cluster-b.serviceAccounts[0]', 'cluster-b: '],
  ]);
});

describe('nothing is said that only follows from another mistake', () => {
  const text = specText(federation({ services: { 'backend-api': service() } }));
  test.each([
    ['a mistyped key is not missing besides', text.replace('providers:', 'provders:'), ['AXC1102']],
    [
      'a cluster with a wrong name is not unknown besides',
      text.replace('  cluster-b:\n    trustDomain', '  Cluster-b:\n    trustDomain'),
      ['AXC1111'],
    ],
    [
      'what a merge key would have brought is not missing',
      text.replace(/ {6}- cluster: cluster-a\n\s+namespace: shop/, '      - <<: {}'),
      ['AXC1011'],
    ],
    [
      'a protocol that can’t be read is not missing',
      text.replace('protocol: HTTP', 'protocol: ${PROTOCOL}'),
      ['AXC1113'],
    ],
    [
      'a host that can’t be read is not the one that a name makes',
      specText(
        federation({
          services: {
            'backend-api': service({ host: '*.xc.global' }),
            other: service({ host: 'backend-api.cluster-b.local' }),
          },
        }),
      ),
      ['AXC1106'],
    ],
    [
      'an order is not too short when one of its names can’t be read',
      specText(
        federation({ services: { catalog: sharedService({ traffic: { failover: ['cluster-a', 'Cluster-b'] } }) } }),
      ),
      ['AXC1106'],
    ],
    [
      'what is allowed is not blank when it can’t be read',
      text.replace('serviceAccount: frontend', 'serviceAccount: frontend\n        allow: { methods: GET }'),
      ['AXC1104'],
    ],
    ['a gateway whose address is wrong is a gateway', text.replace('- 203.0.113.98', '- unix:///x'), ['AXC1106']],
    ['a trust domain that can’t be read equals no other', text.replace('cluster-b.example', '"{{ td }}"'), ['AXC1113']],
    [
      'clusters that stand there twice are not unknown',
      text.replace('services:', 'clusters: {}\nservices:'),
      ['AXC1004'],
    ],
  ])('%s', (_, wrong, codes) => {
    expect(wrong).not.toBe(text);
    expect(read(wrong).diagnostics.map(({ code }) => code)).toEqual(codes);
  });

  test('behind a mistyped key the rest is looked at', () => {
    const wrong = text.replace('consumers:', 'consumer:').replace('namespace: shop', 'namespace: Shop');
    expect(read(wrong).diagnostics.map(({ code }) => code)).toEqual(['AXC1102', 'AXC1106']);
  });

  test('a Kubernetes object is told once, not key by key', () => {
    const object = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x }\nspec: { replicas: 1 }\n';
    expect(read(object).diagnostics.map(({ code }) => code)).toEqual(['AXC1101']);
  });
});

describe('a spec', () => {
  test('comes with its defaults', () => {
    const { spec } = read(specText(federation()));
    expect(spec?.clusters['cluster-a']).toMatchObject({ dns: 'capture', gateway: { port: 15443 } });
    expect(spec).toMatchObject({ identity: 'distinct', addressRange: '241.0.0.0/8' });
  });

  test('is there with warnings, and not with errors', () => {
    const warned = specText(
      federation({ services: { catalog: sharedService({ traffic: { retries: { attempts: 2 } } }) } }),
    );
    expect(read(warned).diagnostics.map(({ severity }) => severity)).toEqual(['warning']);
    expect(read(warned).spec).toBeDefined();
    expect(read(`${warned}\nx: 1`).spec).toBeUndefined();
  });

  test('keeps the order of its clusters', () => {
    const text = specText(federation()).replace('clusters:\n', 'clusters:\n  zeta: { trustDomain: zeta.example }\n');
    expect(Object.keys(read(text).spec?.clusters ?? {})).toEqual(['zeta', 'cluster-a', 'cluster-b']);
  });

  test('finds the place of a later finding', () => {
    const { locate } = parseSpec({ file: 'federation.yaml', text: specText(federation()) });
    const at = ['services', 'backend-api', 'traffic', 'timeout'];
    const found = locate({ code: 'AXC1226', severity: 'warning', message: 'x', at, mark: 'key' });
    expect(found.position).toMatchObject({ file: 'federation.yaml', text: '  backend-api:', column: 3, length: 11 });
  });
});
