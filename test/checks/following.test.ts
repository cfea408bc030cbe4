import { describe, expect, test } from 'vitest';
import { federationChecks, manifestChecks } from '../../src/checks/index.ts';
import type { Code } from '../../src/codes.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { compile } from '../../src/pipeline.ts';
import { pathText } from '../../src/spec/paths.ts';
import { cluster, type FederationInput, federation, provider, service, specText } from '../support/federation.ts';

/** Checks on what follows from a spec: seen failing and seen silent, from the text on. */

const consumers = [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount: 'orders' }];
const database = (difference: Parameters<typeof service>[0] = {}) =>
  service({ preset: 'postgres', port: undefined, consumers, ...difference });

const clusters = {
  'cluster-a': cluster('a'),
  'eu-west': cluster('b'),
  west: cluster('c'),
};
const names = (second: string): FederationInput =>
  federation({
    clusters,
    services: {
      catalog: service({ providers: { 'eu-west': provider() } }),
      [second]: service({ providers: { west: provider({ namespace: 'shop' }) } }),
    },
  });

interface Row {
  readonly code: Code;
  readonly wrong: FederationInput;
  readonly at: string;
  readonly right: FederationInput;
}

const rows: readonly Row[] = [
  { code: 'AXC1227', wrong: names('catalog-eu'), at: 'services.catalog-eu', right: names('europe') },
  {
    code: 'AXC1228',
    wrong: federation({
      services: { 'orders-db': database(), 'billing-db': database({ address: addressOf('orders-db') }) },
    }),
    at: 'services.billing-db',
    right: federation({ services: { 'orders-db': database(), 'billing-db': database() } }),
  },
];

describe.each(rows)('$code', ({ code, wrong, at, right }) => {
  test('is found where it is wrong', () => {
    const [finding] = findings(wrong, code);
    expect(pathText(finding?.at ?? [])).toContain(at);
    expect(finding?.position?.line).toBeGreaterThan(0);
  });

  test('is not found where it is right', () => {
    expect(findings(right, code)).toEqual([]);
    expect(compile({ file: 'federation.yaml', text: specText(right) }).manifests).toBeDefined();
  });
});

test('every such check is seen here', () => {
  const declared = [...federationChecks, ...manifestChecks].flatMap(({ codes }) => codes);
  expect(rows.map(({ code }) => code).toSorted()).toEqual(declared.toSorted());
});

function findings(spec: FederationInput, code: Code): Diagnostic[] {
  const { diagnostics } = compile({ file: 'federation.yaml', text: specText(spec) });
  return diagnostics.filter((one) => one.code === code);
}

/** What is made of a host, when nothing is pinned. */
function addressOf(name: string): string {
  const { federation: model } = compile({
    file: 'federation.yaml',
    text: specText(federation({ services: { [name]: database() } })),
  });
  return model?.imports[0]?.entries[0]?.address ?? '';
}
