import type { JsonObject } from '../../../src/json.ts';

/** The pods that are called, and their Namespace. */
export const targets = ['alpha', 'beta', 'gamma'] as const;
export const home = 'targets';

/**
 * Policies at random, from values that lie near the border: names that are almost those of a caller, patterns that just fit or just
 * don't, HTTP fields on a port without HTTP.
 */
export function randomPolicies(random: () => number, batch: number): JsonObject[] {
  const chance = (share: number): boolean => random() < share;
  const pick = <T>(values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0];
  const some = <T>(values: readonly [T, ...T[]], most = 2): T[] => [
    ...new Set(Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(values))),
  ];

  const source = (): JsonObject => {
    const who = pick<() => JsonObject>([
      () => ({ principals: some(principals) }),
      () => ({ principals: some(principals) }),
      () => ({ notPrincipals: some(principals) }),
      () => ({ principals: some(principals), notPrincipals: some(principals, 1) }),
      () => ({ namespaces: some(namespaces) }),
      () => ({ notNamespaces: some(namespaces, 1) }),
      () => ({ serviceAccounts: some(accounts) }),
      () => ({ trustDomains: some(domains, 1) }),
    ]);
    return who();
  };
  const operation = (): JsonObject => {
    const field = pick<() => JsonObject>([
      () => ({ paths: some(paths) }),
      () => ({ paths: some(paths), methods: some(methods) }),
      () => ({ methods: some(methods) }),
      () => ({ notMethods: some(methods, 1) }),
      () => ({ notPaths: some(paths, 1) }),
      () => ({ ports: some(ports) }),
      () => ({ notPorts: some(ports, 1) }),
      () => ({ ports: some(ports), paths: some(paths) }),
      () => ({ hosts: some(hosts) }),
    ]);
    return field();
  };
  const condition = (): JsonObject => {
    const [key, values] = pick<readonly [string, readonly [string, ...string[]]]>([
      ['source.principal', principals],
      ['source.namespace', namespaces],
      ['destination.port', ports],
      ['connection.sni', ['outbound_.80_._.alpha*', '*svc.cluster.local', 'outbound_.90_*']],
    ]);
    return { key, [chance(0.7) ? 'values' : 'notValues']: some(values) };
  };
  const rule = (): JsonObject => {
    const parts = {
      ...(chance(0.75) && { from: Array.from({ length: chance(0.2) ? 2 : 1 }, () => ({ source: source() })) }),
      ...(chance(0.6) && { to: Array.from({ length: chance(0.25) ? 2 : 1 }, () => ({ operation: operation() })) }),
      ...(chance(0.2) && { when: [condition()] }),
    };
    return Object.keys(parts).length > 0 ? parts : { from: [{ source: source() }] };
  };
  const policy = (target: string, n: number): JsonObject => {
    const place = random();
    const action = pick(['ALLOW', 'ALLOW', 'ALLOW', 'DENY', 'DENY', 'AUDIT'] as const);
    // A rule that refuses everybody everywhere would leave the others nothing to decide.
    const rules = Array.from({ length: action === 'ALLOW' ? 1 + Math.floor(random() * 3) : 1 }, rule);
    return {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: {
        name: `b${batch}-${target}-${n}`,
        namespace: place < 0.1 && action !== 'ALLOW' ? 'istio-system' : home,
        labels: { batch: String(batch) },
        ...(chance(0.1) && action !== 'AUDIT' && { annotations: { 'istio.io/dry-run': 'true' } }),
      },
      spec: { ...(place > 0.2 && { selector: { matchLabels: { app: target } } }), action, rules },
    };
  };
  return targets.flatMap((target) => Array.from({ length: 1 + Math.floor(random() * 3) }, (_, n) => policy(target, n)));
}

const principals = [
  'cluster-a.example/ns/shop/sa/frontend',
  'cluster-a.example/ns/shop/sa/reporting',
  'cluster-a.example/ns/web/sa/web',
  'cluster-b.example/ns/targets/sa/batch',
  'cluster-b.example/ns/other/sa/curious',
  'cluster-b.example/ns/shop/sa/frontend',
  'cluster.local/ns/targets/sa/batch',
  'cluster.local/ns/shop/sa/frontend',
  'cluster-a.example/*',
  'cluster-b.example/*',
  'cluster-a.example/ns/shop/*',
  'cluster-a.example/ns/shop/sa/front*',
  '*/ns/shop/sa/frontend',
  '*/sa/web',
  '*b',
  '*',
] as const;
const namespaces = ['shop', 'web', 'targets', 'other', '*', 'sh*', '*er', 'frontend'] as const;
const accounts = ['shop/frontend', 'web/web', 'batch', 'targets/batch', 'frontend'] as const;
const domains = ['cluster-a.example', 'cluster-b.example', 'cluster-*', '*.example', '*'] as const;
const methods = ['GET', 'POST', 'DELETE', 'get', 'PO*', '*ST', '*'] as const;
const paths = [
  '/api/*',
  '/api',
  '/admin',
  '/admin/*',
  '*/x',
  '/API/*',
  '/health',
  '*',
  '/api/{*}/y',
  '/api/{**}',
  '/{*}/x',
] as const;
const ports = ['8080', '9090', '80', '90', '1'] as const;
const hosts = ['alpha.cluster-b.local', 'ALPHA.cluster-b.local*', '*.cluster-b.local', 'beta*', '*'] as const;
